// /predict: opened, locked, resolved and called off by who has a word on stage, and may not have staked in it.
import { type PredictionView, predictionLimits } from '../../vocabulary/predictions.js';
import { type Args, type Ask, type Command, part } from '../command.js';
import { Misread } from '../read.js';
import type { Reply } from '../reply.js';
import { chooseShow } from '../shows.js';
import type { CommandNeeds } from './needs.js';
import { createPredictionReply } from './prediction-reply.js';

const letters = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'] as const;
const option = { kind: 'text', longest: predictionLimits.option } as const;
const more = { ...option, optional: true } as const;
const show = { stream: { kind: 'stream', optional: true } } as const satisfies Args;
const about = {
  ...show,
  duration: { kind: 'duration', optional: true },
  question: { kind: 'text', longest: predictionLimits.question },
  ...{ a: option, b: option, c: more, d: more, e: more, f: more, g: more, h: more, i: more, j: more },
} as const satisfies Args;

const defaultMs = 2 * 60_000;
const disputeMs = 5 * 60_000;

export const predict = ({ house }: CommandNeeds): Command => {
  const { predictions } = house;
  const predictionReply = createPredictionReply(house);
  const by = ({ person }: Ask): string => `${person.platform}:${person.user}`;

  async function living(id: string, { words }: Ask): Promise<Reply> {
    const { reply, over } = await predictionReply(id, words);
    return over ? reply : { ...reply, living: { kind: 'prediction', id } };
  }

  async function current({ words }: Ask, stream: string | undefined): Promise<PredictionView> {
    const found = await predictions.current(chooseShow(house, words, stream).id);
    if (!found) throw new Misread(words.predictionNone);
    return found;
  }

  const spanOf = (ms: number, { words }: Ask): number => {
    const { least, most } = predictionLimits.openMs;
    if (ms < least || ms > most) throw new Misread(words.noDuration);
    return ms;
  };

  return {
    name: 'predict',
    who: 'crew',
    parts: {
      open: part({
        secret: false,
        args: about,
        async run(ask, given): Promise<Reply> {
          const stream = chooseShow(house, ask.words, given.stream).id;
          const options = letters.flatMap((letter) => given[letter] ?? []);
          const openMs = spanOf(given.duration ?? defaultMs, ask);
          const id = `${ask.person.platform}-${ask.id}`;
          const wish = { id, question: given.question, options, openMs, disputeMs };
          return living((await predictions.open(stream, by(ask), wish)).id, ask);
        },
      }),
      lock: part({
        secret: false,
        args: show,
        run: async (ask, { stream }) =>
          living((await predictions.lock((await current(ask, stream)).id, by(ask))).id, ask),
      }),
      resolve: part({
        secret: false,
        args: { ...show, option: { kind: 'whole', least: 1, most: predictionLimits.options.most } },
        async run(ask, { stream, option: number }): Promise<Reply> {
          const { id } = await current(ask, stream);
          return living((await predictions.resolve(id, by(ask), number - 1)).id, ask);
        },
      }),
      cancel: part({
        secret: false,
        args: show,
        run: async (ask, { stream }) =>
          living((await predictions.cancel((await current(ask, stream)).id, by(ask))).id, ask),
      }),
      show: part({
        secret: false,
        args: show,
        run: async (ask, { stream }) => living((await current(ask, stream)).id, ask),
      }),
    },
  };
};
