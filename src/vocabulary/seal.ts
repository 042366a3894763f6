// How a playlist vouches for what it lists, wherever both come from: a hash for each file, and a signature under it all. Pure.
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';

// Comments to every other player (RFC 8216, 4.1).
const sealMark = '#DTOK-SEAL:';
const fileMark = '#DTOK-FILE:';

/** A line for a file: its SHA-256 in hex. */
export const fileLine = (uri: string, hash: string): string => `${fileMark}${uri} ${hash}`;

/** Of the playlist's own place too, so that none passes for another. */
const digest = (stream: string, name: string, text: string): Uint8Array =>
  sha256(utf8ToBytes(`dtok playlist\n${stream}/${name}\n${text}`));

/** The playlist with its last line. */
export function seal(stream: string, name: string, text: string, key: Uint8Array): string {
  const signature = secp256k1.sign(digest(stream, name, text), key, { prehash: false });
  return `${text}${sealMark}${bytesToHex(signature)}\n`;
}

const sealLine = new RegExp(`${sealMark}([0-9a-f]{128})\n?$`);

/** Whether that is, to the letter, what the holder of that public key (hex) has sealed under that name. */
export function isSealed(stream: string, name: string, text: string, publicKey: string): boolean {
  const [line, signature] = sealLine.exec(text) ?? [];
  if (!line || !signature) return false;
  const body = text.slice(0, -line.length);
  try {
    const bytes = hexToBytes(signature);
    return secp256k1.verify(bytes, digest(stream, name, body), hexToBytes(publicKey), { prehash: false });
  } catch {
    return false;
  }
}

/** The hash of each file that a playlist vouches for. */
export function hashesIn(text: string): Map<string, string> {
  const lines = text.matchAll(/^#DTOK-FILE:(\S+) ([0-9a-f]{64})$/gm);
  return new Map([...lines].map(([, uri = '', hash = '']) => [uri, hash]));
}
