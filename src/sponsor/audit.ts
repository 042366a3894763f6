// Checks that a sponsor was never overcharged, from the vouchers of its links alone. Pure.
import { type Domain, passId, recover, voucherDigest } from '../payments/typed-data.js';
import type { SponsorAccount, SponsoredLink } from '../vocabulary/links.js';
import type { Hex } from '../vocabulary/values.js';
import { clockGraceMs, type IssuedLink } from './rule.js';

export interface Finding {
  /** The link's signer, or `channel`. */
  of: string;
  label: string;
  what: string;
}

export interface Audit {
  links: number;
  /** Σ of link vouchers that are good: signed by keys of this sponsor’s links, within their limits. */
  vouchers: bigint;
  /** Σ of what the server says its links spent. */
  linkSpent: bigint;
  /** What the server charged to the channel. */
  spent: bigint;
  claimed: bigint;
  findings: Finding[];
}

export interface AuditNeeds {
  account: SponsorAccount;
  issued: readonly IssuedLink[];
  domain: Domain;
  channel: Hex;
  /** `totalClaimed` as the chain itself says, or the server’s word on it. */
  claimed: bigint;
  now: number;
}

/** Whether a link's highest voucher is by its key, and within its limit. */
function goodVoucher(link: SponsoredLink, mine: IssuedLink, channel: Hex, domain: Domain): boolean {
  const amount = BigInt(link.authorized);
  if (amount === 0n) return true;
  if (!link.signature || amount > mine.limit) return false;
  const digest = voucherDigest(passId(channel, mine.signer, domain), amount, domain);
  return recover(digest, link.signature) === mine.signer;
}

/** What is wrong with one link, as the server reports it. */
function faults(link: SponsoredLink, mine: IssuedLink | undefined, good: boolean, now: number): string[] {
  if (!mine) return ['is not a link of this sponsor'];
  const [spent, authorized] = [BigInt(link.spent), BigInt(link.authorized)];
  const ended = mine.expiresAt !== null && now > mine.expiresAt + clockGraceMs;
  return [
    [!good && authorized <= mine.limit, 'its voucher is not signed by its key'],
    [spent > mine.limit || authorized > mine.limit, 'is above its limit'],
    [spent > authorized, 'was charged more than its holder signed'],
    [mine.revokedAt !== null && spent > (mine.finalSpent ?? mine.counted), 'was charged after it was revoked'],
    [mine.revokedAt === null && ended && spent > mine.counted, 'was charged after it expired'],
  ].flatMap(([wrong, what]) => (wrong ? [String(what)] : []));
}

export function audit(needs: AuditNeeds): Audit {
  const { account, channel, domain, claimed, now } = needs;
  const issued = new Map(needs.issued.map((link) => [link.signer, link]));
  const findings: Finding[] = [];
  const seen = new Set<Hex>();
  let vouchers = 0n;
  let linkSpent = 0n;
  for (const link of account.links) {
    const signer = link.signer as Hex;
    const mine = seen.has(signer) ? undefined : issued.get(signer);
    seen.add(signer);
    const good = mine !== undefined && goodVoucher(link, mine, channel, domain);
    if (good) vouchers += BigInt(link.authorized);
    linkSpent += BigInt(link.spent);
    for (const what of faults(link, mine, good, now)) findings.push({ of: signer, label: link.label, what });
  }
  const spent = BigInt(account.channel.spent);
  const whole = (wrong: boolean, what: string) => wrong && findings.push({ of: 'channel', label: '', what });
  whole(account.channel.id !== channel, 'is not the channel of this sponsor');
  whole(spent > vouchers, 'was charged more than the vouchers of its links cover');
  whole(spent > linkSpent, 'was charged more than its links spent');
  whole(claimed > spent, 'was claimed from more than was charged');
  return { links: account.links.length, vouchers, linkSpent, spent, claimed, findings };
}

/** The result for people; `money` words an amount. */
export function auditTable(result: Audit, money: (amount: bigint) => string, ofChain: boolean): string {
  const rows = [
    ['signed by link holders', money(result.vouchers)],
    ['spent by links', money(result.linkSpent)],
    ['charged to the channel', money(result.spent)],
    [ofChain ? 'claimed on chain' : 'claimed (by the server’s word)', money(result.claimed)],
  ];
  const table = rows.map(([what = '', amount = '']) => `${what.padEnd(32)}${amount}`).join('\n');
  const wrong = result.findings.map(({ of, label, what }) => `WRONG  ${[of, label].filter(Boolean).join(' ')} ${what}`);
  const verdict =
    wrong.length === 0
      ? `All is well: ${result.links} links, every charge is covered by its link’s own signature.`
      : `${wrong.join('\n')}\n${wrong.length} findings.`;
  return `${table}\n${verdict}`;
}
