// When to settle: pure rules of amount, age, and what the gas costs beside what it brings in.

export interface SettlePolicy {
  /** Claim when this much is unclaimed (base units) … */
  minimum: bigint;
  /** … or when something has been unclaimed for this long (ms). */
  afterMs: number;
  /** How often to look (ms). */
  everyMs: number;
  /** Base units of the token that one whole coin of gas money is worth; 0: not known, and the price of gas no matter. */
  coinPrice: bigint;
  /** Wait while gas would cost more than this share of what is claimed. */
  mostCostPercent: bigint;
}

export interface Owing {
  /** Spent and not yet claimed, over all channels, base units. */
  owed: bigint;
  channels: number;
  /** Since when anything has been owed (ms). */
  since: number | null;
  /** A payer's withdrawal would take what is owed. */
  urgent: boolean;
}

/** Measured: a claim transaction, each channel in it, and the transfer to the host (contracts/gas.md). */
const claimGas = 45_000n;
const channelGas = 22_000n;
const settleGas = 46_000n;
const weiInCoin = 10n ** 18n;

/** What claiming `channels` and paying out would cost, in base units of the token; `gasPrice` in wei. */
export const costOf = (channels: number, gasPrice: bigint, coinPrice: bigint): bigint =>
  ((claimGas + settleGas + channelGas * BigInt(channels)) * gasPrice * coinPrice) / weiInCoin;

export type Verdict = 'nothing' | 'waiting' | 'too_dear' | 'due';

/** A withdrawal is always due: what is not claimed before it finishes is lost. */
export function judge(owing: Owing, policy: SettlePolicy, gasPrice: bigint, now: number): Verdict {
  const { owed, channels, since, urgent } = owing;
  if (owed === 0n) return 'nothing';
  if (urgent) return 'due';
  if (owed < policy.minimum && (since === null || now - since < policy.afterMs)) return 'waiting';
  const cost = costOf(channels, gasPrice, policy.coinPrice);
  return cost * 100n > owed * policy.mostCostPercent ? 'too_dear' : 'due';
}
