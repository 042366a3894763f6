// How a show is announced: while it is on, and when it is over. Pure, but for the picture.
import { sayAmount } from './amounts.js';
import type { Attendance } from './attendance.js';
import type { House, Show } from './house.js';
import type { Reply } from './reply.js';
import { sayPrice, titleOf, watchPage } from './shows.js';
import type { Words } from './words/index.js';

const fields = ['title', 'price', 'host'] as const;

/** The first thing in braces that means nothing; null when all is well. */
export const strangeField = (template: string): string | null =>
  [...template.matchAll(/\{(\w*)\}/g)].map(([, name = '']) => name).find((name) => !fields.includes(name as never)) ??
  null;

/** In one pass: what is put in is not looked at again. */
export function fillTemplate(template: string, show: Show, house: House, words: Words): string {
  const say = { title: titleOf(show), price: sayPrice(show, house, words), host: house.hostName };
  return template.replace(/\{(title|price|host)\}/g, (_, name: (typeof fields)[number]) => say[name]);
}

export function liveCard(template: string, show: Show, house: House, words: Words): Reply {
  return {
    text: template ? fillTemplate(template, show, house, words) : words.live(titleOf(show)),
    facts: [[words.price, sayPrice(show, house, words)]],
    buttons: [
      [
        { label: words.watch, press: `do:watch ${show.id}`, style: 'go' },
        { label: words.preview, url: watchPage(show, house) },
      ],
    ],
  };
}

export const endedCard = (show: Show, { watched, tipped }: Attendance, house: House, words: Words): Reply => ({
  text: words.ended(titleOf(show)),
  facts: [
    [words.watched, `${watched}`],
    [words.tipped, sayAmount(tipped, house.token)],
  ],
});

/** With a picture of the show, if there is one. */
export async function pictured(reply: Reply, { id }: Show, house: House): Promise<Reply> {
  const picture = await house.picture(id).catch(() => null);
  if (!picture) return reply;
  const file = picture.type === 'image/png' ? `${id}.png` : `${id}.jpg`;
  return { ...reply, picture: { file, ...picture } };
}
