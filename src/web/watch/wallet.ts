// The viewer's key: from the link or made here, never sent anywhere; signs what the page promises.
import {
  addressOf,
  closeDigest,
  type Domain,
  type ReceiveAuthorization,
  randomKey,
  receiveDigest,
  sessionDigest,
  sign,
  type TokenDomain,
  transferDigest,
  voucherDigest,
} from '../../payments/typed-data.js';
import type { Hex } from '../../vocabulary/values.js';
import { keyFromText } from '../shared/bytes.js';
import type { Keep } from '../shared/keep.js';

export type FoundKey = { key: Hex; fromLink: boolean } | { key: null };

/** The key in a link's fragment (which may be this device's own), else the one kept here, else a new one. `null`: the fragment's key is broken. */
export function findKey(fragment: string, keep: Keep): FoundKey {
  const given = new URLSearchParams(fragment.replace(/^#/, '')).get('k');
  if (given !== null) {
    const key = keyFromText(given);
    return key && usable(key) ? { key, fromLink: key !== keep.get('key') } : { key: null };
  }
  const kept = keep.get('key');
  if (kept && usable(kept)) return { key: kept as Hex, fromLink: false };
  const key = randomKey();
  keep.set('key', key);
  return { key, fromLink: false };
}

/** The keys that were kept here before the one in use, newest first. */
export function keysAside(keep: Keep): Hex[] {
  const kept = keep.get('keys.aside');
  return kept ? (JSON.parse(kept) as Hex[]) : [];
}

/** From now on this device's own key; the one it replaces is set aside, never lost. */
export function adoptKey(key: Hex, keep: Keep): void {
  const before = keep.get('key') as Hex | null;
  const aside = [...(before && before !== key ? [before] : []), ...keysAside(keep)];
  const others = [...new Set(aside)].filter((one) => one !== key);
  // Before the other is overwritten.
  keep.set('keys.aside', others.length > 0 ? JSON.stringify(others) : null);
  keep.set('key', key);
}

export function usable(key: string): boolean {
  try {
    return addressOf(key as Hex).length === 42;
  } catch {
    return false;
  }
}

export type Wallet = ReturnType<typeof createWallet>;

export function createWallet(key: Hex) {
  return {
    address: addressOf(key),
    session: (stream: string, issuedAt: number, domain: Domain) => sign(sessionDigest(stream, issuedAt, domain), key),
    voucher: (purse: Hex, total: bigint, domain: Domain) => sign(voucherDigest(purse, total, domain), key),
    close: (channel: Hex, issuedAt: number, domain: Domain) => sign(closeDigest(channel, issuedAt, domain), key),
    receive: (authorization: ReceiveAuthorization, token: TokenDomain) =>
      sign(receiveDigest(authorization, token), key),
    transfer: (authorization: ReceiveAuthorization, token: TokenDomain) =>
      sign(transferDigest(authorization, token), key),
  };
}
