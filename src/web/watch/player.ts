// The video: hls.js near the live edge; stopped while unpaid, and back at the live edge by itself after any trouble.
// There are two elements: another cam gets ready behind the one that is seen, and takes its place once it plays.
import type Hls from 'hls.js';
import type { ErrorData, HlsConfig } from 'hls.js';
import { backoff } from '../shared/time.js';
import { followCaptions } from './captions.js';
import { levelFor, type Quality, qualitiesOf } from './qualities.js';
import { createWatchdog } from './stall.js';
import { keepPicture } from './still.js';

export interface PlayerNeeds {
  Hls: typeof Hls;
  videos: readonly [HTMLVideoElement, HTMLVideoElement];
  /** Beneath the video: keeps the last picture while there is no other. */
  still: HTMLCanvasElement;
  keyLoader: HlsConfig['loader'];
  /** For playlists and media. */
  mediaLoader: HlsConfig['loader'];
  /** The browser refused sound; the picture goes on muted. */
  onMuted: () => void;
  /** The picture moves or stands still. */
  onMoving: (moving: boolean) => void;
  /** What there is to choose from; fewer than two are no choice. */
  onQualities?: (qualities: readonly Quality[]) => void;
  /** Whether the stream has captions. */
  onCaptions?: (there: boolean) => void;
}

/** Who is this much further behind the edge of the show than he should be, s, is taken there. */
const mostBehind = 5;
/** How long another cam may take to play. */
const readyMs = 12_000;
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

