// What the keys of a stretch cost one payer: for who goes back, and wants to know before he does.

import type { Hex } from '../../vocabulary/values.js';
import type { KeyCosts } from '../../vocabulary/watching.js';
import type { KeyPeriod, Keys } from '../keys.js';

/** What the gate needs to know of what was charged already. */
export interface Books {
  /** The reasons of a payer's charges of a stream since then. */
  reasonsSince(payer: Hex, stream: string, since: number): Promise<readonly string[]>;
}

/** Keys after each other of one price are told once. */
function runsOfCost(periods: readonly KeyPeriod[]): KeyCosts['costs'] {
  return periods
    .filter(({ cost, durationMs }, i) => cost !== periods[i - 1]?.cost || durationMs !== periods[i - 1]?.durationMs)
    .map(({ n, cost, durationMs }) => ({ n, cost: `${cost}`, durationMs }));
}

/** `numbers` rise. */
function runsOf(numbers: readonly number[]): KeyCosts['had'] {
  const runs: KeyCosts['had'] = [];
  for (const n of numbers) {
    const last = runs.at(-1);
    if (last?.[1] === n - 1) last[1] = n;
    else runs.push([n, n]);
  }
  return runs;
}

export function createFares({ keys, books }: { keys: Pick<Keys, 'between'>; books: Books }) {
  return async (stream: string, payer: Hex, from: number, to: number): Promise<KeyCosts> => {
    const periods = keys.between(stream, from, to);
    const [first] = periods;
    // Nothing is charged for a key before it begins.
    const reasons = new Set(first ? await books.reasonsSince(payer, stream, first.at) : []);
    const had = periods.filter(({ n }) => reasons.has(`watch/${stream}/${n}`)).map(({ n }) => n);
    return { costs: runsOfCost(periods), had: runsOf(had) };
  };
}
