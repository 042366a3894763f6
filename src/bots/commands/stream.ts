// /stream: the host's hand on the show from chat: let it in or end it, what it costs, what it is called.
import { plainText } from '../../vocabulary/values.js';
import { type Ask, type Command, part } from '../command.js';
import type { Show } from '../house.js';
import { Misread } from '../read.js';
import type { Reply } from '../reply.js';
import { chooseShow, sayPrice, titleOf } from '../shows.js';
import type { CommandNeeds } from './needs.js';
import { question } from './question.js';

const longestTitle = 120;
const titleText = plainText(longestTitle);

/** More than ten times as much, or less than a tenth: a zero too many is soon typed. */
export const isLeap = (from: bigint, to: bigint): boolean => to > from * 10n || to * 10n < from;

export const stream = ({ house }: CommandNeeds): Command => {
  const { stage } = house;
  const named = { stream: { kind: 'stream', optional: true } } as const;

  async function setOpen({ words }: Ask, id: string | undefined, open: boolean): Promise<Reply> {
    const show = chooseShow(house, words, id);
    await stage.setOpen(show.id, open);
    return { text: open ? words.streamStarted(titleOf(show)) : words.streamStopped(titleOf(show)) };
  }

  async function setPrice(ask: Ask, show: Show, minute: bigint): Promise<Reply> {
    const { words, confirmed } = ask;
    const price = (minute + 30n) / 60n;
    if (price === 0n) throw new Misread(words.priceTooSmall);
    const shown = sayPrice({ ...show, price }, house, words);
    if (isLeap(show.price, price) && !confirmed)
      return question(ask, words.priceCheck(titleOf(show), sayPrice(show, house, words), shown), words.yes(shown));
    await stage.change(show.id, { price });
    return { text: words.priceSet(titleOf(show), shown) };
  }

  async function setTitle({ words }: Ask, show: Show, text: string): Promise<Reply> {
    const title = titleText.parse(text);
    if (!title) throw new Misread(words.missing('text'));
    await stage.change(show.id, { title });
    return { text: words.titleSet(title) };
  }

  async function look({ words }: Ask, id: string | undefined): Promise<Reply> {
    const show = chooseShow(house, words, id);
    return {
      text: titleOf(show),
      facts: [
        [words.streamNow, show.live ? words.onAir : stage.isOpen(show.id) ? words.offAir : words.streamShut],
        [words.price, sayPrice(show, house, words)],
        [words.watching, words.viewers(show.viewers)],
      ],
    };
  }

  return {
    name: 'stream',
    who: 'crew',
    parts: {
      show: part({ secret: true, args: named, run: (ask, given) => look(ask, given.stream) }),
      start: part({ secret: true, args: named, run: (ask, given) => setOpen(ask, given.stream, true) }),
      stop: part({ secret: true, args: named, run: (ask, given) => setOpen(ask, given.stream, false) }),
      price: part({
        secret: true,
        args: { ...named, amount: { kind: 'amount' } },
        run: (ask, given) => setPrice(ask, chooseShow(house, ask.words, given.stream), given.amount),
      }),
      title: part({
        secret: true,
        args: { ...named, text: { kind: 'text', longest: longestTitle } },
        run: (ask, given) => setTitle(ask, chooseShow(house, ask.words, given.stream), given.text),
      }),
    },
  };
};
