// The controls on the picture: pause, sound, full screen, by mouse and by key.
import { useEffect, useState } from 'preact/hooks';

interface Needs {
  video: () => HTMLVideoElement | null;
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

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest('input, textarea, button, a, select') !== null;

export function Controls({ video, paused, muted, onPause, onMuted, over, onOver }: Needs) {
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
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === ' ' || event.key === 'k') onPause();
      else if (event.key === 'm') mute(!muted);
      else if (event.key === 'f') fullScreen(video());
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  });
  return (
    <div class="controls">
      <button
        type="button"
        data-testid="pause"
        aria-label={paused ? 'Play' : 'Pause, and pay nothing'}
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
      <button type="button" data-testid="fullscreen" aria-label="Full screen" onClick={() => fullScreen(video())}>
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d="M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5" fill="none" />
        </svg>
      </button>
    </div>
  );
}
