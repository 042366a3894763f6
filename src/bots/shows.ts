// Which show a command is about, and how one is put into words.
import { sayAmount } from './amounts.js';
import type { House, Show } from './house.js';
import { Misread } from './read.js';
import type { Words } from './words/index.js';

/** The one that is named; else the only one, or the only one on air. Throws Misread when that leaves a choice. */
export function chooseShow(house: House, words: Words, named?: string): Show {
  const all = house.shows();
  const live = all.filter((show) => show.live);
  const one = named !== undefined ? all.find(({ id }) => id === named) : all.length === 1 ? all[0] : live[0];
  if (named === undefined && all.length > 1 && live.length !== 1) {
    throw new Misread(words.whichShow(all.map(({ id }) => id).join(', ')));
  }
  if (!one) throw new Misread(words.noStreams);
  return one;
}

export const titleOf = ({ title, id }: Show): string => title || id;

/** The price of a minute, to a millionth of a token. */
export function sayPrice({ price }: Show, { token }: Pick<House, 'token'>, words: Words): string {
  if (price === 0n) return words.free;
  const grain = 10n ** BigInt(Math.max(0, token.decimals - 6));
  return words.aMinute(sayAmount(((price * 60n + grain / 2n) / grain) * grain, token));
}

/** How it went. */
export const summaryPage = ({ id }: Show, n: number, { publicUrl }: Pick<House, 'publicUrl'>): string =>
  `${publicUrl}/show/${id}/${n}`;

export const watchPage = ({ id }: Show, { publicUrl }: Pick<House, 'publicUrl'>): string => `${publicUrl}/watch/${id}`;
