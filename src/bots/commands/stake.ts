// /stake, and the buttons under a prediction: money on an outcome, once for each use, with a question before much of it.
import type { PredictionView } from '../../vocabulary/predictions.js';
import { Problem } from '../../vocabulary/problems.js';
import { sayAmount } from '../amounts.js';
import { type Ask, type Command, part } from '../command.js';
import { Misread } from '../read.js';
import type { Reply } from '../reply.js';
import { chooseShow } from '../shows.js';
import { fitting, optionsOf } from './completing.js';
import type { CommandNeeds } from './needs.js';
import { question } from './question.js';

/** Offered where no amount is said: so many times the least. */
const offered = [1n, 5n, 10n, 50n];

export const stake = ({ house }: CommandNeeds): Command => {
  const { predictions } = house;
  const say = (amount: bigint): string => sayAmount(amount, house.token);

  /** `#7 2`, `2`, or the option's words; of the show's own prediction unless a number says which. */
  async function read(ask: Ask, text = ''): Promise<{ one: PredictionView; option: number | null }> {
    const [, id, rest = ''] = /^(?:#(\d{1,15})\s*)?(.*)$/su.exec(text.trim()) ?? [];
    const stream = (): string => chooseShow(house, ask.words).id;
    const one = id === undefined ? await predictions.current(stream()) : await predictions.view(id);
    if (!one) throw new Misread(ask.words.predictionNone);
    return { one, option: rest === '' ? null : optionOf(one, rest) };
  }

  function optionOf({ options }: PredictionView, text: string): number {
    const index = /^\d{1,2}$/.test(text) ? Number(text) - 1 : -1;
    if (options[index] !== undefined) return index;
    const found = options.findIndex((one) => one.toLowerCase() === text.toLowerCase());
    if (found < 0) throw new Problem('prediction_no_option');
    return found;
  }

  function menu({ id, options, question: text }: PredictionView, amount: bigint | undefined, { words }: Ask): Reply {
    const line = amount === undefined ? '' : `${say(amount)} `;
    const all = options.map((label, i) => ({ label: `${i + 1} · ${label}`, press: `do:stake ${line}#${id} ${i + 1}` }));
    return { text, choices: { prompt: words.stakeChoose, options: all } };
  }

  function howMuch(one: PredictionView, option: number, { words }: Ask): Reply {
    const amounts = offered.map((times) => say(BigInt(one.minStake) * times));
    const buttons = amounts.map((label) => ({ label, press: `do:stake ${label} #${one.id} ${option + 1}` }));
    return { text: words.stakeHowMuch(one.options[option] ?? ''), buttons: [buttons] };
  }

  async function put(one: PredictionView, option: number, amount: bigint, ask: Ask): Promise<Reply> {
    const { words, person, id } = ask;
    const text = one.options[option] ?? '';
    if (amount > house.confirmAbove && !ask.confirmed)
      return question(ask, words.stakeCheck(say(amount), text), words.yes(say(amount)));
    const wish = { id: `${person.platform}-${id}`, option, amount };
    const { prediction } = await predictions.stakeFromChat(
      one.id,
      { platform: person.platform, user: person.user },
      wish,
    );
    const back = (amount * BigInt(prediction.odds[option] ?? 1000)) / 1000n;
    return { text: words.staked(say(amount), text, say(back)) };
  }

  async function outcomes(typed: string) {
    const all = await Promise.all(house.shows().map(({ id }) => predictions.current(id)));
    return fitting(typed, optionsOf(all.filter((one) => one?.state === 'open') as PredictionView[]));
  }

  return {
    name: 'stake',
    who: 'anyone',
    parts: {
      '': part({
        secret: true,
        args: {
          amount: { kind: 'amount', optional: true },
          option: { kind: 'text', optional: true, longest: 80, complete: outcomes },
        },
        async run(ask, given): Promise<Reply> {
          const { one, option } = await read(ask, given.option);
          // A stake that was taken before it was locked is told again.
          if (one.state !== 'open' && (given.amount === undefined || option === null))
            throw new Problem('prediction_locked');
          if (option === null) return menu(one, given.amount, ask);
          if (given.amount === undefined) return howMuch(one, option, ask);
          return put(one, option, given.amount, ask);
        },
      }),
    },
  };
};
