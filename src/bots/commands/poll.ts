// /poll: opened, shown, closed and called off by who has a word on stage; its message lives as long as it runs.
import { pollLimits } from '../../vocabulary/poll-limits.js';
import type { PollView } from '../../vocabulary/polls.js';
import { type Args, type Ask, type Command, part } from '../command.js';
import { Misread } from '../read.js';
import type { Reply } from '../reply.js';
import { chooseShow } from '../shows.js';
import type { CommandNeeds } from './needs.js';
import { createPollReply } from './poll-reply.js';

const letters = [...'abcdefghij'] as const;
type Letter = 'a' | 'b' | 'c' | 'd' | 'e' | 'f' | 'g' | 'h' | 'i' | 'j';

const option = { kind: 'text', longest: pollLimits.option } as const;
const more = { ...option, optional: true } as const;
const about = {
  stream: { kind: 'stream', optional: true },
  duration: { kind: 'duration', optional: true },
  votes: { kind: 'choice', choices: ['free', 'extra', 'paid', 'quadratic'], optional: true },
  price: { kind: 'amount', optional: true, after: 'votes' },
  results: { kind: 'choice', choices: ['secret'], optional: true },
  question: { kind: 'text', longest: pollLimits.question },
  ...{ a: option, b: option, c: more, d: more, e: more, f: more, g: more, h: more, i: more, j: more },
} as const satisfies Args;

const defaultMs = 2 * 60_000;

export const poll = ({ house }: CommandNeeds): Command => {
  const pollReply = createPollReply(house);

  async function living(id: string, { words }: Ask): Promise<Reply> {
    const { reply, over } = await pollReply(id, words);
    return over ? reply : { ...reply, living: { kind: 'poll', id } };
  }

  /** The poll of the show that is meant: it runs, or ended just now in that way. */
  function current({ words }: Ask, stream: string | undefined, ...ends: PollView['state'][]): PollView {
    const found = house.polls.current(chooseShow(house, words, stream).id);
    if (!found || !['open', ...ends].includes(found.state)) throw new Misread(words.pollNone);
    return found;
  }

  const args = { stream: about.stream } as const;
  return {
    name: 'poll',
    who: 'crew',
    parts: {
      create: part({
        secret: false,
        args: about,
        async run(ask, given): Promise<Reply> {
          const show = chooseShow(house, ask.words, given.stream);
          const { duration = defaultMs, votes = 'free', price = 0n, question } = given;
          const options = letters.flatMap((letter) => given[letter as Letter] ?? []);
          const terms = { durationMs: duration, votes: votes as PollView['votes'], price, question, options };
          const key = `${ask.person.platform}-${ask.id}`;
          const secret = given.results === 'secret';
          const made = await house.polls.create(show.id, key, { ...terms, change: true, secret });
          return living(made.id, ask);
        },
      }),
      show: part({
        secret: false,
        args,
        run: (ask, { stream }) => living(current(ask, stream, 'closing', 'closed').id, ask),
      }),
      close: part({
        secret: false,
        args,
        async run(ask, { stream }): Promise<Reply> {
          const { id } = await house.polls.close(current(ask, stream, 'closing', 'closed').id);
          return living(id, ask);
        },
      }),
      cancel: part({
        secret: true,
        args,
        async run(ask, { stream }): Promise<Reply> {
          await house.polls.cancel(current(ask, stream, 'cancelling', 'cancelled').id);
          return { text: ask.words.pollCancelled };
        },
      }),
    },
  };
};
