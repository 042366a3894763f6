// /leaderboard: who tipped most in this show, in the last hour, today, or ever; and who was there show after show.
import type { Leader, Span } from '../../vocabulary/goals.js';
import { sayAmount } from '../amounts.js';
import { type Command, part } from '../command.js';
import type { House, Show } from '../house.js';
import type { Reply } from '../reply.js';
import { chooseShow, titleOf } from '../shows.js';
import type { Words } from '../words/index.js';
import type { CommandNeeds } from './needs.js';

const shown = 10;
const spans = ['show', 'hour', 'today', 'all', 'streaks'] as const satisfies (Span | 'streaks')[];

const place = (i: number, name: string, words: Words): string => `${i + 1}. ${name || words.anonymous}`;

async function tips(house: House, show: Show, span: Span, words: Words): Promise<Reply> {
  const { leaders } = await house.leaderboard(show.id, span, shown);
  if (leaders.length === 0) return { text: span === 'hour' ? words.leadersNoneHour : words.leadersNone };
  const say = ({ amount, streak }: Leader): string => {
    const given = sayAmount(BigInt(amount), house.token);
    return streak === undefined ? given : `${given} · ${words.streak(streak)}`;
  };
  return {
    text: `${words.leaders[span]}: ${titleOf(show)}`,
    facts: leaders.map((leader, i) => [place(i, leader.name, words), say(leader)]),
  };
}

async function streaks(house: House, show: Show, words: Words): Promise<Reply> {
  const { streaks: found } = await house.streaks(show.id, shown);
  if (found.length === 0) return { text: words.streaksNone };
  return {
    text: `${words.streaks}: ${titleOf(show)}`,
    facts: found.map(({ name, shows }, i) => [place(i, name, words), words.streak(shows)]),
  };
}

export const leaderboard = ({ house }: CommandNeeds): Command => ({
  name: 'leaderboard',
  who: 'anyone',
  parts: {
    '': part({
      secret: false,
      args: {
        stream: { kind: 'stream', optional: true },
        span: { kind: 'choice', optional: true, choices: spans },
      },
      async run({ words }, { stream, span = 'show' }): Promise<Reply> {
        const show = chooseShow(house, words, stream);
        if (span === 'streaks') return streaks(house, show, words);
        return tips(house, show, span as Span, words);
      },
    }),
  },
});
