// Purse arithmetic for a viewer: what is left, what to sign next. Pure.
import type { PurseState } from '../../vocabulary/events.js';
import type { Hex } from '../../vocabulary/values.js';

export interface Purse {
  id: Hex;
  kind: PurseState['kind'];
  limit: bigint;
  authorized: bigint;
  spent: bigint;
  /** Set aside for votes of polls that run; absent: nothing. */
  held?: bigint;
}

export const fromState = (state: PurseState): Purse => ({
  id: state.id,
  kind: state.kind,
  limit: BigInt(state.limit),
  authorized: BigInt(state.authorized),
  spent: BigInt(state.spent),
  ...(state.held !== undefined && { held: BigInt(state.held) }),
});

export const higher = (a: bigint, b: bigint): bigint => (a > b ? a : b);
export const lower = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** What is known after hearing `next`: authorized and spent only rise; limit and held of a late answer are old news. */
export function merge(known: Purse | undefined, next: Purse): Purse {
  if (!known) return next;
  return {
    ...(next.spent >= known.spent ? next : known),
    authorized: higher(known.authorized, next.authorized),
    spent: higher(known.spent, next.spent),
  };
}

/** Spent or set aside: what a voucher must cover. */
export const engaged = ({ spent, held = 0n }: Purse): bigint => spent + held;

/** What a purse can still pay. */
export const room = (purse: Purse): bigint => higher(purse.limit - engaged(purse), 0n);

export const balanceOf = (purses: readonly Purse[]): bigint => purses.reduce((sum, purse) => sum + room(purse), 0n);

/** The purse the gate will debit for `cost`: the first with room for it. */
export const payerOf = (purses: readonly Purse[], cost: bigint): Purse | undefined =>
  purses.find((purse) => room(purse) >= cost);

export interface Signing {
  id: Hex;
  total: bigint;
}

/**
 * Vouchers to sign so that at least `least` of what comes next is authorized; each then reaches `most` ahead, so
 * that not every key needs one. Purses are used in order, as the gate does; never above a limit.
 */
export function plan(purses: readonly Purse[], ahead: { least: bigint; most: bigint; cost: bigint }): Signing[] {
  const signings: Signing[] = [];
  let { least, most } = ahead;
  for (const purse of purses) {
    const free = room(purse);
    if (free < ahead.cost || least <= 0n) continue;
    const must = lower(free, least);
    if (purse.authorized < engaged(purse) + must) {
      signings.push({ id: purse.id, total: engaged(purse) + lower(free, most) });
    }
    least -= must;
    most -= must;
  }
  return signings;
}
