// What a fresh stream's alerts look like, and the test alert of a tier.
import { Tier } from '../../vocabulary/alert-looks.js';
import type { AlertSettings } from '../../vocabulary/alerts.js';

/** `whole` is one token in base units. */
export const defaultSettings = (whole: bigint): AlertSettings => ({
  approve: false,
  minimum: '0',
  words: 'hold',
  links: 'hold',
  ownWords: [],
  tiers: [
    { from: '0', standMs: 6000 },
    { from: `${5n * whole}`, standMs: 8000, sound: 'chime', picture: 'heart', animation: 'pop' },
    { from: `${20n * whole}`, standMs: 12_000, sound: 'fanfare', picture: 'rocket', animation: 'drop' },
  ].map((tier) => Tier.parse(tier)),
  receipts: true,
  gapMs: 600,
  mergeFrom: 10,
  waitMs: 600_000,
});

/** No money: an amount of that tier, or of the highest there is. */
export function testOf({ tiers }: AlertSettings, tier: number) {
  const one = tiers[Math.min(tier, tiers.length - 1)];
  // Of the lowest, half of what the next begins at.
  const amount = tier === 0 ? BigInt(tiers[1]?.from ?? 0) / 2n : BigInt(one?.from ?? 0);
  const said = { name: 'Test alert', message: 'This is what a tip looks like.', amount: `${amount}` };
  return { event: null, payer: null, channel: null, up_to: null, ...said };
}
