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
  voucherDigest,
} from '../../payments/typed-data.js';
import type { Hex } from '../../vocabulary/values.js';
import { keyFromText } from '../shared/bytes.js';
import type { Keep } from '../shared/keep.js';

export type FoundKey = { key: Hex; fromLink: boolean } | { key: null };

/** The key in a link's fragment, else the one kept here, else a new one. `null`: the fragment's key is broken. */
export function findKey(fragment: string, keep: Keep): FoundKey {
  const given = new URLSearchParams(fragment.replace(/^#/, '')).get('k');
  if (given !== null) {
    const key = keyFromText(given);
    return key && usable(key) ? { key, fromLink: true } : { key: null };
  }
  const kept = keep.get('key');
  if (kept && usable(kept)) return { key: kept as Hex, fromLink: false };
  const key = randomKey();
  keep.set('key', key);
  return { key, fromLink: false };
}

function usable(key: string): boolean {
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
  };
}
