// Makes the plan's troubles happen, each at its time, and says since when nothing can be shown because of them.
import { pause } from '../../src/web/shared/time.js';
import type { Random } from '../support/random.js';
import type { Away } from './bounds.js';
import type { Carrier } from './carrier.js';
import type { Trouble } from './plan.js';
import { type Encoder, encoders, type Publisher } from './publisher.js';

export interface TroubleNeeds {
  plan: readonly Trouble[];
  random: Random;
  publisher: Publisher;
  carriers: readonly Carrier[];
  copy: { be(manner: 'right' | 'refused' | 'hanging'): void };
  /** Kills the server and starts it again. */
  killServer: () => Promise<void>;
  say: (line: string) => void;
  signal: AbortSignal;
}

export type Troubles = ReturnType<typeof startTroubles>;

export function startTroubles(needs: TroubleNeeds) {
  const { random, publisher, signal } = needs;
  const began = Date.now();
  const aways: Away[] = [];
  const had = new Map<string, number>();

  async function away(kind: string, act: () => Promise<void>): Promise<void> {
    const mine: Away = { kind, from: Date.now(), over: null, back: null };
    aways.push(mine);
    await act();
    mine.over = Date.now();
  }

  async function again(encoder: Encoder, afterMs: number): Promise<void> {
    await publisher.end();
    await pause(afterMs);
    publisher.start(encoder);
  }

  const same = (): Encoder => ({ ...publisher.encoder(), pace: 1 });
  const other = (): Encoder => random.pick(encoders.filter(({ gop }) => gop !== publisher.encoder().gop));

  /** Whatever happens, the source sends again when it resolves. */
  const source: Record<Extract<Trouble, { lane: 'source' }>['kind'], (ms: number) => Promise<void>> = {
    lost: (ms) => away('lost', () => again(same(), ms)),
    gone: (ms) => away('gone', () => again(same(), ms)),
    changed: (ms) => away('changed', () => again(other(), ms)),
    frozen: (ms) =>
      away('frozen', async () => {
        publisher.freeze();
        await pause(ms);
        publisher.thaw();
      }),
    stalled: (ms) =>
      away('stalled', async () => {
        publisher.hold(true);
        await pause(ms);
        publisher.hold(false);
      }),
    slow: (ms) =>
      away('slow', async () => {
        await again({ ...same(), pace: 0.7 }, 0);
        await pause(ms);
        await again(same(), 0);
      }),
    // What comes in gusts comes in time: nothing is away.
    async uneven(ms) {
      for (const until = Date.now() + ms; Date.now() < until; ) {
        publisher.hold(true);
        await pause(500);
        publisher.hold(false);
        await pause(400);
      }
    },
  };

  async function happen(trouble: Trouble): Promise<void> {
    const { lane, kind, ms } = trouble;
    const name = lane === 'carrier' ? `${lane} ${trouble.which + 1} ${kind}` : `${lane} ${kind}`;
    needs.say(`${name}${ms > 0 ? ` for ${(ms / 1000).toFixed(1)} s` : ''}`);
    const counted = `${lane} ${kind}`;
    had.set(counted, (had.get(counted) ?? 0) + 1);
    if (lane === 'source') await source[kind](ms);
    else if (lane === 'server') await away('server', needs.killServer);
    else if (lane === 'copy') {
      needs.copy.be(kind);
      await pause(ms);
      needs.copy.be('right');
    } else {
      const carrier = needs.carriers[trouble.which];
      await carrier?.be(kind);
      await pause(ms);
      await carrier?.be('right');
    }
  }

  /** One after the other in a lane; a trouble under way is brought to its end. */
  async function run(lane: Trouble['lane']): Promise<void> {
    for (const trouble of needs.plan.filter((one) => one.lane === lane)) {
      await pause(Math.max(0, began + trouble.at - Date.now()), signal);
      await happen(trouble);
    }
  }

  const lanes = (['source', 'carrier', 'copy', 'server'] as const).map((lane) =>
    run(lane).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    }),
  );
  return {
    aways,
    had,
    /** Media have come: what was over is back. */
    moved(now: number): void {
      for (const one of aways) if (one.over !== null && now > one.over) one.back ??= now;
    },
    ended: Promise.all(lanes),
  };
}
