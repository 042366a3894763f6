// The escrow after any calls of anyone, in any order: it holds what it owes, to the unit. SEED: which way; CALLS: how far.
import { EventLog } from 'ethers';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { predictionEscrow as place } from '../../src/chain/addresses.js';
import { divide, type Mark, type Stake } from '../../src/polls/predictions/payouts.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { type Person, useBench } from './bench.js';
import { type EscrowBench, onBench, type Terms } from './prediction-escrow-bench.js';

const bench = useBench();
const calls = Number(process.env.CALLS ?? 80);
const actsPerRun = 40;
const runs = Math.max(1, Math.round(calls / actsPerRun));

interface Market {
  id: Hex;
  terms: Terms;
  stakes: (Stake & { payer: Hex })[];
}

let on: EscrowBench;
let stakers: Person[];
beforeAll(async () => {
  on = onBench(bench(), await bench().person(), await bench().person());
  stakers = [await on.staker(10n ** 30n), await on.staker(10n ** 30n), await on.staker(10n ** 30n)];
});

const anAct = fc.record({
  what: fc.constantFrom(
    ...(['stake', 'stake', 'stake', 'stake', 'lock', 'resolve', 'resolve', 'cancel', 'wait'] as const),
    ...(['reckon', 'reckon', 'payout', 'payout', 'payFee', 'release'] as const),
  ),
  market: fc.nat(1),
  who: fc.nat(2),
  outcome: fc.nat(3),
  amount: fc.oneof(fc.bigInt(1n, 20n), fc.bigInt(1n, 10n ** 24n)),
  seconds: fc.constantFrom(1, 70, 400, 700, 4000),
  crew: fc.constantFrom('host', 'resolver', 'resolver', 'resolver', 'stranger'),
  right: fc.boolean(),
});
type Act = typeof anAct extends fc.Arbitrary<infer A> ? A : never;

async function markOf(market: Market, right: boolean): Promise<Mark> {
  const { winner } = await on.ask('stateOf', market.id);
  const division = divide(market.stakes, Number(winner), market.terms.feeBps);
  return right ? division.mark : { remainder: division.mark.remainder, index: division.mark.index + 1 };
}

/** What a stake brings at the end; null where it brings nothing. */
async function divisionOf(market: Market): Promise<{ payouts: bigint[]; fee: bigint }> {
  const state = await on.ask('stateOf', market.id);
  if (state.cancelled) return { payouts: market.stakes.map((s) => s.amount), fee: 0n };
  return divide(market.stakes, Number(state.winner), market.terms.feeBps);
}

async function play(market: Market, act: Act): Promise<void> {
  const { stranger } = bench();
  const by = { host: on.host, resolver: on.resolver, stranger }[act.crew];
  const who = stakers[act.who] as Person;
  const { id } = market;
  const some = market.stakes.map((_, i) => i).filter((i) => (i + act.outcome) % 2 === 0);
  const does: Record<Act['what'], () => Promise<unknown>> = {
    stake: async () => {
      const order = on.order(id, act.outcome, who, { amount: act.amount });
      await on.act(stranger, 'stake', order);
      market.stakes.push({ outcome: act.outcome, amount: act.amount, payer: who.address });
    },
    lock: () => on.act(by, 'lock', id),
    resolve: () => on.act(by, 'resolve', id, act.outcome),
    cancel: () => on.act(by, 'cancel', id),
    wait: () => bench().later(act.seconds),
    reckon: async () => on.act(stranger, 'reckon', id, await markOf(market, act.right), act.right ? 100 : 3),
    payout: () => on.act(stranger, 'payout', id, act.right ? some : some.slice(0, 1)),
    payFee: () => on.act(stranger, 'payFee', id),
    release: () => on.act(stranger, 'release', id, act.outcome, who.address, who.address, id),
  };
  // Most are refused; what matters is what the money does.
  await does[act.what]().catch((error) => {
    if ((error as { code?: string }).code !== 'CALL_EXCEPTION') throw error;
  });
}

