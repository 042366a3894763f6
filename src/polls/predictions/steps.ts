// How a prediction goes on by itself: each step reads the contract, does what is due, and writes down what came of it.
import type { Feed } from '../../feed/index.js';
import type { Logger } from '../../log.js';
import type { Trx } from '../../store/index.js';
import type { PredictionPayoutRow } from '../../store/rows/polls.js';
import type { PredictionEvent } from '../../vocabulary/events.js';
import { Problem } from '../../vocabulary/problems.js';
import type { Hex } from '../../vocabulary/values.js';
import { addPayouts, type Books, type Prediction } from './books.js';
import type { Escrow, OnChain, StakeOnChain } from './escrow.js';
import { divide, refundAll } from './payouts.js';
import { viewOf } from './view.js';

type What = PredictionEvent['data']['what'];

/** The chain's clock is its last block's: what time allows is done this much later. */
const slackMs = 2000;

export function createSteps(needs: {
  books: Books;
  escrow: Escrow;
  feed: Pick<Feed, 'append' | 'announce'>;
  /** What came to a payer is put where it spends from. */
  onPaid: (payer: Hex) => Promise<void>;
  /** It came a step further, and readers of the feed are about to hear of it. */
  onStep: (one: Prediction) => void;
  /** Gives back what was deposited for stakes that are none. */
  release: (one: Prediction) => Promise<void>;
  log: Logger;
  now: () => number;
}) {
  const { books, escrow, feed, log, now } = needs;

  async function tell(
    one: Prediction,
    set: Partial<Prediction>,
    what: What,
    also?: (trx: Trx) => Promise<void>,
  ): Promise<Prediction> {
    const next = await books.change(one, set, async (trx, made) => {
      await also?.(trx);
      await feed.append(trx, {
        stream: made.stream,
        type: 'prediction',
        data: { what, prediction: viewOf(made, escrow.address, now()) },
      });
    });
    // Who comes from here on is told what the event says.
    needs.onStep(next);
    feed.announce();
    return next;
  }

  /** As the contract has it: stakes may come from anywhere. */
  async function counted(one: Prediction, { count }: Pick<OnChain, 'count'>): Promise<Prediction> {
    if (count === one.stakes) return one;
    const totals = await escrow.totalsOf(one.market, one.options.length);
    return books.change(one, { totals, stakes: count });
  }

  async function opening(one: Prediction): Promise<Prediction> {
    if (!(await escrow.isOpened(one.market))) {
      if (now() + slackMs >= one.terms.lockAt * 1000) return books.change(one, { state: 'failed' });
      try {
        await escrow.open(one.market, one.terms);
      } catch (error) {
        const refused = error instanceof Problem && error.code === 'chain_refused';
        if (!refused || (await escrow.isOpened(one.market))) throw error;
        log.warn({ err: error, prediction: one.n }, 'a prediction was refused by the chain');
        return books.change(one, { state: 'failed' });
      }
    }
    return tell(one, { state: 'open' }, 'opened');
  }

  async function open(one: Prediction): Promise<Prediction> {
    const state = await escrow.stateOf(one.market);
    const fresh = await counted(one, state);
    if (state.cancelled) return tell(fresh, { state: 'cancelled' }, 'cancelled');
    if (!state.locked && now() < one.terms.lockAt * 1000) return fresh;
    return tell(fresh, { state: 'locked' }, 'locked');
  }

  async function locked(one: Prediction): Promise<Prediction> {
    const state = await escrow.stateOf(one.market);
    const fresh = await counted(one, state);
    if (state.cancelled) return tell(fresh, { state: 'cancelled' }, 'cancelled');
    if (state.finalAt > 0) return tell(fresh, { state: 'resolved', ...resultOf(state) }, 'resolved');
    if (now() < one.terms.resolveBy * 1000 + slackMs) return fresh;
    // Nobody said what happened: anyone may give all stakes back now, and we do.
    await escrow.cancel(one.market);
    return tell(fresh, { state: 'cancelled' }, 'cancelled');
  }

  const resultOf = ({ winner, finalAt }: OnChain) => ({ winner, final_at: finalAt * 1000 });

  async function resolved(one: Prediction): Promise<Prediction> {
    const state = await escrow.stateOf(one.market);
    if (state.cancelled) return tell(one, { state: 'cancelled', winner: null, final_at: null }, 'cancelled');
    const result = resultOf(state);
    const other = result.winner !== one.winner || result.final_at !== one.final_at;
    if (other) return tell(one, result, 'resolved');
    return now() < result.final_at + slackMs ? one : books.change(one, { state: 'paying' });
  }

  /** Shares the pot out, or gives it back; what an earlier run has paid is not paid again. */
  async function pay(one: Prediction): Promise<Prediction> {
    const { market, terms, winner } = one;
    const stakes = await escrow.stakesOf(market);
    const division = one.state === 'cancelled' ? refundAll(stakes) : divide(stakes, winner ?? 0, terms.feeBps);
    if (!division.refunds) await escrow.reckon(market, division.mark, stakes.length);
    const due = stakes.flatMap(({ paid }, i) => (!paid && (division.payouts[i] ?? 0n) > 0n ? [i] : []));
    const refused = await escrow.payOut(market, due);
    for (const index of refused)
      log.error({ prediction: one.n, index }, 'a payout was refused by the token; anyone can send it again');
    if (division.fee > 0n && !(await escrow.stateOf(market)).feePaid) await escrow.payFee(market);
    // Also of those whom an earlier run has paid.
    const winners = stakes.filter((_, i) => (division.payouts[i] ?? 0n) > 0n);
    for (const payer of new Set(winners.map((stake) => stake.payer))) await needs.onPaid(payer);
    await needs.release(one);
    const payouts = payoutsOf(one, stakes, division.payouts, new Set(refused));
    return tell(one, { state: one.state === 'cancelled' ? 'refunded' : 'paid' }, 'paid', (trx) =>
      addPayouts(trx, payouts),
    );
  }

  /** By payer, of all stakes together: also nothing, for who was wrong. */
  function payoutsOf(
    { n }: Prediction,
    stakes: readonly StakeOnChain[],
    given: readonly bigint[],
    refused: ReadonlySet<number>,
  ): PredictionPayoutRow[] {
    const sums = new Map<Hex, { sum: bigint; paid: number }>();
    for (const [i, { payer }] of stakes.entries()) {
      const { sum, paid } = sums.get(payer) ?? { sum: 0n, paid: 1 };
      sums.set(payer, { sum: sum + (given[i] ?? 0n), paid: refused.has(i) ? 0 : paid });
    }
    const at = now();
    return [...sums].map(([payer, { sum, paid }]) => ({ prediction: n, payer, amount: `${sum}`, paid, at }));
  }

  const steps: Partial<Record<Prediction['state'], (one: Prediction) => Promise<Prediction>>> = {
    opening,
    open,
    locked,
    resolved,
  };

  /** Goes as far as it goes now, but for what is to be paid. */
  async function advance(one: Prediction): Promise<Prediction> {
    const next = (await steps[one.state]?.(one)) ?? one;
    return next.state === one.state ? next : advance(next);
  }

  return { advance, pay };
}
