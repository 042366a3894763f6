// The controls on the picture: the way back, pause, sound, quality, full screen.
import { useState } from 'preact/hooks';
import type { Acts } from './acts.js';
import { useMediaSession } from './media-session.js';
import { SeekBar } from './seek-bar.js';
import { useShortcuts } from './shortcuts.js';
import type { WatchState } from './state.js';

interface Needs {
  video: () => HTMLVideoElement | null;
  state: Pick<WatchState, 'qualities' | 'quality' | 'captions' | 'info' | 'cam' | 'dvr' | 'went'>;
  acts: Pick<Acts, 'quality' | 'caption' | 'cam' | 'goBack' | 'goBy' | 'fare'>;
  paused: boolean;
  muted: boolean;
  onPause: () => void;
  onMuted: (muted: boolean) => void;
  /** Tips and results are shown over the picture. */
  over: boolean;
  onOver: (over: boolean) => void;
}

type OldVideo = HTMLVideoElement & { webkitEnterFullscreen?: () => void };

function fullScreen(video: OldVideo | null): void {
  if (document.fullscreenElement) void document.exitFullscreen();
  else if (document.fullscreenEnabled) void video?.closest('main')?.requestFullscreen();
  else video?.webkitEnterFullscreen?.();
}

/** Safari before it had the standard's. */
type OldPicture = HTMLVideoElement & {
  webkitPresentationMode?: string;
  webkitSetPresentationMode?: (mode: string) => void;
};

const standsAside = (): boolean =>
  document.pictureInPictureEnabled || 'webkitSetPresentationMode' in HTMLVideoElement.prototype;

function standAside(video: OldPicture | null): void {
  if (!video) return;
  if (document.pictureInPictureElement) void document.exitPictureInPicture().catch(() => {});
  else if (document.pictureInPictureEnabled) void video.requestPictureInPicture().catch(() => {});
  else {
    const aside = video.webkitPresentationMode === 'picture-in-picture';
    video.webkitSetPresentationMode?.(aside ? 'inline' : 'picture-in-picture');
  }
}

/** Of one and the same key: another quality costs nothing. */
function Qualities({ state, acts }: Pick<Needs, 'state' | 'acts'>) {
  if (state.qualities.length < 2) return null;
  return (
    <select
      aria-label="Quality, all for the one price"
      data-testid="quality"
      value={`${state.quality ?? ''}`}
      onChange={({ currentTarget: { value } }) => acts.quality(value ? Number(value) : null)}
    >
      <option value="">Auto</option>
      {state.qualities.map(({ height }) => (
        <option key={height} value={`${height}`}>
          {height}p
        </option>
      ))}
    </select>
  );
}

export function Controls({ video, state, acts, paused, muted, onPause, onMuted, over, onOver }: Needs) {
  const [volume, setVolume] = useState(1);
  const mute = (on: boolean) => {
    const player = video();
    if (player) player.muted = on;
    onMuted(on);
  };
  const loud = (value: number) => {
    const player = video();
    if (player) player.volume = value;
    setVolume(value);
    if (muted !== (value === 0)) mute(value === 0);
  };
  useShortcuts({
    ...{ state, acts, onPause },
    onMute: () => mute(!muted),
    onFullScreen: () => fullScreen(video()),
    onAside: standsAside() ? () => standAside(video()) : null,
  });
  useMediaSession({ state: { paused, dvr: state.dvr }, acts, onPause });
  const { dvr, info } = state;
  return (
    <div class="controls">
      {dvr && info && <SeekBar dvr={dvr} went={state.went} acts={acts} unit={info.terms.token} />}
      <button
        type="button"
        data-testid="pause"
        aria-label={paused ? 'Play' : 'Pause, and pay nothing'}
        aria-keyshortcuts="Space K"
        onClick={onPause}
      >
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d={paused ? 'M7 4l13 8-13 8z' : 'M6 4h4v16H6zM14 4h4v16h-4z'} />
        </svg>
      </button>
      <button
        type="button"
        data-testid="mute"
        aria-label={muted ? 'Sound on' : 'Sound off'}
        aria-keyshortcuts="M"
        onClick={() => mute(!muted)}
      >
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path
            d={
              muted
                ? 'M4 9v6h4l5 5V4L8 9zM16 9l5 6M21 9l-5 6'
                : 'M4 9v6h4l5 5V4L8 9zM16 8c2 2 2 6 0 8M18.500 5.500c4 4 4 9 0 13'
            }
          />
        </svg>
      </button>
      <input
        type="range"
        min="0"
        max="1"
        step="0.05"
        aria-label="Volume"
        value={muted ? 0 : volume}
        onInput={(event) => loud(Number(event.currentTarget.value))}
      />
      <span class="grow" />
      <Qualities state={state} acts={acts} />
      {state.captions.there && (
        <button
          type="button"
          data-testid="captions"
          aria-pressed={state.captions.on}
          aria-label="Captions"
          aria-keyshortcuts="C"
          onClick={() => acts.caption(!state.captions.on)}
        >
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="M3 5h18v14H3zM10.500 10.500a2.200 2.200 0 1 0 0 3M17 10.500a2.200 2.200 0 1 0 0 3" fill="none" />
          </svg>
        </button>
      )}
      {standsAside() && (
        <button
          type="button"
          data-testid="aside"
          aria-label="Picture in picture"
          aria-keyshortcuts="I"
          onClick={() => standAside(video())}
        >
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="M21 11V5H3v14h8" fill="none" />
            <path d="M14 14h7v5h-7z" />
          </svg>
        </button>
      )}
      <button
        type="button"
        data-testid="over"
        aria-pressed={over}
        aria-label={over ? 'Nothing over the picture' : 'Tips and results over the picture'}
        title={over ? 'Nothing over the picture' : 'Tips and results over the picture'}
        onClick={() => onOver(!over)}
      >
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d={over ? 'M4 5h16v11H10l-4 4v-4H4z' : 'M4 5h16v11H10l-4 4v-4H4zM3 3l18 18'} fill="none" />
        </svg>
      </button>
      <button
        type="button"
        data-testid="fullscreen"
        aria-label="Full screen"
        aria-keyshortcuts="F"
        onClick={() => fullScreen(video())}
      >
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d="M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5" fill="none" />
        </svg>
      </button>
    </div>
  );
}
