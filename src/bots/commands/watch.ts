// /watch: a person's own link to a show, with credit on it: the community's, or the person's own.

import type { ChatUser } from '../../payments/chat/index.js';
import { addressOf } from '../../payments/index.js';
import type { Hex } from '../../vocabulary/values.js';
import { sayAmount } from '../amounts.js';
import { type Ask, type Command, type Community, part } from '../command.js';
import type { Sponsoring } from '../communities.js';
import type { Show } from '../house.js';
import type { Reply } from '../reply.js';
import { chooseShow, titleOf, watchPage } from '../shows.js';
import type { Refused } from '../sponsoring.js';
import type { Words } from '../words/index.js';
import type { CommandNeeds } from './needs.js';

const refusals: Record<Refused, (words: Words, terms: Sponsoring) => string> = {
  too_young: (words, { days }) => words.tooYoung(days),
  too_new: (words, { memberDays }) => words.tooNew(memberDays),
  no_role: (words) => words.noRole,
  budget: (words) => words.budgetGone,
  revoked: (words) => words.linkTakenBack,
};

export const watch = ({ house, communities, handouts, sights }: CommandNeeds): Command => {
  const urlOf = (show: Show, key: Hex): string =>
    `${watchPage(show, house)}#k=${Buffer.from(key.slice(2), 'hex').toString('base64url')}`;

  /** The same link again for who has one. Problem: sponsor_unavailable and those of its making. */
  async function linkFor(holder: ChatUser, payer: ChatUser, show: Show, limit: bigint) {
    const key = house.linkKey(holder, show.id);
    const signer = addressOf(key);
    const { limit: most, spent } = await house.chat.watchLink(payer, { stream: show.id, signer, limit });
    await house.chat.handedOut(holder, signer);
    return { url: urlOf(show, key), signer, left: most > spent ? most - spent : 0n };
  }

  /** No link, and how to watch all the same. */
  const without = (text: string, show: Show, { words }: Ask): Reply => ({
    text,
    buttons: [[{ label: words.watch, url: watchPage(show, house) }]],
  });

  async function claim({ person }: Ask, community: Community, show: Show, terms: Sponsoring) {
    const [born, joined] = [await sights.born(person), await sights.joined(person, community)];
    const accounts = () => house.chat.accountsOf(person);
    return handouts.claim({ community, stream: show.id, account: { ...person, born, joined }, accounts, terms });
  }

  async function fromCommunity(ask: Ask, show: Show): Promise<Reply | null> {
    const { community, words } = ask;
    const terms = community && (await communities.sponsoring(community));
    if (!community || !terms) return null;
    const payer = { platform: community.platform, user: community.id };
    const { own } = await house.chat.account(payer);
    if (own.left === 0n) return without(words.budgetGone, show, ask);
    const claimed = await claim(ask, community, show, terms);
    if (typeof claimed === 'string') return without(refusals[claimed](words, terms), show, ask);
    if ('waitMs' in claimed) return { text: words.inQueue, againInMs: claimed.waitMs };
    const { url, left, signer } = await linkFor(claimed.account, payer, show, claimed.amount);
    // It may have been taken back while it was made.
    if (await handouts.isRevoked(community, show.id, claimed.account)) {
      await house.chat.takeBack(payer, [signer]);
      return without(words.linkTakenBack, show, ask);
    }
    return reply(words.watchFrom(community.title), show, url, left, words);
  }

  async function fromOwnPurse(ask: Ask, show: Show): Promise<Reply> {
    const { person, words } = ask;
    const { own } = await house.chat.account(person);
    if (own.left === 0n) return without(words.watchNothing, show, ask);
    const { url, left } = await linkFor(person, person, show, own.left);
    return reply(words.watchOwn, show, url, left, words);
  }

  const reply = (from: string, show: Show, url: string, left: bigint, words: Words): Reply => ({
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
