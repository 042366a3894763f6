// One hls.js on one video: how it is set, where it begins, and what it knows of what can be watched.
import type Hls from 'hls.js';
import type { Fragment, HlsConfig, LevelDetails } from 'hls.js';
import { keyNumber, keyPath } from './key-loader.js';
import type { Piece } from './timeline.js';

const never = Number.POSITIVE_INFINITY;

const catchUp = 1.08;
/** s. */
const mostAhead = 6;

/** How hls.js is set. */
export function config(keyLoader: HlsConfig['loader'], mediaLoader: HlsConfig['loader']): Partial<HlsConfig> {
  return {
    loader: keyLoader,
    pLoader: mediaLoader as NonNullable<HlsConfig['pLoader']>,
    fLoader: mediaLoader as NonNullable<HlsConfig['fLoader']>,
    keyLoadPolicy: {
      default: { maxTimeToFirstByteMs: never, maxLoadTimeMs: never, timeoutRetry: null, errorRetry: null },
    },
    // How near the edge it plays is said by the playlist: three parts where there are parts, else three segments.
    lowLatencyMode: true,
    liveSyncOnStallIncrease: 0.5,
    maxLiveSyncPlaybackRate: catchUp,
    // What is loaded is paid for: who went back, and leaves again, has not bought much more than he saw.
    maxBufferLength: mostAhead,
    maxMaxBufferLength: mostAhead,
    backBufferLength: 30,
    // Would load at the edge before it is known where to begin.
    enableInterstitialPlayback: false,
  };
}

/** Plays; muted where the browser lets nothing else begin by itself. */
export async function playAnyway(video: HTMLVideoElement, onMuted: () => void): Promise<void> {
  try {
    await video.play();
  } catch (error) {
    if (!(error instanceof DOMException) || error.name !== 'NotAllowedError' || video.muted) return;
    video.muted = true;
    onMuted();
    await video.play().catch(() => {});
  }
}

/** Who is behind by choice is not hurried. */
export function hurry(engine: Hls, on: boolean): void {
  engine.config.maxLiveSyncPlaybackRate = on ? catchUp : 1;
}

/**
 * Begins where `placeIn` says, once there is a playlist; null: live. Before that no media are loaded, and so nothing is
 * paid for.
 */
export function beginAt(Engine: typeof Hls, engine: Hls, placeIn: (details: LevelDetails) => number | null): void {
  // Not earlier: what starts the playlists starts the media too.
  engine.once(Engine.Events.LEVEL_LOADING, () => engine.pauseBuffering());
  engine.once(Engine.Events.LEVEL_LOADED, (_, { details }) => engine.startLoad(placeIn(details) ?? -1));
}

const keyOf = ({ levelkeys }: Fragment): number | null => {
  const path = keyPath(levelkeys?.identity?.uri ?? '');
  return path ? keyNumber(path) : null;
};

/** What the playlist lists, with what is under way. */
export function piecesOf(details: LevelDetails): Piece[] {
  const { fragments, fragmentHint } = details;
  const all: Fragment[] = fragmentHint ? [...fragments, fragmentHint] : fragments;
  return all.map((fragment) => {
    const { start, duration, programDateTime } = fragment;
    return { start, duration, programDateTime, key: keyOf(fragment) };
  });
}
