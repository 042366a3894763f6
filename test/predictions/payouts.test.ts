// Who gets what: over random markets, held against the rule written another way. SEED: which way; MARKETS: how many.
import { describe, expect, it } from 'vitest';
import { divide, odds, refundAll, type Stake } from '../../src/polls/predictions/payouts.js';
import { createRandom } from '../support/random.js';

const markets = Number(process.env.MARKETS ?? 20_000);
const seed = Number(process.env.SEED ?? 5);

const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((all, a) => all + a, 0n);
const total = (stakes: readonly Stake[]): bigint => sum(stakes.map((s) => s.amount));

interface Market {
  stakes: Stake[];
  winner: number;
  feeBps: number;
}

/** Small amounts, which leave remainders and ties, and large ones; few stakes and many; sometimes nobody is right. */
function market(random: () => number): Market {
  const whole = (below: number): number => Math.floor(random() * below);
  const outcomes = 2 + whole(9);
  const size = [4n, 100n, 10n ** 20n, 2n ** 100n][whole(4)] ?? 4n;
  const amount = (): bigint => 1n + (BigInt(whole(2 ** 48)) * size) / 2n ** 48n;
  const stakes = Array.from({ length: whole(24) }, () => ({ outcome: whole(outcomes), amount: amount() }));
  return { stakes, winner: whole(outcomes), feeBps: [0, 0, 1, 500, 2000][whole(5)] ?? 0 };
}

/** The rule as it is told: everyone the floor, then one unit at a time to the largest fraction left, the earliest first. */
function slowly({ stakes, winner, feeBps }: Market): bigint[] {
  const right = stakes.flatMap((s, i) => (s.outcome === winner ? [i] : []));
  const winning = sum(right.map((i) => stakes[i]?.amount ?? 0n));
  const pot = total(stakes);
  if (right.length === 0 || right.length === stakes.length) return stakes.map((s) => s.amount);
  const net = pot - ((pot - winning) * BigInt(feeBps)) / 10_000n;
  const payouts = stakes.map(() => 0n);
  const fraction = new Map<number, bigint>();
  for (const i of right) {
    const exact = net * (stakes[i]?.amount ?? 0n);
    payouts[i] = exact / winning;
    fraction.set(i, exact % winning);
  }
  while (sum(payouts) < net) {
    const next = right.reduce((best, i) => ((fraction.get(i) ?? 0n) > (fraction.get(best) ?? 0n) ? i : best));
    payouts[next] = (payouts[next] ?? 0n) + 1n;
    fraction.set(next, -1n);
  }
  return payouts;
}

/** What is true of every division; null when all of it is. */
function fault(market: Market): string | null {
  const { stakes, winner, feeBps } = market;
  const { payouts, fee, refunds, mark } = divide(stakes, winner, feeBps);
  const at = (i: number): bigint => payouts[i] ?? -1n;
  if (sum(payouts) + fee !== total(stakes)) return 'payouts and fee are the stakes, to the unit';
  if (payouts.some((p, i) => p !== slowly(market)[i])) return 'the largest remainders get what is left';
  if (refunds && fee !== 0n) return 'no fee on refunds';
  for (const [i, s] of stakes.entries()) {
    if (refunds ? at(i) !== s.amount : s.outcome === winner ? at(i) < s.amount : at(i) !== 0n)
      return 'no winner gets less than the own stake, and no loser anything';
  }
  if (refunds) return null;
  const right = stakes.flatMap((s, i) => (s.outcome === winner ? [{ ...s, i }] : []));
  const [winning, net] = [total(right), total(stakes) - fee];
  for (const { amount, i } of right) {
    const exact = net * amount;
    const remainder = exact % winning;
    const more = remainder > mark.remainder || (remainder === mark.remainder && i <= mark.index);
    if (at(i) !== exact / winning + (more ? 1n : 0n))
      return 'the mark says who gets one more, as the contract reads it';
  }
  return null;
}

describe('payouts', () => {
  it(`of ${markets} random markets are fair to the unit`, () => {
    const random = createRandom(seed).next;
    for (let n = 0; n < markets; n++) {
      const one = market(random);
      const found = fault(one);
      if (found) expect.fail(`${found} (seed ${seed}, market ${n}): ${text(one)}`);
    }
  }, 3_600_000);

  it('are exact where it shows: 350 among three stakes of 100', () => {
    const stakes = [100n, 50n, 100n, 100n].map((amount, i) => ({ outcome: i === 1 ? 1 : 0, amount }));
    expect(divide(stakes, 0, 0)).toEqual({
      refunds: false,
      fee: 0n,
      payouts: [117n, 0n, 117n, 116n],
      mark: { remainder: 200n, index: 2 },
    });
    expect(divide(stakes, 0, 1000).fee).toBe(5n);
  });

  it('are the stakes where nobody or everybody is right, and where there are none', () => {
    const stakes = [3n, 4n].map((amount) => ({ outcome: 1, amount }));
    for (const winner of [0, 1]) expect(divide(stakes, winner, 2000)).toEqual(refundAll(stakes));
    expect(divide([], 0, 100)).toMatchObject({ refunds: true, payouts: [] });
  });
});

describe('odds', () => {
  it('are what one unit would bring back now, in thousandths', () => {
    expect(odds([100n, 300n, 0n])).toEqual([4000, 1333, null]);
    expect(odds([0n, 0n])).toEqual([null, null]);
  });
});

const text = (value: unknown): string => JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? `${v}` : v));
