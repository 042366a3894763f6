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
  /** Links only: the last moment at which it pays, ms; absent for one that does not end. */
  readonly expiresAt?: number | null;
  limit: bigint;
  authorized: bigint;
  spent: bigint;
  /** Set aside for votes of polls that run; absent: nothing. */
  held?: bigint;
  signature: Hex | null;
  /** Being paid out: nothing may be charged or authorized any more. */
  closing: boolean;
  /** Links only: when its sponsor took it back, ms. It never comes back. */
  revokedAt?: number | null;
}

/** Why a link pays no more, whatever it holds: its sponsor took it back, or its time is over. */
export type Shut = 'link_revoked' | 'link_expired';

export function shutBy(purse: Readonly<Purse>, now: number): Shut | null {
  if (purse.revokedAt) return 'link_revoked';
  return purse.expiresAt && now > purse.expiresAt ? 'link_expired' : null;
}

export type VoucherVerdict = 'accept' | 'known' | 'too_low' | 'over_limit' | 'closing' | Shut;

/** What to do with a correctly signed voucher of the cumulative `amount` at the time `now` (ms). */
export function judgeVoucher(purse: Readonly<Purse>, amount: bigint, now: number): VoucherVerdict {
  if (amount === purse.authorized) return 'known';
  if (amount < purse.authorized) return 'too_low';
  if (purse.closing) return 'closing';
  const shut = shutBy(purse, now);
  if (shut) return shut;
  return amount > purse.limit ? 'over_limit' : 'accept';
}

/** What is spent or set aside: what a voucher must cover. */
export const engaged = ({ spent, held = 0n }: Readonly<Purse>): bigint => spent + held;

export type ChargeVerdict = 'charge' | 'voucher_needed' | 'out_of_credit' | 'closing' | Shut;

/** Whether `amount` may be taken from one purse at the time `now` (ms), by itself. */
export function judgeCharge(purse: Readonly<Purse>, amount: bigint, now: number): ChargeVerdict {
  const after = engaged(purse) + amount;
  if (purse.closing) return 'closing';
  const shut = shutBy(purse, now);
  if (shut) return shut;
  if (after > purse.limit) return 'out_of_credit';
  return after > purse.authorized ? 'voucher_needed' : 'charge';
}

/** Why none of a payer's purses, with room or not, can pay `amount`: what he should be told to do about. */
export function whyNonePays(purses: readonly Readonly<Purse>[], amount: bigint, now: number): 'out_of_credit' | Shut {
  const shut = purses.find((purse) => shutBy(purse, now) && remaining(purse) >= amount);
  return (shut && shutBy(shut, now)) ?? 'out_of_credit';
}

/**
 * A key's purses pay in this order, the older before the younger: its watch links of the stream, which are given; its
 * own channels; its share of somebody's channel for any stream.
 */
export const turnToPay = (purse: Readonly<Purse>): number =>
  purse.kind === 'channel' ? 1 : purse.stream === null ? 2 : 0;

/** What can still be spent, signed for or not; of a link, if it is not shut. */
export const remaining = (purse: Readonly<Purse>): bigint =>
  purse.closing || purse.limit < engaged(purse) ? 0n : purse.limit - engaged(purse);

/** A purse as its owner's page sees it. */
export const purseState = (purse: Readonly<Purse>): PurseState => ({
  id: purse.id,
  kind: purse.kind,
  limit: purse.limit.toString(),
  authorized: purse.authorized.toString(),
  spent: purse.spent.toString(),
  ...(purse.held && { held: purse.held.toString() }),
});
