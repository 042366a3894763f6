// /sponsor: who pays for a community's watch links, who may have one, what is left, and who has had what.
import type { ChatUser } from '../../payments/chat/index.js';
import { addressOf } from '../../payments/index.js';
import type { Hex } from '../../vocabulary/values.js';
import { sayAmount } from '../amounts.js';
import { type Ask, type Command, type Given as GivenArgs, part } from '../command.js';
import type { Sponsoring } from '../communities.js';
import type { Given } from '../handouts.js';
import { Misread } from '../read.js';
import type { Reply } from '../reply.js';
import type { CommandNeeds } from './needs.js';
import { question } from './question.js';

/** Lines of a report that platforms show at once. */
const pageSize = 20;
const everybody = 'all';

const setArgs = {
  amount: { kind: 'amount' },
  days: { kind: 'whole', optional: true, most: 3650 },
  daily: { kind: 'amount', optional: true },
  hourly: { kind: 'amount', optional: true },
  member: { kind: 'whole', optional: true, most: 3650 },
  role: { kind: 'role', optional: true },
} as const;

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

  async function set(ask: Ask, given: GivenArgs<typeof setArgs>): Promise<Reply> {
    const { community } = purseOf(ask);
    const { amount: each, days = 0, member: memberDays = 0, daily = null, hourly = null, role = null } = given;
    if (role !== null && community.platform !== 'discord') throw new Misread(ask.words.rolesOnDiscord);
    await communities.sponsor(community, { each, days, memberDays, role, hourly, daily });
    return {
      text: ask.words.sponsorSet(say(each)),
      facts: rules({ each, days, memberDays, role, hourly, daily }, ask),
    };
  }

  function rules(terms: Sponsoring, { words }: Ask): [string, string][] {
    const { each, days, memberDays, role, hourly, daily } = terms;
    return [
      [words.sponsorEach, say(each)],
      ...(days > 0 ? [[words.accountAge, words.days(days)] as [string, string]] : []),
      ...(memberDays > 0 ? [[words.membership, words.days(memberDays)] as [string, string]] : []),
      ...(role === null ? [] : [[words.onlyRole, `<@&${role}>`] as [string, string]]),
      ...(hourly === null ? [] : [[words.mostInAnHour, say(hourly)] as [string, string]]),
      ...(daily === null ? [] : [[words.mostInADay, say(daily)] as [string, string]]),
    ];
  }

  async function show(ask: Ask): Promise<Reply> {
    const { community, purse } = purseOf(ask);
    const { words } = ask;
    const terms = await communities.sponsoring(community);
    const { own } = await house.chat.account(purse);
    const given = await handouts.given(community);
    if (!terms && given.count === 0 && own.left === 0n) return { text: words.sponsorNone };
    return {
      text: words.sponsorShow,
      facts: [
        ...(terms ? rules(terms, ask) : []),
        [words.sponsorGiven, `${given.count} · ${say(given.amount)}`],
        [words.sponsorHour, say(given.hour)],
        [words.sponsorToday, say(given.day)],
        [words.sponsorSpent, say(own.spent)],
        [words.sponsorLeft, say(own.left)],
      ],
    };
  }

  const signerOf = ({ account, stream }: Given): Hex => addressOf(house.linkKey(account, stream));

  /** All accounts of the person that is named; null: everybody. */
  function whom({ words, person }: Ask, who: string): readonly ChatUser[] | null {
    if (who.toLowerCase() === everybody) return null;
    const [, user] = /^(?:<@!?)?([1-9]\d{0,19})>?$/.exec(who) ?? [];
    if (user === undefined) throw new Misread(words.noId);
    return house.chat.accountsOf({ platform: person.platform, user });
  }

  async function revoke(ask: Ask, who: string): Promise<Reply> {
    const { words, confirmed } = ask;
    const { community, purse } = purseOf(ask);
    const accounts = whom(ask, who);
    if (accounts === null && !confirmed) return question(ask, words.revokeCheck, words.revokeYes);
    const taken = await handouts.revoke(community, accounts);
    await house.chat.takeBack(purse, taken.map(signerOf));
    return { text: words.revoked(taken.length) };
  }

  async function line(purse: ChatUser, given: Given, { words }: Ask): Promise<[string, string]> {
    const link = await house.chat.linkOf(purse, signerOf(given));
    const at = new Date(given.at).toISOString().slice(0, 16).replace('T', ' ');
    const { account, amount, stream, revokedAt } = given;
    const spent = `${words.sponsorSpent} ${say(link?.spent ?? 0n)}`;
    const parts = [`${at} UTC`, stream, say(amount), spent, ...(revokedAt === null ? [] : [words.takenBack])];
    return [`${given.name || account.user} (${account.user})`, parts.join(' · ')];
  }

  async function report(ask: Ask, page: number): Promise<Reply> {
    const { community, purse } = purseOf(ask);
    const { count, amount } = await handouts.given(community);
    const pages = Math.max(1, Math.ceil(count / pageSize));
    const some = await handouts.list(community, { limit: pageSize, offset: (page - 1) * pageSize });
    return {
      text: ask.words.sponsorReport(count, say(amount), Math.min(page, pages), pages),
      facts: await Promise.all(some.map((given) => line(purse, given, ask))),
    };
  }

  async function withdraw(ask: Ask, to: Hex): Promise<Reply> {
    const { words, person, id, confirmed } = ask;
    const { purse } = purseOf(ask);
    if (!person.owner) throw new Misread(words.ownerOnly);
    if (!confirmed) {
      const shown = say((await house.chat.account(purse)).own.left);
      return question(ask, words.withdrawCheck(shown, to), words.yes(shown));
    }
    const paid = await house.chat.withdraw(purse, { id: `${person.platform}-${id}`, to });
    return { text: words.withdrawn(say(paid.amount), paid.to), facts: [[words.transaction, paid.transaction]] };
  }

  async function stop(ask: Ask): Promise<Reply> {
    await communities.sponsor(purseOf(ask).community, null);
    return { text: ask.words.sponsorStopped };
  }

  return {
    name: 'sponsor',
    who: 'moderator',
    parts: {
      fund: part({ secret: true, args: {}, run: fund }),
      set: part({ secret: true, args: setArgs, run: set }),
      show: part({ secret: true, args: {}, run: show }),
      stop: part({ secret: true, args: {}, run: stop }),
      revoke: part({
        secret: true,
        args: { who: { kind: 'text', longest: 40 } },
        run: (ask, { who }) => revoke(ask, who),
      }),
      report: part({
        secret: true,
        args: { page: { kind: 'whole', optional: true, least: 1, most: 100_000 } },
        run: (ask, { page = 1 }) => report(ask, page),
      }),
      withdraw: part({ secret: true, args: { to: { kind: 'address' } }, run: (ask, { to }) => withdraw(ask, to) }),
    },
  };
};
