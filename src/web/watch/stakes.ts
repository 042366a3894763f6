// What a viewer can stake, what it would bring, and what has become of it. Pure.
import type { AddressStakes, PredictionView } from '../../vocabulary/predictions.js';
import type { LivePrediction } from '../shared/prediction.js';
import { isMine, own } from './own.js';
import { type Purse, room } from './purses.js';
import type { WatchState } from './state.js';

/** What one stake can be made of: what lies at the page's address, and the own channel that has most. */
export function stakeable(state: WatchState): { most: bigint; from: Purse | null } {
  const mine = own(state).filter(({ id }) => state.channels.some((one) => one.id === id && isMine(state, one)));
  const from = mine.reduce<Purse | null>((best, one) => (best && room(best) >= room(one) ? best : one), null);
  return { most: state.lying + (from ? room(from) : 0n), from };
}

const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((all, one) => all + one, 0n);

/** What a winning stake brings back of these totals, the fee taken off; cut to the unit. */
export function brings(amount: bigint, option: number, totals: readonly bigint[], feeBps: number): bigint {
  const [pot, right] = [sum(totals), totals[option] ?? 0n];
  if (right === 0n || right === pot) return amount;
  return ((pot - ((pot - right) * BigInt(feeBps)) / 10_000n) * amount) / right;
}

/** The same of `amount` more on an option. */
export function wouldBring({ totals, feeBps }: PredictionView, option: number, amount: bigint): bigint {
  const after = totals.map((one, i) => BigInt(one) + (i === option ? amount : 0n));
  return brings(amount, option, after, feeBps);
}

/** By option, what has reached the escrow, or is on its way there. */
export function stakedBy({ stakes }: AddressStakes, options: number): bigint[] {
  const by = Array.from({ length: options }, () => 0n);
  for (const { option, amount, state } of stakes)
    if (state !== 'failed') by[option] = (by[option] ?? 0n) + BigInt(amount);
  return by;
}

/** One that ended stays this long for who did not stake. */
const staysMs = 60_000;

/** What the page shows: the newest one, or the last one that this page staked in. */
export function shownOf(
  { prediction: live, staked }: Pick<WatchState, 'prediction' | 'staked'>,
  over: (live: LivePrediction) => number | null,
): { live: LivePrediction; mine: AddressStakes | null } | null {
  const id = live?.prediction.id;
  if (staked && (!live || id === staked.prediction.id)) {
    const { prediction, heard, mine } = staked;
    return { live: live ?? { prediction, heard, endedAt: null }, mine };
  }
  if (!live) return null;
  const since = over(live);
  const done = ['paid', 'refunded'].includes(live.prediction.state);
  return done && since !== null && since > staysMs ? null : { live, mine: null };
}
