// What people see of a prediction: how it stands, what a unit would bring, and when what happens (no I/O).
import type { OddsMessage, PredictionView } from '../../vocabulary/predictions.js';
import type { Hex } from '../../vocabulary/values.js';
import type { Prediction } from './books.js';
import { odds } from './payouts.js';

const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((all, a) => all + a, 0n);

/** Everyone gets the own stake back: called off, or nobody or everybody is right. */
export function isRefunded({ state, totals, winner }: Prediction): boolean {
  if (state === 'cancelled' || state === 'refunded') return true;
  const right = winner === null ? null : (totals[winner] ?? 0n);
  return (state === 'paying' || state === 'paid') && (right === 0n || right === sum(totals));
}

export function viewOf(one: Prediction, escrow: Hex, at: number): PredictionView {
  const { n, stream, market, question, options, state, stakes, totals, terms, winner } = one;
  return {
    ...{ id: `${n}`, stream, market, escrow, question, options: [...options], state, stakes },
    ...{ pot: `${sum(totals)}`, totals: totals.map(String), odds: odds(totals) },
    ...{ minStake: `${terms.minStake}`, feeBps: terms.feeBps, openedAt: one.opened_at },
    ...{ lockAt: terms.lockAt * 1000, resolveBy: terms.resolveBy * 1000, winner },
    ...{ finalAt: one.final_at, refunds: isRefunded(one), at },
  };
}

export function oddsOf({ n, stakes, totals }: Prediction, at: number): OddsMessage {
  return { prediction: `${n}`, at, stakes, pot: `${sum(totals)}`, totals: totals.map(String), odds: odds(totals) };
}
