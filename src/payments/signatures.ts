// Whose signature it is, on a server: libsecp256k1 itself where it loads, and JavaScript with the same answers elsewhere.
import { createRequire } from 'node:module';
import { createKeccak } from 'hash-wasm';
import type { Logger } from '../log.js';
import type { Hex } from '../vocabulary/values.js';
import { recover as recoverInJavaScript, signatureText, type VoucherDigest, voucherDigestWith } from './typed-data.js';

type Secp256k1 = Pick<typeof import('secp256k1'), 'ecdsaRecover'>;
type Keccak = (bytes: Uint8Array) => Uint8Array;

export interface Signatures {
  voucherDigest: VoucherDigest;
  /** The address whose key made a signature, lower case; `null` when it is no valid low-s signature. */
  recover: (digest: Uint8Array, signature: Hex) => Hex | null;
}

/** Not the package's main, which would quietly load a slow implementation instead. */
const loadNative = (): Secp256k1 => createRequire(import.meta.url)('secp256k1/bindings.js');

/** `load` brings the native library, or throws; then `log` hears of it, once. */
export async function openSignatures(needs: {
  log?: Pick<Logger, 'warn'> | undefined;
  load?: () => Secp256k1;
}): Promise<Signatures> {
  const hasher = await createKeccak(256);
  const keccak: Keccak = (bytes) => hasher.init().update(bytes).digest('binary');
  const voucherDigest = voucherDigestWith(keccak);
  try {
    return { voucherDigest, recover: recoverWith((needs.load ?? loadNative)(), keccak) };
  } catch (error) {
    needs.log?.warn({ err: error }, 'the native secp256k1 does not load here: checking signatures will be slow');
    return { voucherDigest, recover: recoverInJavaScript };
  }
}

const halfOrder = Buffer.from('7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0', 'hex');

/**
 * Recovers, though verifying against a key seen before would be a fifth faster: that does not look at `v`, and the
 * contract refuses a voucher whose `v` is wrong.
 */
function recoverWith(native: Secp256k1, keccak: Keccak): Signatures['recover'] {
  const bytes = Buffer.alloc(65);
  const rs = bytes.subarray(0, 64);
  const publicKey = Buffer.alloc(65);
  const point = publicKey.subarray(1);
  return (digest, signature) => {
    if (!signatureText.test(signature)) return null;
    bytes.write(signature.slice(2), 'hex');
    const recovery = (bytes[64] ?? 0) - 27;
    if (recovery !== 0 && recovery !== 1) return null;
    if (bytes.compare(halfOrder, 0, 32, 32, 64) > 0) return null;
    try {
      native.ecdsaRecover(rs, recovery, digest, false, publicKey);
    } catch {
      return null;
    }
    const hash = keccak(point);
    return `0x${Buffer.from(hash.buffer, hash.byteOffset + 12, 20).toString('hex')}`;
  };
}