export interface Player {
  /** With the playlists' addresses, best first. */
  start(playlists: readonly string[]): void;
  /** What to play when it goes on. */
  aim(playlists: readonly string[]): void;
  /** Another cam: what is seen goes on until that one plays; false when it does not. */
  show(playlists: readonly string[]): Promise<boolean>;
  /** Loads nothing more; what is decrypted plays to its end. */
  hold(): void;
  /** From the live edge, with a fresh playlist. */
  resume(): void;
  play(): Promise<void>;
  isStarted(): boolean;
  /** A picture's height; null: what the line carries. Keys are the same for all. */
  choose(height: number | null): void;
  caption(on: boolean): void;
  stop(): void;
  destroy(): void;
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

export function createPlayer(needs: PlayerNeeds): Player {
  const { Hls: Engine, videos } = needs;
  const waits = backoff(500, 5000);
  const watchdog = createWatchdog();
  let video = videos[0];
  let hls: Hls | null = null;
  /** Gives up the cam that gets ready. */
  let dropNext: (() => void) | null = null;
  let sources: readonly string[] = [];
  let source = 0;
  let height: number | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let recoveredAt = 0;
  let lastTime = -1;
  let movedAt = performance.now();
  const captions = followCaptions(videos, () => needs.onCaptions?.(captions.there(video)));
  video.classList.add('front');
  const watching = setInterval(watch, 250);

  function watch(): void {
    const now = performance.now();
    const moving = video.currentTime !== lastTime && !video.paused && video.readyState > 1;
    if (moving) movedAt = now;
    lastTime = video.currentTime;
    needs.onMoving(moving || (now - movedAt < 400 && !video.paused));
    const behind = hls ? hls.latency - (hls.targetLatency ?? hls.latency) : 0;
    if (moving && behind > mostBehind && hls?.liveSyncPosition) video.currentTime = hls.liveSyncPosition;
    const more = (hls?.latestLevelDetails?.edge ?? 0) - video.currentTime >= 2;
    const advice = watchdog.look({ now, moving, able: more && !video.paused && hls?.loadingEnabled === true });
    if (advice === 'nudge') nudge();
    else if (advice === 'rebuild') rebuild();
  }

  /** Over a hole that is not seen, or to where the show is. */
  function nudge(): void {
    const edge = hls?.liveSyncPosition ?? 0;
    video.currentTime = edge > video.currentTime + 0.5 ? edge : video.currentTime + 0.2;
    void playAnyway(video, needs.onMuted);
  }

  function onError(engine: Hls, data: ErrorData): void {
    if (!data.fatal || engine !== hls) return;
    const now = performance.now();
    if (data.type === Engine.ErrorTypes.MEDIA_ERROR && now - recoveredAt > 5000) {
      recoveredAt = now;
      engine.recoverMediaError();
      return;
    }
    if (data.type === Engine.ErrorTypes.NETWORK_ERROR) source += 1;
    clearTimeout(timer);
    timer = setTimeout(rebuild, waits.next());
  }

  function open(url: string, on: HTMLVideoElement): Hls {
    const engine = new Engine(config(needs.keyLoader, needs.mediaLoader));
    engine.on(Engine.Events.ERROR, (_, data) => onError(engine, data));
    engine.on(Engine.Events.FRAG_BUFFERED, () => waits.reset());
    engine.on(Engine.Events.MANIFEST_PARSED, () => {
      const level = levelFor(engine.levels, height);
      if (level >= 0) engine.nextLevel = level;
      if (engine === hls) tellQualities();
      void playAnyway(on, engine === hls ? needs.onMuted : () => {});
    });
    engine.attachMedia(on);
    engine.loadSource(url);
    return engine;
  }

  const tellQualities = (): void => needs.onQualities?.(qualitiesOf(hls?.levels ?? []));

  function leave(): void {
    clearTimeout(timer);
    dropNext?.();
    keepPicture(video, needs.still);
    hls?.destroy();
    hls = null;
  }

  function rebuild(): void {
    leave();
    const url = sources[source % sources.length];
    if (!url) return;
    hls = open(url, video);
    movedAt = performance.now();
  }

  function start(playlists: readonly string[]): void {
    sources = playlists;
    source = 0;
    rebuild();
  }

  /** What got ready is seen, and what was seen is gone. */
  function swap(engine: Hls, next: HTMLVideoElement, playlists: readonly string[]): void {
    const [before, gone] = [video, hls];
    Object.assign(next, { volume: before.volume, muted: before.muted });
    next.classList.add('front');
    before.classList.remove('front');
    [video, hls, sources, source] = [next, engine, playlists, 0];
    [lastTime, movedAt] = [-1, performance.now()];
    if (document.pictureInPictureElement === before) next.requestPictureInPicture().catch(() => {});
    gone?.destroy();
    // What the browser does not let sound plays on without.
    if (next.paused) void playAnyway(next, needs.onMuted);
    tellQualities();
    needs.onCaptions?.(captions.there(next));
  }

  function show(playlists: readonly string[]): Promise<boolean> {
    dropNext?.();
    const url = playlists[0];
    if (!url || !hls || video.paused || video.readyState < 2) {
      start(playlists);
      return Promise.resolve(true);
    }
    const next = video === videos[0] ? videos[1] : videos[0];
    next.muted = true;
    const engine = open(url, next);
    return new Promise((resolve) => {
      const done = (plays: boolean): void => {
        clearTimeout(limit);
        dropNext = null;
        next.removeEventListener('timeupdate', ready);
        if (plays) swap(engine, next, playlists);
        else engine.destroy();
        resolve(plays);
      };
      // `playing` comes before a frame is there.
      const ready = (): void => void (next.readyState > 2 && !next.paused && next.currentTime > 0 && done(true));
      const limit = setTimeout(() => done(false), readyMs);
      dropNext = () => done(false);
      engine.on(Engine.Events.ERROR, (_, { fatal }) => fatal && engine !== hls && done(false));
      next.addEventListener('timeupdate', ready);
    });
  }

  return {
    start,
    aim(playlists): void {
      [sources, source] = [playlists, 0];
    },
    show,
    hold(): void {
      clearTimeout(timer);
      dropNext?.();
      hls?.stopLoad();
    },
    resume: rebuild,
    play: () => playAnyway(video, needs.onMuted),
    isStarted: () => hls !== null,
    choose(wish): void {
      height = wish;
      if (hls) hls.nextLevel = levelFor(hls.levels, wish);
    },
    caption: (on) => captions.show(on),
    stop: leave,
    destroy(): void {
      clearInterval(watching);
      leave();
    },
  };
}
