// Another cam gets ready on the video behind the one that is seen, and is told of once it plays.
import type Hls from 'hls.js';

/** How long it may take. */
const readyMs = 12_000;

/** `done` hears once whether it plays. Returns what gives it up. */
export function awaitCam(
  Engine: typeof Hls,
  engine: Hls,
  video: HTMLVideoElement,
  done: (plays: boolean) => void,
): () => void {
  let over = false;
  const end = (plays: boolean): void => {
    if (over) return;
    over = true;
    clearTimeout(limit);
    video.removeEventListener('timeupdate', ready);
    done(plays);
  };
  // `playing` comes before a frame is there.
  const ready = (): void => void (video.readyState > 2 && !video.paused && video.currentTime > 0 && end(true));
  const limit = setTimeout(() => end(false), readyMs);
  engine.on(Engine.Events.ERROR, (_, { fatal }) => fatal && end(false));
  video.addEventListener('timeupdate', ready);
  return () => end(false);
}
