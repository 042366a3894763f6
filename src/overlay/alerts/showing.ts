// What overlays are told of an alert that goes on stage, alone or with others: words, look, and how far its money is.
import { randomUUID } from 'node:crypto';
import { type Receipt, Tier } from '../../vocabulary/alert-looks.js';
import type { AlertSettings, Showing } from '../../vocabulary/alerts.js';
import { type Alert, type Settles, settlesOf } from './rows.js';
import { tierOf } from './rules.js';
import { readAloud } from './speech.js';

export interface Words {
  personOf: (member: string) => string;
  /** How far the money is. */
  receiptOf: (settles: Settles) => Receipt;
  /** An amount, for people. */
  say: (amount: bigint) => string;
}

const plain = Tier.parse({ from: '0', standMs: 6000 });

/** Claimed when all of it is; null when that is not known of all, or not to be said. */
export function receiptOf(all: readonly Alert[], { receipts }: AlertSettings, words: Words): Receipt | null {
  const known = all.map(settlesOf);
  if (!receipts || known.includes(null)) return null;
  return known.every((one) => one && words.receiptOf(one) === 'claimed') ? 'claimed' : 'authorized';
}

/** `head` goes first, and lends its name and message; the tier is by its amount. */
export function createShowings({ words, now }: { words: Words; now: () => number }) {
  return function showingOf(all: readonly [Alert, ...Alert[]], until: number, settings: AlertSettings): Showing {
    const [head] = all;
    const people = new Set(all.map(({ payer, id }) => (payer === null ? `test ${id}` : words.personOf(payer)))).size;
    const amount = all.reduce((sum, one) => sum + BigInt(one.amount), 0n);
    const tier = tierOf(BigInt(head.amount), settings);
    const { text, sound, volume, picture, animation, ...rest } = settings.tiers[tier] ?? plain;
    const look = { text, sound, volume, picture, animation };
    const name = people > 1 ? `${people} people` : head.name;
    const read = { name, message: all.length > 1 ? '' : head.message, amount, worded: words.say(amount) };
    return {
      id: head.showing ?? randomUUID(),
      kind: head.event === null ? 'test' : 'tip',
      n: head.event ?? 0,
      ...{ name: head.name, message: head.message, amount: `${amount}` },
      ...{ tips: all.length, people, tier, from: now(), until },
      look: { ...look, say: readAloud(read, { ...look, ...rest }, settings.ownWords) },
      receipt: receiptOf(all, settings, words),
    };
  };
}
