// What of an alert is read aloud: its headline, and a message that was paid enough for; nothing that the filter finds. Pure.
import { mostRead, type Tier, textPieces } from '../../vocabulary/alert-looks.js';
import { findTrouble } from './filter.js';

export interface Read {
  name: string;
  message: string;
  amount: bigint;
  /** The amount in words. */
  worded: string;
}

/** Voices say every picture by its name. */
const spoken = (text: string): string =>
  text
    .replace(/\p{Extended_Pictographic}|\u200d|\ufe0f/gu, ' ')
    .replace(/(.)\1{3,}/gu, '$1$1$1')
    .replace(/\s+/g, ' ')
    .trim();

/** Whole words of the beginning. */
function shortened(text: string): string {
  const signs = [...text];
  if (signs.length <= mostRead) return text;
  const cut = signs.slice(0, mostRead).join('');
  return cut.slice(0, Math.max(cut.lastIndexOf(' '), Math.floor(mostRead / 2)));
}

/** '' where nothing is read. What a host let through to be shown, or does not filter, is not read all the same. */
export function readAloud({ name, message, amount, worded }: Read, tier: Tier, ownWords: readonly string[]): string {
  const { read, from } = tier.speech;
  if (read === 'off') return '';
  const clean = (text: string): string => (findTrouble(text, ownWords).length > 0 ? '' : spoken(text));
  const pieces: Record<string, string> = { '{name}': clean(name) || 'Somebody', '{amount}': worded };
  const headline = textPieces(tier.text).map((piece) => pieces[piece] ?? piece);
  const said = read === 'message' && amount >= BigInt(from) ? clean(message) : '';
  return [headline.join('').trim(), shortened(said)].filter(Boolean).join('. ');
}
