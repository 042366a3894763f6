// /goal: what the show is collecting for, and how far it is.
import type { Goal } from '../../vocabulary/goals.js';
import { sayAmount, type Unit } from '../amounts.js';
import { type Command, part } from '../command.js';
import type { Reply } from '../reply.js';
import { chooseShow } from '../shows.js';
import type { CommandNeeds } from './needs.js';

/** `New amp: 12.5 DAI of 50 DAI (25 %)`, with a tick when it was reached. */
export function sayGoal({ title, given, amount, reachedAt }: Goal, token: Unit): string {
  const [now, all] = [BigInt(given), BigInt(amount)];
  const share = `${sayAmount(now, token)} / ${sayAmount(all, token)} (${(now * 100n) / all} %)`;
  return [reachedAt === null ? '' : '✅ ', title && `${title}: `, share].join('');
}

export const goal = ({ house }: CommandNeeds): Command => ({
  name: 'goal',
  who: 'crew',
  parts: {
    show: part({
      secret: false,
      args: { stream: { kind: 'stream', optional: true } },
      async run({ words }, { stream }): Promise<Reply> {
        const there = house.goals.get(chooseShow(house, words, stream).id);
        return { text: there ? sayGoal(there, house.token) : words.goalNone };
      },
    }),
    set: part({
      secret: true,
      args: {
        stream: { kind: 'stream', optional: true },
        amount: { kind: 'amount' },
        title: { kind: 'text', longest: 80 },
      },
      async run({ words }, { stream, amount, title }): Promise<Reply> {
        const made = await house.goals.set(chooseShow(house, words, stream).id, { title, amount: `${amount}` });
        return { text: words.goalSet(sayGoal(made, house.token)) };
      },
    }),
    clear: part({
      secret: true,
      args: { stream: { kind: 'stream', optional: true } },
      async run({ words }, { stream }): Promise<Reply> {
        await house.goals.clear(chooseShow(house, words, stream).id);
        return { text: words.goalCleared };
      },
    }),
  },
});
