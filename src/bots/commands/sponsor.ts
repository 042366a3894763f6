// /sponsor: who pays for a community's watch links, how much for each person, and what is left.
import { sayAmount } from '../amounts.js';
import { type Ask, type Command, part } from '../command.js';
import { Misread } from '../read.js';
import type { Reply } from '../reply.js';
import type { CommandNeeds } from './needs.js';

export const sponsor = ({ house, communities, handouts }: CommandNeeds): Command => {
  const say = (amount: bigint): string => sayAmount(amount, house.token);

  /** The community's own purse: filled by anyone, spent by its links. */
  function purseOf({ community, words }: Ask) {
    if (!community) throw new Misread(words.communityOnly);
    return { community, purse: { platform: community.platform, user: community.id } };
  }

  async function fund(ask: Ask): Promise<Reply> {
    const { community, purse } = purseOf(ask);
    const { address, page, token } = await house.chat.topUp(purse);
    return {
      text: ask.words.sponsorFund(community.title, token.symbol, house.chainName),
      facts: [[ask.words.address, address]],
      buttons: [[{ label: ask.words.openTopUp, url: page }]],
    };
  }

  async function show(ask: Ask): Promise<Reply> {
    const { community, purse } = purseOf(ask);
    const { words } = ask;
    const terms = await communities.sponsoring(community);
    const { own } = await house.chat.account(purse);
    const given = await handouts.given(community);
    if (!terms && given.count === 0) return { text: words.sponsorNone };
    return {
      text: words.sponsorShow,
      facts: [
        ...(terms ? [[words.sponsorEach, say(terms.each)] as const] : []),
        [words.sponsorGiven, `${given.count} · ${say(given.amount)}`],
        [words.sponsorToday, say(given.today)],
        [words.sponsorSpent, say(own.spent)],
        [words.sponsorLeft, say(own.left)],
      ],
    };
  }

  return {
    name: 'sponsor',
    who: 'moderator',
    parts: {
      fund: part({ secret: true, args: {}, run: fund }),
      set: part({
        secret: true,
        args: {
          amount: { kind: 'amount' },
          days: { kind: 'whole', optional: true, most: 3650 },
          daily: { kind: 'amount', optional: true },
        },
        async run(ask, { amount, days = 0, daily }): Promise<Reply> {
          const { community } = purseOf(ask);
          await communities.sponsor(community, { each: amount, days, daily: daily ?? null });
          return { text: ask.words.sponsorSet(say(amount)) };
        },
      }),
      show: part({ secret: true, args: {}, run: show }),
      stop: part({
        secret: true,
        args: {},
        async run(ask): Promise<Reply> {
          await communities.sponsor(purseOf(ask).community, null);
          return { text: ask.words.sponsorStopped };
        },
      }),
    },
  };
};
