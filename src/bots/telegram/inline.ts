// `@bot jazz` in any chat: the shows that fit, each as a card to share.
import type { InlineQuery, InlineQueryResultArticle } from 'telegraf/types';
import type { House, Show } from '../house.js';
import type { Reply } from '../reply.js';
import { sayPrice, titleOf, watchPage } from '../shows.js';
import { type Words, wordsFor } from '../words/index.js';
import type { Call } from './api.js';
import { cut, render } from './render.js';
import { watchPayload } from './updates.js';

export type Shows = Pick<House, 'shows' | 'token' | 'publicUrl'>;

const most = 20;
/** Prices and who is on air do not stay. */
const keptS = 10;
const longestId = 64;

export function createInline({ house, call, me }: { house: Shows; call: Call; me: string }) {
  const fits = (typed: string) => (show: Show) => show.id.includes(typed) || show.title.toLowerCase().includes(typed);

  function cardOf(show: Show, words: Words): Reply {
    const payload = watchPayload(show.id);
    const own = { label: words.ownLink, url: `https://t.me/${me}?start=${payload}` };
    return {
      text: `${titleOf(show)} · ${show.live ? words.onAir : words.offAir}`,
      facts: [[words.price, sayPrice(show, house, words)]],
      buttons: [[{ label: words.watch, url: watchPage(show, house) }], ...(payload.length <= longestId ? [[own]] : [])],
    };
  }

  function resultOf(show: Show, words: Words): InlineQueryResultArticle {
    const { text, keyboard } = render(cardOf(show, words), false);
    const facts = [show.live ? words.onAir : words.offAir, sayPrice(show, house, words), words.viewers(show.viewers)];
    const content = { message_text: text, parse_mode: 'HTML', link_preview_options: { is_disabled: true } } as const;
    return {
      type: 'article',
      id: show.id.slice(0, longestId),
      title: cut(titleOf(show), 100),
      description: facts.join(' · '),
      input_message_content: content,
      ...(keyboard && { reply_markup: keyboard }),
    };
  }

  return async ({ id, query, from }: InlineQuery): Promise<void> => {
    const words = wordsFor(from.language_code ?? 'en');
    const found = house.shows().filter(fits(query.trim().toLowerCase()));
    const shows = found.sort((a, b) => Number(b.live) - Number(a.live)).slice(0, most);
    const results = shows.map((show) => resultOf(show, words));
    await call('answerInlineQuery', { inline_query_id: id, results, cache_time: keptS, is_personal: true });
  };
}
