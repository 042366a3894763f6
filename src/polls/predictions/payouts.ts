// Who gets what of a prediction, to the unit, exactly as contracts/PredictionEscrow.sol says (no I/O).

/** A stake, in the order in which stakes came. */
export interface Stake {
  outcome: number;
  amount: bigint;
}

/** As the contract's: which winning stakes get one unit more than the floor of their share. */
export interface Mark {
  remainder: bigint;
  index: number;
}

export interface Division {
  /** Everyone gets the own stake back. */
  refunds: boolean;
  fee: bigint;
  /** By index; nothing for those who lost. */
  payouts: bigint[];
  mark: Mark;
}

/** Greater than any remainder: nobody gets more. */
const nobody: Mark = { remainder: 2n ** 128n - 1n, index: 0 };

const sum = (stakes: readonly Stake[]): bigint => stakes.reduce((total, s) => total + s.amount, 0n);

/** All stakes back: cancelled, or nothing to share. */
export const refundAll = (stakes: readonly Stake[]): Division => ({
  refunds: true,
  fee: 0n,
  payouts: stakes.map((s) => s.amount),
  mark: nobody,
});

/**
 * Divides the pot among those who staked on the winner: floor(net · stake / winning), and one unit more for the largest
 * remainders, the earlier stake first, until all is given out. The fee is on what the losers staked.
 */
export function divide(stakes: readonly Stake[], winner: number, feeBps: number): Division {
  const pot = sum(stakes);
  const winning = sum(stakes.filter((s) => s.outcome === winner));
  if (winning === 0n || winning === pot) return refundAll(stakes);

  const fee = ((pot - winning) * BigInt(feeBps)) / 10_000n;
  const net = pot - fee;
  const payouts = stakes.map((s) => (s.outcome === winner ? (net * s.amount) / winning : 0n));
  const left = Number(net - payouts.reduce((total, p) => total + p, 0n));
  const marks = stakes.flatMap((s, index) =>
    s.outcome === winner ? [{ remainder: (net * s.amount) % winning, index }] : [],
  );
  marks.sort((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1));
  for (const { index } of marks.slice(0, left)) payouts[index] = (payouts[index] ?? 0n) + 1n;
  return { refunds: false, fee, payouts, mark: marks[left - 1] ?? nobody };
}

/** What one unit staked on each outcome would bring back now, before the fee, in thousandths; `null` where none is. */
export function odds(totals: readonly bigint[]): (number | null)[] {
  const pot = totals.reduce((all, t) => all + t, 0n);
  return totals.map((t) => (t === 0n ? null : Number((pot * 1000n) / t)));
}
