// Captions that come with a stream: whether there are any, and showing them.
import type Hls from 'hls.js';
import type { BufferAppendedData, FragLoadingData, HlsConfig } from 'hls.js';

type Timeline = NonNullable<HlsConfig['timelineController']>;
interface Reading {
  lastSn: number;
  lastPartIndex: number;
  onFragLoading(event: unknown, data: FragLoadingData): void;
  onBufferAppended(event: unknown, data: BufferAppendedData): void;
}

/**
 * What reads captions out of the pictures, for streams like ours. hls.js (1.7.4) takes each part of a segment but the first
 * for a jump, and forgets the words that are under way; and it holds cues back until there is a buffer of the picture
 * alone, where ours has the sound in it.
 */
export function captionReader(engine: typeof Hls): Timeline | undefined {
  const Base = engine.DefaultConfig.timelineController as unknown as (new (hls: Hls) => Reading) | undefined;
  if (!Base) return undefined;
  class CaptionReader extends Base {
    override onFragLoading(event: unknown, data: FragLoadingData): void {
      const { frag, part } = data;
      const goesOn = frag.sn === this.lastSn && part?.index === this.lastPartIndex + 1;
      if (goesOn) this.lastSn -= 1;
      super.onFragLoading(event, data);
    }

    override onBufferAppended(event: unknown, data: BufferAppendedData): void {
      const { type, timeRanges } = data;
      const both = type === 'audiovideo' ? timeRanges.audiovideo : undefined;
      super.onBufferAppended(event, both ? { ...data, type: 'video', timeRanges: { video: both } } : data);
    }
  }
  return CaptionReader as unknown as Timeline;
}

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
