// What a sponsor signs for: only what its links' holders signed, within its bounds, never less than before. Pure.
import { type Domain, passId, recover, voucherDigest } from '../payments/typed-data.js';
import type { Hex } from '../vocabulary/values.js';

/** A link as this sponsor made it, and the highest voucher of it that it was shown. */
export interface IssuedLink {
  signer: Hex;
  limit: bigint;
  label: string;
  /** ms; null for one that does not end. */
  expiresAt: number | null;
  once: boolean;
  revokedAt: number | null;
  /** What the server said it had spent when it was revoked; null before the server knew. */
  finalSpent: bigint | null;
  counted: bigint;
  signature: Hex | null;
}

/** How far the server's clock may be from ours. */
export const clockGraceMs = 5000;

export type VoucherVerdict = 'count' | 'known' | 'closed' | 'not_issued' | 'over_limit' | 'forged';

/** What a shown voucher is worth. `not_issued`, `over_limit` and `forged` are what no honest server shows. */
export function judgeEvidence(
  link: Readonly<IssuedLink> | undefined,
  voucher: { signer: Hex; amount: bigint; signature: Hex },
  place: { channel: Hex; domain: Domain; now: number },
): VoucherVerdict {
  const { channel, domain, now } = place;
  if (!link) return 'not_issued';
  if (voucher.amount <= link.counted) return 'known';
  if (voucher.amount > link.limit) return 'over_limit';
  const digest = voucherDigest(passId(channel, link.signer, domain), voucher.amount, domain);
  if (recover(digest, voucher.signature) !== link.signer) return 'forged';
  if (link.revokedAt !== null) return 'closed';
  return link.expiresAt !== null && now > link.expiresAt + clockGraceMs ? 'closed' : 'count';
}

/** All in base units. */
export interface Bounds {
  perSecond: bigint;
  /** What may be signed at once after a quiet time. */
  burst: bigint;
  total: bigint;
}

export interface Standing {
  /** Signed so far; only rises. */
  signed: bigint;
  /** Σ of the link vouchers that count. */
  covered: bigint;
  /** What the bound allowed at the time `levelAt` (ms). */
  level: bigint;
  levelAt: number;
}

/** What the bound allows now. */
export function allowance(standing: Readonly<Standing>, bounds: Bounds, now: number): bigint {
  const level = standing.level + (bounds.perSecond * BigInt(Math.max(0, now - standing.levelAt))) / 1000n;
  return least(level, bounds.burst);
}

export interface Decision {
  standing: Standing;
  short: 'evidence' | 'bound' | null;
}

function least(first: bigint, ...rest: bigint[]): bigint {
  let low = first;
  for (const amount of rest) if (amount < low) low = amount;
  return low;
}

/** How far to sign: as far as link vouchers cover, within the bounds and the server's `atMost`. */
export function decide(
  standing: Readonly<Standing>,
  bounds: Bounds,
  wish: { atLeast: bigint; atMost: bigint },
  now: number,
): Decision {
  const allowed = allowance(standing, bounds, now);
  const target = least(standing.covered, wish.atMost, bounds.total, standing.signed + allowed);
  const raise = target - standing.signed;
  const signed = raise > 0n ? target : standing.signed;
  const level = allowed - (signed - standing.signed);
  const short = signed >= wish.atLeast ? null : standing.covered < wish.atLeast ? 'evidence' : 'bound';
  return { standing: { ...standing, signed, level, levelAt: now }, short };
}
