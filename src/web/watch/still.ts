// The last picture, kept under the video while the player is built anew: the stage never goes black in between.

/** Paints what the video shows onto the canvas beneath it; a video without a picture is transparent. */
export function keepPicture(video: HTMLVideoElement, canvas: HTMLCanvasElement): void {
  if (video.readyState < 2 || video.videoWidth === 0) return;
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext('2d')?.drawImage(video, 0, 0);
}
