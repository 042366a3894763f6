// The video where the browser plays HLS by itself alone: by playlists and key addresses that the server makes for this viewer.
import type { ProblemBody } from '../../vocabulary/problems.js';
import type { Player } from './any-player.js';
import { playAnyway } from './engine.js';
import { createWatchdog } from './stall.js';
import { keepPicture } from './still.js';

export interface NativeNeeds {
  video: HTMLVideoElement;
  still: HTMLCanvasElement;
  /** A fresh folder of this session's playlists. */
  folder: () => Promise<string>;
  fetch: typeof globalThis.fetch;
  onMuted: () => void;
  onMoving: (moving: boolean) => void;
  /** The playlist is shown no more for this; asked for until it is over. */
  onHeld: (problem: ProblemBody) => void;
  /** The session's purses may have changed: no key's answer tells of it here. */
  onLook: () => void;
}

const lookMs = 2000;

export const playsHls = (video: HTMLVideoElement): boolean => video.canPlayType('application/vnd.apple.mpegurl') !== '';

/** A playlist's name, wherever the public one is. */
const nameOf = (url: string): string => /([\w-]+\.m3u8)(?:\?|$)/.exec(url)?.[1] ?? 'live.m3u8';

export function createNativePlayer(needs: NativeNeeds): Player {
  const { video } = needs;
  const watchdog = createWatchdog();
  let name: string | null = null;
  let folder: string | null = null;
  let opening = 0;
  let started = false;
  let lastTime = -1;
  video.classList.add('front');
  const watching = setInterval(watch, 250);
  const looking = setInterval(() => void look().catch(() => {}), lookMs);
  video.addEventListener('error', () => void (folder && setTimeout(() => void open(), lookMs)));

  function watch(): void {
    const now = performance.now();
    const moving = video.currentTime !== lastTime && !video.paused && video.readyState > 1;
    lastTime = video.currentTime;
    needs.onMoving(moving);
    const advice = watchdog.look({ now, moving, able: folder !== null && !video.paused });
    if (advice === 'nudge') void playAnyway(video, needs.onMuted);
    else if (advice === 'rebuild') void open();
  }

  async function look(): Promise<void> {
    if (!folder) return;
    needs.onLook();
    const response = await needs.fetch(`${folder}state.json`, { cache: 'no-store' });
    if (response.status === 404) return open();
    const { held } = (await response.json()) as { held: ProblemBody | null };
    if (held) needs.onHeld(held);
  }

  async function open(): Promise<void> {
    started = true;
    opening += 1;
    const mine = opening;
    keepPicture(video, needs.still);
    const fresh = await needs.folder().catch(() => null);
    if (!fresh || !name || mine !== opening) return;
    folder = fresh;
    video.src = fresh + name;
    await playAnyway(video, needs.onMuted);
  }

  function leave(): void {
    started = false;
    opening += 1;
    folder = null;
    keepPicture(video, needs.still);
    video.removeAttribute('src');
    video.load();
  }

  function start(playlists: readonly string[]): void {
    name = nameOf(playlists[0] ?? '');
    void open();
  }

  // While nothing is paid the server shows it nothing more; who pauses asks for no playlist, and so pays nothing.
  const hold = (): void => void (video.paused && leave());

  return {
    start,
    aim(playlists): void {
      name = nameOf(playlists[0] ?? '');
    },
    async show(playlists): Promise<boolean> {
      start(playlists);
      return true;
    },
    hold,
    pause(): void {
      video.pause();
      hold();
    },
    resume: () => void open(),
    play: () => playAnyway(video, needs.onMuted),
    // The system's own controls go back, where they can.
    goBack: () => {},
    timeline: () => null,
    isStarted: () => started,
    choose: () => {},
    caption: () => {},
    stop: leave,
    destroy(): void {
      clearInterval(watching);
      clearInterval(looking);
      leave();
    },
  };
}
