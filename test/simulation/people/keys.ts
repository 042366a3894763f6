// Keys and signatures of the simulated people: made from the seed, signed with the native library for speed.
import { createRequire } from 'node:module';
import { addressOf } from '../../../src/payments/typed-data.js';
import type { Hex } from '../../../src/vocabulary/values.js';

type Native = Pick<typeof import('secp256k1'), 'ecdsaSign'>;
const native = createRequire(import.meta.url)('secp256k1/bindings.js') as Native;

export interface Signer {
  key: Hex;
  address: Hex;
  sign: (digest: Uint8Array) => Hex;
}

const known = new Map<string, Signer>();

/** Always the same key for a name, so that its address is worked out once for all schedules. */
export function signerOf(name: string): Signer {
  const found = known.get(name);
  if (found) return found;
  const key: Hex = `0x${Buffer.from(name).toString('hex').padStart(64, '0')}`;
  const secret = Buffer.from(key.slice(2), 'hex');
  const sign = (digest: Uint8Array): Hex => {
    const { signature, recid } = native.ecdsaSign(digest, secret);
    return `0x${Buffer.from(signature).toString('hex')}${(27 + recid).toString(16)}`;
  };
  const signer = { key, address: addressOf(key), sign };
  known.set(name, signer);
  return signer;
}
