// /leaderboard: who tipped most in this show, today, or ever.
import type { Span } from '../../vocabulary/goals.js';
import { sayAmount } from '../amounts.js';
import { type Command, part } from '../command.js';
import type { Reply } from '../reply.js';
import { chooseShow, titleOf } from '../shows.js';
import type { CommandNeeds } from './needs.js';

const spans = ['show', 'today', 'all'] as const satisfies Span[];

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
        const { leaders } = await house.leaderboard(show.id, span as Span, 10);
        if (leaders.length === 0) return { text: words.leadersNone };
        return {
          text: `${words.leaders[span as Span]}: ${titleOf(show)}`,
          facts: leaders.map(({ name, amount }, i) => [
            `${i + 1}. ${name || words.anonymous}`,
            sayAmount(BigInt(amount), house.token),
          ]),
        };
      },
    }),
  },
});
