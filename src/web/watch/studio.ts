// Video from Livepeer Studio: each key period that plays is paid for at our gate, as ever, and Studio is shown the pass that this earns.
import type Hls from 'hls.js';
import type { HlsConfig, Loader, LoaderContext } from 'hls.js';
import type { StudioPasses } from '../../vocabulary/watching.js';
import { pause } from '../shared/time.js';
import type { Player } from './any-player.js';

export interface StudioNeeds {
  Hls: typeof Hls;
  stream: string;
  /** Pays for a key, however long that takes; those of periods that come are waited for. */
  key: (path: string, signal: AbortSignal) => Promise<unknown>;
  open: () => Promise<StudioPasses>;
  /** For how long passes are shown before others are asked for. */
  renewMs?: number;
}

const retryMs = 1000;

type LoaderClass = new (config: HlsConfig) => Loader<LoaderContext>;

const isPlaylist = (url: string): boolean => new URL(url).pathname.endsWith('.m3u8');

export function createStudio(needs: StudioNeeds) {
  const { stream, renewMs = 8000 } = needs;
  let passes: StudioPasses = { key: null, header: '', passes: [] };
  let lookedAt = Number.NEGATIVE_INFINITY;
  let paying: AbortController | null = null;
  const waiting: (() => void)[] = [];

  /** The key to pay for. */
  async function look(): Promise<number | null> {
    passes = await needs.open();
    lookedAt = performance.now();
    if (passes.passes.length > 0) for (const go of waiting.splice(0)) go();
    return passes.key;
  }

  /** Pays while it plays: for the key that is due, then for each that follows when its period begins. */
  async function pay(signal: AbortSignal): Promise<void> {
    let n: number | null = null;
    while (!signal.aborted) {
      try {
        // Who was away does not pay for what he missed.
        if (n === null || performance.now() - lookedAt > renewMs) n = await look();
        if (n === null) {
          await pause(retryMs, signal);
          continue;
        }
        await needs.key(`/keys/${stream}/${n}`, signal);
        if (passes.passes.length === 0) await look();
        n += 1;
      } catch {
        n = null;
        await pause(retryMs, signal).catch(() => {});
      }
    }
  }

  function go(): void {
    if (paying) return;
    paying = new AbortController();
    void pay(paying.signal);
  }

  function halt(): void {
    paying?.abort();
    paying = null;
    passes = { ...passes, passes: [] };
  }

  /** What opens a playlist at that address. */
  async function passFor(url: string): Promise<{ name: string; value: string }> {
    if (passes.passes.length === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    const of = passes.passes.find(({ playbackId }) => url.includes(playbackId)) ?? passes.passes[0];
    return { name: passes.header, value: of?.value ?? '' };
  }

  async function setUp(xhr: XMLHttpRequest, url: string, anew: boolean): Promise<void> {
    xhr.open('GET', url, true);
    if (!isPlaylist(url)) return;
    // Studio remembers of a pass that it was refused: who begins anew asks for another.
    if (anew) await look().catch(() => {});
    const { name, value } = await passFor(url);
    xhr.setRequestHeader(name, value);
  }

  const Base = needs.Hls.DefaultConfig.loader as unknown as LoaderClass;
  class StudioLoader extends Base {
    readonly #asked: { anew: boolean };

    constructor(config: HlsConfig) {
      const asked = { anew: false };
      super({ ...config, xhrSetup: (xhr, url) => setUp(xhr, url, asked.anew) });
      this.#asked = asked;
    }

    override load(...args: Parameters<Loader<LoaderContext>['load']>): void {
      const [{ type }] = args as unknown as [{ type?: string }];
      this.#asked.anew = type === 'manifest';
      super.load(...args);
    }
  }

  return {
    loader: StudioLoader as unknown as HlsConfig['loader'],
    /** The player, paid for while it plays. */
    paid: (player: Player): Player => ({
      ...player,
      start(playlists) {
        go();
        player.start(playlists);
      },
      show(playlists) {
        go();
        return player.show(playlists);
      },
      resume() {
        go();
        player.resume();
      },
      hold() {
        halt();
        player.hold();
      },
      pause() {
        halt();
        player.pause();
      },
      stop() {
        halt();
        player.stop();
      },
      destroy() {
        halt();
        player.destroy();
      },
    }),
  };
}
