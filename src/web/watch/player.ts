// The video: hls.js live, or where the viewer went back to; stopped while unpaid, and where it was by itself after any trouble.
// There are two elements: another cam gets ready behind the one that is seen, and takes its place once it plays.
import type Hls from 'hls.js';
import type { ErrorData, HlsConfig } from 'hls.js';
import { backoff } from '../shared/time.js';
import type { Player } from './any-player.js';
import { captionReader, followCaptions } from './captions.js';
import { beginAt, config, piecesOf, playAnyway } from './engine.js';
import { awaitCam } from './next-cam.js';
import type { Place } from './place.js';
import { levelFor, type Quality, qualitiesOf } from './qualities.js';
import { createWatchdog } from './stall.js';
import { keepPicture } from './still.js';
import { createWhereabouts } from './whereabouts.js';

export interface PlayerNeeds {
  Hls: typeof Hls;
  videos: readonly [HTMLVideoElement, HTMLVideoElement];
  /** Beneath the video: keeps the last picture while there is no other. */
  still: HTMLCanvasElement;
  keyLoader: HlsConfig['loader'];
  /** For playlists and media. */
  mediaLoader: HlsConfig['loader'];
  /** How far back viewers may go; 0: not at all. */
  dvrMs: number;
  /** The browser refused sound; the picture goes on muted. */
  onMuted: () => void;
  /** The picture moves or stands still. */
  onMoving: (moving: boolean) => void;
  /** Where the viewer is; null: he cannot go back. */
  onPlace?: (place: Place | null) => void;
  /** What he was watching is kept no longer: he is at the oldest there is. */
  onFell?: () => void;
  /** What there is to choose from; fewer than two are no choice. */
  onQualities?: (qualities: readonly Quality[]) => void;
  /** Whether the stream has captions. */
  onCaptions?: (there: boolean) => void;
}

export function createPlayer(needs: PlayerNeeds): Player {
  const { Hls: Engine, videos } = needs;
  const waits = backoff(500, 5000);
  const watchdog = createWatchdog();
  const { onPlace = () => {}, onFell = () => {} } = needs;
  const whereabouts = createWhereabouts({ dvrMs: needs.dvrMs, onPlace, onFell });
  let video = videos[0];
  let hls: Hls | null = null;
  /** Gives up the cam that gets ready. */
  let dropNext: (() => void) | null = null;
  let sources: readonly string[] = [];
  let source = 0;
  /** What plays is not what was last aimed at. */
  let aside = false;
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
    const move = whereabouts.look(hls, video, moving);
    if (move) go(move.to);
    const more = (hls?.latestLevelDetails?.edge ?? 0) - video.currentTime >= 2;
    const advice = watchdog.look({ now, moving, able: more && !video.paused && hls?.loadingEnabled === true });
    if (advice === 'nudge') nudge();
    else if (advice === 'rebuild') rebuild();
  }

  function go(time: number): void {
    video.currentTime = time;
    whereabouts.note(hls, time);
  }

  /** Over a hole that is not seen, or to where the show is. */
  function nudge(): void {
    const edge = whereabouts.isBehind() ? 0 : (hls?.liveSyncPosition ?? 0);
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
    const timelineController = captionReader(Engine);
    const engine = new Engine({
      ...config(needs.keyLoader, needs.mediaLoader),
      ...(timelineController && { timelineController }),
    });
    engine.on(Engine.Events.ERROR, (_, data) => onError(engine, data));
    engine.on(Engine.Events.FRAG_BUFFERED, () => waits.reset());
    engine.on(Engine.Events.MANIFEST_PARSED, () => {
      const level = levelFor(engine.levels, height);
      if (level >= 0) engine.nextLevel = level;
      if (engine === hls) tellQualities();
      void playAnyway(on, engine === hls ? needs.onMuted : () => {});
    });
    if (whereabouts.isBehind()) beginAt(Engine, engine, (details) => whereabouts.placeIn(engine, details));
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
    aside = false;
    whereabouts.loads();
    hls = open(url, video);
    movedAt = performance.now();
  }

  function aim(playlists: readonly string[]): void {
    [sources, source, aside] = [playlists, 0, true];
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
      aim(playlists);
      rebuild();
      return Promise.resolve(true);
    }
    const next = video === videos[0] ? videos[1] : videos[0];
    next.muted = true;
    whereabouts.note(hls, video.currentTime);
    const engine = open(url, next);
    return new Promise((resolve) => {
      dropNext = awaitCam(Engine, engine, next, (plays) => {
        dropNext = null;
        if (plays) swap(engine, next, playlists);
        else engine.destroy();
        resolve(plays);
      });
    });
  }

  function hold(): void {
    clearTimeout(timer);
    dropNext?.();
    hls?.stopLoad();
    whereabouts.holds();
  }

  /** On with what is loaded already, where it is still within the window. */
  function goOn(): boolean {
    const to = aside || video.readyState === 0 ? null : whereabouts.goOn(hls, video.currentTime);
    if (!hls || to === null) return false;
    whereabouts.loads();
    if (to !== video.currentTime) go(to);
    hls.startLoad(to);
    movedAt = performance.now();
    void playAnyway(video, needs.onMuted);
    return true;
  }

  return {
    start(playlists): void {
      whereabouts.toLive();
      aim(playlists);
      rebuild();
    },
    aim,
    show,
    hold,
    pause(): void {
      whereabouts.stay();
      whereabouts.note(hls, video.currentTime);
      for (const one of videos) one.pause();
      hold();
    },
    resume: () => void (goOn() || rebuild()),
    goBack(behind): void {
      const seen = whereabouts.sight(hls, video.currentTime);
      if (!seen) return;
      const to = whereabouts.goBack(seen, behind);
      // Live is elsewhere by the time that something is loaded again.
      if (!whereabouts.isHeld() || whereabouts.isBehind()) go(to);
    },
    timeline() {
      const [details, seen] = [hls?.latestLevelDetails, whereabouts.sight(hls, video.currentTime)];
      return details && seen && needs.dvrMs > 0 ? { pieces: piecesOf(details), sight: seen } : null;
    },
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
