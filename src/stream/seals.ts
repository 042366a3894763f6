// The keys that playlists are sealed with: one for each stream, derived, never stored.
import { hkdfSync } from 'node:crypto';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { seal } from '../vocabulary/seal.js';

export function createSeals(master: Buffer) {
  const keys = new Map<string, Uint8Array>();

  function keyOf(stream: string): Uint8Array {
    const known = keys.get(stream);
    if (known) return known;
    const key = new Uint8Array(hkdfSync('sha256', master, `dtok stream ${stream}`, 'playlist seal', 32));
    keys.set(stream, key);
    return key;
  }

  return {
    seal: (stream: string, name: string, text: string): string => seal(stream, name, text, keyOf(stream)),
    /** What pages check by, in hex. */
    publicKey: (stream: string): string => bytesToHex(secp256k1.getPublicKey(keyOf(stream))),
  };
}