/** What the escrow owes to the stakes and fees of its markets, by its own views. */
async function owed({ id, stakes }: Market): Promise<bigint> {
  const given = await on.escrow.queryFilter('Paid', 0);
  const fees = await on.escrow.queryFilter('FeePaid', 0);
  const out = [...given, ...fees].flatMap((e) => (e instanceof EventLog && e.args.id === id ? [e] : []));
  const paid = out.reduce((sum, e) => sum + BigInt(e.args.amount), 0n);
  return stakes.reduce((sum, s) => sum + s.amount, 0n) - paid;
}

async function holds(): Promise<bigint> {
  const { settlement, at } = bench();
  const [claimed, settled]: bigint[] = await settlement.getFunction('receivers')(place.address, at.token);
  return (await bench().balanceOf(place.address)) + (claimed ?? 0n) - (settled ?? 0n);
}

/** Ends a market by what anyone may do, and pays what is unpaid. */
async function drain(market: Market): Promise<void> {
  const { id, terms, stakes } = market;
  const { stranger } = bench();
  await on.until(terms.resolveBy + terms.disputeSeconds * 2);
  if ((await on.phase(id)) === 2) await on.act(stranger, 'cancel', id);
  const mark = await markOf(market, true);
  await on.act(stranger, 'reckon', id, mark, stakes.length).catch(() => {});
  const { payouts, fee } = await divisionOf(market);
  for (const [i, payout] of payouts.entries()) {
    if (payout > 0n && !(await on.ask('stakeAt', id, i)).paid) await on.act(stranger, 'payout', id, [i]);
  }
  if (fee > 0n && !(await on.ask('stateOf', id)).feePaid) await on.act(stranger, 'payFee', id);
}

async function open(feeBps: number): Promise<Market> {
  const lockAt = (await on.now()) + 500;
  return { ...(await on.open({ outcomes: 3, feeBps, lockAt, resolveBy: lockAt + 3000 })), stakes: [] };
}

describe('the escrow', () => {
  it('holds what it owes after every act, and in the end has paid each its share, and nothing is left', async () => {
    let finals = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(anAct, { minLength: actsPerRun, maxLength: actsPerRun }),
        fc.nat(2000),
        async (acts, feeBps) => {
          const markets = [await open(feeBps), await open(0)];
          for (const act of acts) {
            await play(markets[act.market] as Market, act);
            const all = await Promise.all(markets.map(owed));
            expect(await holds()).toBe(all.reduce((a, b) => a + b, 0n));
          }
          for (const market of markets) await drain(market);
          for (const market of markets) await isPaid(market);
          finals += (await Promise.all(markets.map((m) => on.phase(m.id)))).filter((p) => p === 4).length;
          expect(await holds()).toBe(0n);
        },
      ),
      { numRuns: runs, endOnFailure: true, ...(process.env.SEED ? { seed: Number(process.env.SEED) } : { seed: 6 }) },
    );
    // A walk on which nothing was ever won would prove nothing.
    expect(finals).toBeGreaterThan(0);
  }, 600_000);
});

async function isPaid(market: Market): Promise<void> {
  const { payouts, fee } = await divisionOf(market);
  const events = await on.escrow.queryFilter('Paid', 0);
  const mine = events.flatMap((e) => ('args' in e && e.args.id === market.id ? [e.args] : []));
  const got = market.stakes.map((_, i) => mine.find((a) => Number(a.index) === i)?.amount ?? 0n);
  expect(got).toEqual(payouts);
  expect(mine.every((a) => a.payer.toLowerCase() === market.stakes[Number(a.index)]?.payer)).toBe(true);
  const total = market.stakes.reduce((sum, s) => sum + s.amount, 0n);
  expect(got.reduce((sum, p) => sum + p, 0n) + fee).toBe(total);
}
