// The keys of chat purses: derived from the installation's secret by platform and user; never kept, never shown.
import { createHmac, hkdfSync } from 'node:crypto';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { Problem } from '../../vocabulary/problems.js';
import type { Hex } from '../../vocabulary/values.js';

/** A chat account: the platform, and its own number for the user; a community's, where the purse is a community's. */
export interface ChatUser {
  readonly platform: 'discord' | 'telegram';
  readonly user: string;
}

const userForms: Readonly<Record<ChatUser['platform'], RegExp>> = {
  discord: /^[1-9]\d{0,19}$/,
  telegram: /^-?[1-9]\d{0,19}$/,
};

/** One word for an account: `discord:80351110224678912`; Telegram's groups have numbers below 0. Problem: bad_request, when it is no such account. */
export function nameOf({ platform, user }: ChatUser): string {
  if (!userForms[platform]?.test(user)) throw new Problem('bad_request', { reason: 'no such chat account' });
  return `${platform}:${user}`;
}

export type Keyring = ReturnType<typeof createKeyring>;

export function createKeyring(secret: Hex) {
  const master = Buffer.from(secret.slice(2), 'hex');
  const derive = (use: string, name: string, bytes: number): Uint8Array =>
    new Uint8Array(hkdfSync('sha256', master, `dtok ${use}`, name, bytes));
  const codeKey = derive('chat codes', '', 32);
  return {
    /** The same for the same account and secret, always: 48 bytes brought evenly into the curve's range. */
    keyOf: (account: ChatUser): Hex =>
      `0x${bytesToHex(secp256k1.utils.randomSecretKey(derive('chat purse', nameOf(account), 48)))}`,
    /** What is kept of a one-time code: useless to who reads the database. */
    codeHash: (code: string): string => createHmac('sha256', codeKey).update(code).digest('base64url'),
  };
}
