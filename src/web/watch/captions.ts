// Captions that come with a stream: whether there are any, and showing them.

const isCaption = ({ kind }: TextTrack): boolean => kind === 'captions' || kind === 'subtitles';

const tracksOf = (video: HTMLVideoElement): TextTrack[] => Array.from(video.textTracks).filter(isCaption);

export function followCaptions(videos: readonly HTMLVideoElement[], onChange: () => void) {
  let on = false;

  /** The first of each element, so that no two stand over each other. */
  function apply(): void {
    for (const video of videos) {
      for (const [i, track] of tracksOf(video).entries()) {
        const mode = on && i === 0 ? 'showing' : 'disabled';
        if (track.mode !== mode) track.mode = mode;
      }
    }
  }

  for (const { textTracks } of videos) {
    for (const event of ['addtrack', 'removetrack']) {
      textTracks.addEventListener(event, () => {
        apply();
        onChange();
      });
    }
  }
  return {
    there: (video: HTMLVideoElement): boolean => tracksOf(video).length > 0,
    show(wish: boolean): void {
      on = wish;
      apply();
    },
  };
}
