// How a show is announced: while it is on, and when it is over.

import type { Store } from '../store/index.js';
import { sayAmount } from './amounts.js';
import { type Attendance, attendance } from './attendance.js';
import type { Renderer } from './board.js';
import type { House, Show } from './house.js';
import type { Reply } from './reply.js';
import type { ShowPosts } from './show-posts.js';
import { sayPrice, summaryPage, titleOf, watchPage } from './shows.js';
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

/** `page`: where to see how it went, if that can be seen. */
export const endedCard = (
  show: Show,
  { watched, tipped }: Attendance,
  page: string | null,
  house: House,
  words: Words,
): Reply => ({
  text: words.ended(titleOf(show)),
  facts: [
    [words.watched, `${watched}`],
    [words.tipped, sayAmount(tipped, house.token)],
  ],
  ...(page !== null && { buttons: [[{ label: words.howItWent, url: page }]] }),
});

/** With a picture of the show, if there is one. */
export async function pictured(reply: Reply, { id }: Show, house: House): Promise<Reply> {
  const picture = await house.picture(id).catch(() => null);
  if (!picture) return reply;
  const file = picture.type === 'image/png' ? `${id}.png` : `${id}.jpg`;
  return { ...reply, picture: { file, ...picture } };
}

/** How a post looks now. */
export const showRenderer =
  ({ house, posts, store }: { house: House; posts: Pick<ShowPosts, 'find'>; store: Store }): Renderer =>
  async (id, words) => {
    const post = await posts.find(Number(id));
    const show = post && house.shows().find((one) => one.id === post.stream);
    if (!post || !show) return null;
    const { stream, startedAt: from, endedAt: to } = post;
    if (to === null) return { reply: liveCard(post.template, show, house, words), over: false };
    const figures = await attendance({ db: store.db, personOf: house.chat.personOf, stream, from, to });
    const n = await house.showAt(stream, to);
    const page = n === null ? null : summaryPage(show, n, house);
    return { reply: endedCard(show, figures, page, house, words), over: true };
  };
