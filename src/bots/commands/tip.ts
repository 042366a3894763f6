// /tip: money and a message for the stage, once for each use, with a question before a large one.
import { Problem } from '../../vocabulary/problems.js';
import { sayAmount } from '../amounts.js';
import { type Command, part } from '../command.js';
import { Misread } from '../read.js';
import type { Reply } from '../reply.js';
import { chooseShow, titleOf } from '../shows.js';
import type { CommandNeeds } from './needs.js';
import { question } from './question.js';

export const tip = ({ house, communities }: CommandNeeds): Command => ({
  name: 'tip',
  who: 'anyone',
  parts: {
    '': part({
      secret: true,
      args: {
        stream: { kind: 'stream', optional: true },
        amount: { kind: 'amount' },
        message: { kind: 'text', optional: true, longest: 280 },
      },
      async run(ask, { stream, amount, message = '' }): Promise<Reply> {
        const { words, person, id } = ask;
        const show = chooseShow(house, words, stream);
        if (amount < show.minTip) throw new Problem('tip_too_small', { minimum: sayAmount(show.minTip, house.token) });
        const shown = sayAmount(amount, house.token);
        const { tipLeast, tipMost, confirmAbove } = await communities.settings(ask.community);
        if (tipLeast !== null && amount < tipLeast)
          throw new Misread(words.tipLeastHere(sayAmount(tipLeast, house.token)));
        if (tipMost !== null && amount > tipMost) throw new Misread(words.tipMostHere(sayAmount(tipMost, house.token)));
        if (amount > (confirmAbove ?? house.confirmAbove) && !ask.confirmed)
          return question(ask, words.tipCheck(shown, titleOf(show)), words.yes(shown));
        const name = [...person.name].slice(0, 40).join('');
        await house.chat.tip(person, { id: `${person.platform}-${id}`, stream: show.id, amount, name, message });
        return { text: words.tipSent(shown, titleOf(show)) };
      },
    }),
  },
});
