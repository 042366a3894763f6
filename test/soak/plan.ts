// What goes wrong in a show, and when: drawn from a seed before it begins; a two-hour show's troubles, closer together in a shorter one.
import type { Random } from '../support/random.js';

export const sourceTroubles = ['lost', 'gone', 'frozen', 'stalled', 'uneven', 'slow', 'changed'] as const;
export const carrierTroubles = ['errors', 'silent', 'stale', 'corrupt', 'cut', 'closed'] as const;
export const copyTroubles = ['refused', 'hanging'] as const;

export type Trouble =
  /** `lost` comes back within the time that it is waited for, `gone` after it; `changed` comes back as another encoder. */
  | { lane: 'source'; kind: (typeof sourceTroubles)[number]; at: number; ms: number }
  | { lane: 'carrier'; kind: (typeof carrierTroubles)[number]; at: number; ms: number; which: number }
  | { lane: 'copy'; kind: (typeof copyTroubles)[number]; at: number; ms: number }
  | { lane: 'server'; kind: 'killed'; at: number; ms: number };

type Lane = Trouble['lane'];

/** In a show of two hours. */
const perShow: Record<Lane, number> = { source: 40, carrier: 60, copy: 12, server: 2 };
/** Nearer than this, one trouble would be the other's cause. */
const leastApartMs: Record<Lane, number> = { source: 24_000, carrier: 16_000, copy: 40_000, server: 90_000 };
/** Before this all is well, and after the last all gets well again. */
export const calmMs = { before: 8000, after: 12_000 };

export const reconnectMs = 8000;

function lengthOf(random: Random, lane: Lane, kind: string): number {
  if (lane === 'server') return 0;
  if (lane === 'copy') return random.between(6, 15) * 1000;
  if (lane === 'carrier') return random.between(4, 12) * 1000;
  if (kind === 'gone') return reconnectMs + random.between(2000, 5000);
  if (kind === 'changed') return random.between(200, 1500);
  if (kind === 'slow' || kind === 'uneven') return random.between(5000, 9000);
  return random.between(1500, 6000);
}

function draw(random: Random, lane: Lane, at: number, kinds: string[]): Trouble {
  if (lane === 'server') return { lane, kind: 'killed', at, ms: 0 };
  // Every kind comes before any comes again.
  if (kinds.length === 0) {
    const all: readonly string[] = { source: sourceTroubles, carrier: carrierTroubles, copy: copyTroubles }[lane];
    kinds.push(...all);
  }
  const [kind = ''] = kinds.splice(random.below(kinds.length), 1);
  const ms = lengthOf(random, lane, kind);
  return { lane, kind, at, ms, ...(lane === 'carrier' && { which: random.chance(0.7) ? 0 : 1 }) } as Trouble;
}

/** Kills come early: what follows is long enough to see whether memory grows. */
const share: Record<Lane, number> = { source: 1, carrier: 1, copy: 1, server: 0.3 };

/** In the order in which they come; `at` is ms from the beginning of the show. */
export function drawPlan(random: Random, minutes: number): Trouble[] {
  const all: Trouble[] = [];
  const room = minutes * 60_000 - calmMs.before - calmMs.after;
  for (const lane of Object.keys(perShow) as Lane[]) {
    const time = room * share[lane];
    const count = Math.min(
      perShow[lane],
      Math.max(lane === 'server' && minutes < 1.5 ? 0 : 1, Math.floor(time / leastApartMs[lane])),
    );
    const apart = time / count;
    const kinds: string[] = [];
    for (let i = 0; i < count; i++) {
      const at = calmMs.before + Math.round((i + random.next() * 0.3) * apart);
      const trouble = draw(random, lane, at, kinds);
      all.push({ ...trouble, ms: Math.min(trouble.ms, Math.round(apart * 0.6)) });
    }
  }
  return all.sort((a, b) => a.at - b.at);
}
