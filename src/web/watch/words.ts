// A key as 24 words (BIP-39) and back; fetched only when somebody asks for them.
import { Mnemonic } from 'ethers';
import type { Hex } from '../../vocabulary/values.js';
import { usable } from './wallet.js';

/** The words hold the 32 bytes of the key themselves: they are no wallet's seed. */
export const wordsOf = (key: Hex): string => Mnemonic.fromEntropy(key).phrase;

/** The key in 24 words, or in 64 hex digits; null when it is none, or a word is wrong. */
export function keyOf(text: string): Hex | null {
  const given = text.trim().toLowerCase().split(/\s+/).join(' ');
  const bare = /^(?:0x)?([0-9a-f]{64})$/.exec(given)?.[1];
  const key = bare ? (`0x${bare}` as Hex) : fromWords(given);
  return key && usable(key) ? key : null;
}

function fromWords(phrase: string): Hex | null {
  if (phrase.split(' ').length !== 24 || !Mnemonic.isValidMnemonic(phrase)) return null;
  return Mnemonic.fromPhrase(phrase).entropy as Hex;
}
