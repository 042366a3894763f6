// /limits: what a person lets the own chat account spend, at once and in 24 hours.
import { sayAmount } from '../amounts.js';
import { type Command, part } from '../command.js';
import { Misread } from '../read.js';
import type { Reply } from '../reply.js';
import type { CommandNeeds } from './needs.js';

export const limits = ({ house }: CommandNeeds): Command => ({
  name: 'limits',
  who: 'anyone',
  parts: {
    '': part({
      secret: true,
      args: { once: { kind: 'amount', optional: true }, day: { kind: 'amount', optional: true } },
      async run({ person, words }, { once, day }): Promise<Reply> {
        if (once !== undefined && day === undefined) throw new Misread(words.missing('day'));
        if (day !== undefined && once === undefined) throw new Misread(words.missing('once'));
        if (once !== undefined && day !== undefined) {
          if (day < once) throw new Misread(words.limitsCrossed);
          await house.chat.setCaps(person, { perCommand: once, perDay: day });
        }
        const { caps } = await house.chat.account(person);
        return {
          text: once === undefined ? words.limitsShow : words.limitsSet,
          facts: [
            [words.perCommand, sayAmount(caps.perCommand, house.token)],
            [words.inADay, sayAmount(caps.perDay, house.token)],
          ],
        };
      },
    }),
  },
});
