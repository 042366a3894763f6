// A prediction as a message: odds and pot, when what happens, buttons to stake, and in the end who was right.
import type { PredictionView } from '../../vocabulary/predictions.js';
import { sayAmount } from '../amounts.js';
import type { House } from '../house.js';
import type { Button, Reply } from '../reply.js';
import type { Words } from '../words/index.js';

/** As many buttons as fit a message; more options become a list to choose from. */
const mostButtons = 5;

const time = (ms: number): string => new Date(ms).toISOString().slice(11, 16);

/** `×2.5`: what one unit would bring back now. */
const sayOdds = (thousandths: number): string => `×${(Math.floor(thousandths / 10) / 100).toString()}`;

export function createPredictionReply({ predictions, token }: Pick<House, 'predictions' | 'token'>) {
  const money = (amount: string): string => sayAmount(BigInt(amount), token);

  function standing({ odds, totals, pot }: PredictionView, option: number, words: Words): string {
    const [total = '0', back] = [totals[option], odds[option]];
    if (back === null || back === undefined) return words.predictionNobody;
    const share = Number((BigInt(total) * 200n + BigInt(pot)) / (BigInt(pot) * 2n));
    return `${sayOdds(back)} · ${share} % · ${money(total)}`;
  }

  function state(one: PredictionView, words: Words): string {
    const winner = one.options[one.winner ?? -1] ?? '';
    const says: Record<PredictionView['state'], () => string> = {
      opening: () => words.predictionOpening,
      open: () => words.predictionOpen(time(one.lockAt), money(one.minStake)),
      locked: () => words.predictionLocked,
      resolved: () => words.predictionResolved(winner, time(one.finalAt ?? one.at)),
      paying: () => (one.refunds ? words.predictionUnshared(winner) : words.predictionPaying(winner)),
      paid: () => (one.refunds ? words.predictionUnshared(winner) : words.predictionPaid(winner)),
      cancelled: () => words.predictionCancelled,
      refunded: () => words.predictionRefunded,
      failed: () => words.predictionFailed,
    };
    return says[one.state]();
  }

  function staking({ id, options }: PredictionView, words: Words): Pick<Reply, 'buttons' | 'choices'> {
    const all = options.map((text, i) => ({ label: `${i + 1} · ${text}`, press: `do:stake #${id} ${i + 1}` }));
    if (all.length > mostButtons) return { choices: { prompt: words.stakeChoose, options: all } };
    return { buttons: all.map((one): Button[] => [one]) };
  }

  function worded(one: PredictionView, words: Words): Reply {
    const right = (i: number): string => (one.winner === i ? ' ✓' : '');
    const fee = one.feeBps > 0 && one.state === 'open' ? ` ${words.predictionFee(`${one.feeBps / 100}`)}` : '';
    const pot = `${money(one.pot)} · ${words.predictionStakes(one.stakes)}`;
    return {
      text: `${one.question}\n${state(one, words)}${fee}`,
      facts: [
        ...one.options.map((text, i) => [`${i + 1} · ${text}${right(i)}`, standing(one, i, words)] as const),
        [words.predictionPot, pot],
      ],
      ...(one.state === 'open' ? staking(one, words) : {}),
    };
  }

  /** For a message that lives with its prediction: what it says now, and whether that is the last of it. */
  return async function predictionReply(id: string, words: Words): Promise<{ reply: Reply; over: boolean }> {
    const one = await predictions.view(id);
    return { reply: worded(one, words), over: ['paid', 'refunded', 'failed'].includes(one.state) };
  };
}
