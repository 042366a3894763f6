// The video: hls.js near the live edge; stopped while unpaid, and back at the live edge by itself after any trouble.
import type Hls from 'hls.js';
import type { ErrorData, HlsConfig } from 'hls.js';
import { backoff } from '../shared/time.js';
import { keepPicture } from './still.js';

export interface PlayerNeeds {
  Hls: typeof Hls;
  video: HTMLVideoElement;
  /** Beneath the video: keeps the last picture while there is no other. */
  still: HTMLCanvasElement;
  keyLoader: HlsConfig['loader'];
  /** For playlists and media. */
  mediaLoader: HlsConfig['loader'];
  /** The browser refused sound; the picture goes on muted. */
  onMuted: () => void;
  /** The picture moves or stands still. */
  onMoving: (moving: boolean) => void;
}

/** How long a picture may stand still although there is more to show. */
const patienceMs = 8000;
/** Who is this much further behind the edge of the show than he should be, s, is taken there. */
const mostBehind = 5;
const never = Number.POSITIVE_INFINITY;

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
    maxLiveSyncPlaybackRate: 1.08,
    maxBufferLength: 12,
    maxMaxBufferLength: 20,
    backBufferLength: 10,
  };
}

export type Player = ReturnType<typeof createPlayer>;

/** `start` with the playlists' addresses, best first. */
export function createPlayer(needs: PlayerNeeds) {
  const { Hls: Engine, video } = needs;
  const waits = backoff(500, 5000);
  let hls: Hls | null = null;
  let sources: readonly string[] = [];
  let source = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let recoveredAt = 0;
  let lastTime = -1;
  let movedAt = performance.now();
  const watching = setInterval(watch, 250);

  function watch(): void {
    const now = performance.now();
    const moving = video.currentTime !== lastTime && !video.paused && video.readyState > 1;
    if (moving) movedAt = now;
    lastTime = video.currentTime;
    needs.onMoving(moving || (now - movedAt < 400 && !video.paused));
    const behind = hls ? hls.latency - (hls.targetLatency ?? hls.latency) : 0;
    if (moving && behind > mostBehind && hls?.liveSyncPosition) video.currentTime = hls.liveSyncPosition;
    if (!hls?.loadingEnabled || video.paused || now - movedAt < patienceMs) return;
    const edge = hls.latestLevelDetails?.edge ?? 0;
    if (edge - video.currentTime < 2) return;
    movedAt = now;
    rebuild();
  }

  function onError(_: unknown, data: ErrorData): void {
    if (!data.fatal || !hls) return;
    const now = performance.now();
    if (data.type === Engine.ErrorTypes.MEDIA_ERROR && now - recoveredAt > 5000) {
      recoveredAt = now;
      hls.recoverMediaError();
      return;
    }
    if (data.type === Engine.ErrorTypes.NETWORK_ERROR) source += 1;
    clearTimeout(timer);
    timer = setTimeout(rebuild, waits.next());
  }

  function leave(): void {
    clearTimeout(timer);
    keepPicture(video, needs.still);
    hls?.destroy();
    hls = null;
  }

  function rebuild(): void {
    leave();
    const url = sources[source % sources.length];
    if (!url) return;
    hls = new Engine(config(needs.keyLoader, needs.mediaLoader));
    hls.on(Engine.Events.ERROR, onError);
    hls.on(Engine.Events.FRAG_BUFFERED, () => waits.reset());
    hls.on(Engine.Events.MANIFEST_PARSED, () => void play());
    hls.attachMedia(video);
    hls.loadSource(url);
    movedAt = performance.now();
  }

  async function play(): Promise<void> {
    try {
      await video.play();
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== 'NotAllowedError' || video.muted) return;
      video.muted = true;
      needs.onMuted();
      await video.play().catch(() => {});
    }
  }

  return {
    start(playlists: readonly string[]): void {
      sources = playlists;
      source = 0;
      rebuild();
    },
    /** Loads nothing more; what is decrypted plays to its end. */
    hold(): void {
      clearTimeout(timer);
      hls?.stopLoad();
    },
    /** From the live edge, with a fresh playlist. */
    resume: () => rebuild(),
    play,
    isStarted: () => hls !== null,
    stop: leave,
    destroy(): void {
      clearInterval(watching);
      leave();
    },
  };
}
