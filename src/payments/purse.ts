// The rules of a purse: what may be authorized, what may be spent. Pure; the ledger applies them.
import type { PurseState } from '../vocabulary/events.js';
import type { Hex } from '../vocabulary/values.js';

/**
 * A signer with a limit. Invariant: `spent <= authorized <= limit`, but a limit may fall below when
 * its channel's owner withdraws; then nothing more can be spent.
 */
export interface Purse {
  readonly id: Hex;
  readonly kind: 'channel' | 'pass';
  /** The only key whose vouchers count. */
  readonly signer: Hex;
  /** The channel that pays in the end: itself for a channel purse, the sponsor's for a pass. */
  readonly channel: Hex;
  readonly stream: string | null;
  readonly label: string;
  readonly createdAt: number;
  limit: bigint;
  authorized: bigint;
  spent: bigint;
  signature: Hex | null;
  /** Being paid out: nothing may be charged or authorized any more. */
  closing: boolean;
}

export type VoucherVerdict = 'accept' | 'known' | 'too_low' | 'over_limit' | 'closing';

/** What to do with a correctly signed voucher of the cumulative `amount`. */
export function judgeVoucher(purse: Readonly<Purse>, amount: bigint): VoucherVerdict {
  if (amount === purse.authorized) return 'known';
  if (amount < purse.authorized) return 'too_low';
  if (purse.closing) return 'closing';
  return amount > purse.limit ? 'over_limit' : 'accept';
}

export type ChargeVerdict = 'charge' | 'voucher_needed' | 'out_of_credit' | 'closing';

/** Whether `amount` may be taken from one purse, by itself. */
export function judgeCharge(purse: Readonly<Purse>, amount: bigint): ChargeVerdict {
  const after = purse.spent + amount;
  if (purse.closing) return 'closing';
  if (after > purse.limit) return 'out_of_credit';
  return after > purse.authorized ? 'voucher_needed' : 'charge';
}

/** What can still be spent, signed for or not. */
export const remaining = (purse: Readonly<Purse>): bigint =>
  purse.closing || purse.limit < purse.spent ? 0n : purse.limit - purse.spent;

/** A purse as its owner's page sees it. */
export const purseState = (purse: Readonly<Purse>): PurseState => ({
  id: purse.id,
  kind: purse.kind,
  limit: purse.limit.toString(),
  authorized: purse.authorized.toString(),
  spent: purse.spent.toString(),
});
