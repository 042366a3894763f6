// /vote, and the buttons under a poll: one free vote, and paid ones after a question.
import type { PollView } from '../../vocabulary/polls.js';
import { Problem } from '../../vocabulary/problems.js';
import { sayAmount } from '../amounts.js';
import { type Ask, type Command, part } from '../command.js';
import { Misread } from '../read.js';
import type { Reply } from '../reply.js';
import { fitting, optionsOf } from './completing.js';
import type { CommandNeeds } from './needs.js';
import { question } from './question.js';

export const vote = ({ house }: CommandNeeds): Command => {
  const { polls } = house;
  const say = (amount: bigint): string => sayAmount(amount, house.token);

  async function pollOf({ words }: Ask, named?: string): Promise<PollView> {
    if (named !== undefined) return polls.view(named.replace(/^#/, ''));
    const [only, ...others] = polls.running();
    if (!only) throw new Misread(words.pollNone);
    if (others.length > 0)
      throw new Misread(words.pollWhich([only, ...others].map((one) => `#${one.id} ${one.question}`).join('; ')));
    return only;
  }

  /** `2`, or the option's own words. */
  function optionOf({ options }: PollView, text: string): number {
    const index = /^\d{1,2}$/.test(text) ? Number(text) - 1 : -1;
    const found = options[index] === undefined ? options.findIndex((one) => same(one, text)) : index;
    if (found < 0) throw new Problem('vote_no_option');
    return found;
  }
  const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

  /** What it costs, and whether the person has to say yes to that first. */
  function costOf(poll: PollView, option: number, amount: bigint | undefined, ask: Ask) {
    if (amount !== undefined) return { amount, asks: amount > house.confirmAbove };
    const again = poll.votes === 'extra' && polls.own(poll.id, ask.person)?.free === option;
    const buys = again || poll.votes === 'paid' || poll.votes === 'quadratic';
    return { amount: buys ? BigInt(poll.price) : 0n, asks: buys };
  }

  function menu(poll: PollView, { words }: Ask): Reply {
    const options = poll.options.map((text, i) => ({
      label: `${i + 1} · ${text}`,
      press: `do:vote #${poll.id} ${i + 1}`,
    }));
    return { text: poll.question, choices: { prompt: words.pollChoose, options } };
  }

  return {
    name: 'vote',
    who: 'anyone',
    parts: {
      '': part({
        secret: true,
        args: {
          poll: { kind: 'word', optional: true, begins: '#' },
          option: {
            kind: 'word',
            optional: true,
            complete: (typed) => fitting(typed, optionsOf(polls.running())),
          },
          amount: { kind: 'amount', optional: true },
        },
        async run(ask, given): Promise<Reply> {
          const { words, person, id } = ask;
          // What was completed says which poll it is of.
          const [, named = given.poll, chosen = given.option] =
            /^(#\d{1,15}) (\d{1,2})$/.exec(given.option ?? '') ?? [];
          const poll = await pollOf(ask, named);
          if (chosen === undefined) return menu(poll, ask);
          const option = optionOf(poll, chosen);
          const text = poll.options[option] ?? '';
          const { amount, asks } = costOf(poll, option, given.amount, ask);
          if (asks && !ask.confirmed) return question(ask, words.voteCheck(text, say(amount)), words.yes(say(amount)));
          const wish = { poll: poll.id, id: `${person.platform}-${id}`, option, amount };
          const { own } = await polls.vote({ platform: person.platform, user: person.user }, wish);
          const paid = BigInt(own.paid[option] ?? '0');
          return { text: paid > 0n ? words.votedPaid(text, say(paid)) : words.voted(text, poll.change) };
        },
      }),
    },
  };
};
