// Keys as link text, and random ids; works without a secure context.
import type { Hex } from '../../vocabulary/values.js';

/** 32 bytes of hex as base64url, the form they have in a watch link. */
export function keyToText(key: Hex): string {
  const bytes = (key.slice(2).match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
  return btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '');
}

/** The key of a link's text; `null` when it is not exactly 32 bytes of base64url. */
export function keyFromText(text: string): Hex | null {
  if (!/^[A-Za-z0-9_-]{43}=?$/.test(text)) return null;
  const plain = atob(text.slice(0, 43).replace(/-/g, '+').replace(/_/g, '/'));
  return `0x${[...plain].map((c) => c.charCodeAt(0).toString(16).padStart(2, '0')).join('')}`;
}

/** Random bytes as hex. */
export function randomHex(bytes: number): Hex {
  const random = crypto.getRandomValues(new Uint8Array(bytes));
  return `0x${[...random].map((b) => b.toString(16).padStart(2, '0')).join('')}`;
}

/** An idempotency id: one for each act, the same for its retries. */
export const randomId = (): string => randomHex(16).slice(2);
