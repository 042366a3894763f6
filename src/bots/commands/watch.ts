// /watch: a person's own link to a show, with credit on it: the community's, or the person's own.

import type { ChatUser } from '../../payments/chat/index.js';
import { addressOf } from '../../payments/index.js';
import { sayAmount } from '../amounts.js';
import { type Ask, type Command, part } from '../command.js';
import type { Show } from '../house.js';
import { Misread } from '../read.js';
import type { Reply } from '../reply.js';
import { chooseShow, titleOf, watchPage } from '../shows.js';
import type { CommandNeeds } from './needs.js';

export const watch = ({ house, communities, handouts }: CommandNeeds): Command => {
  /** The same link again for who has one. Problem: sponsor_unavailable and those of its making. */
  async function linkFor(holder: ChatUser, payer: ChatUser, show: Show, limit: bigint) {
    const key = house.linkKey(holder, show.id);
    const signer = addressOf(key);
    const { limit: most, spent } = await house.chat.watchLink(payer, { stream: show.id, signer, limit });
    await house.chat.handedOut(holder, signer);
    const fragment = Buffer.from(key.slice(2), 'hex').toString('base64url');
    return { url: `${watchPage(show, house)}#k=${fragment}`, left: most > spent ? most - spent : 0n };
  }

  async function fromCommunity({ person, community, words }: Ask, show: Show): Promise<Reply | null> {
    const terms = community && (await communities.sponsoring(community));
    if (!community || !terms) return null;
    const accounts = house.chat.accountsOf(person);
    const handout = await handouts.claim({ community, stream: show.id, account: person, accounts, terms });
    if (handout === 'too_young') throw new Misread(words.tooYoung(terms.days));
    if (handout === 'budget') throw new Misread(words.budgetGone);
    const payer = { platform: community.platform, user: community.id };
    const { url, left } = await linkFor(handout.account, payer, show, handout.amount);
    return reply(words.watchFrom(community.title), show, url, left, words);
  }

  async function fromOwnPurse({ person, words }: Ask, show: Show): Promise<Reply> {
    const { own } = await house.chat.account(person);
    if (own.left === 0n)
      return { text: words.watchNothing, buttons: [[{ label: words.watch, url: watchPage(show, house) }]] };
    const { url, left } = await linkFor(person, person, show, own.left);
    return reply(words.watchOwn, show, url, left, words);
  }

  const reply = (from: string, show: Show, url: string, left: bigint, words: Ask['words']): Reply => ({
    text: `${words.watchText(titleOf(show), sayAmount(left, house.token))} ${from}`,
    buttons: [[{ label: words.watch, url }]],
  });

  return {
    name: 'watch',
    who: 'anyone',
    parts: {
      '': part({
        secret: true,
        args: { stream: { kind: 'stream', optional: true } },
        async run(ask, { stream }): Promise<Reply> {
          const show = chooseShow(house, ask.words, stream);
          return (await fromCommunity(ask, show)) ?? fromOwnPurse(ask, show);
        },
      }),
    },
  };
};
