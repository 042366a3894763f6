// Predictions over HTTP: opened and decided by the host, staked in by whoever signs.
import { byHost, type Predictions } from '../polls/predictions/index.js';
import type { Handlers } from './mount.js';

type Names =
  | 'getPrediction'
  | 'postStake'
  | 'getStakes'
  | 'openPrediction'
  | 'listPredictions'
  | 'lockPrediction'
  | 'resolvePrediction'
  | 'cancelPrediction';

export function createPredictionHandlers(needs: {
  predictions: Predictions;
  /** Problem: unknown_stream. */
  checkStream: (stream: string) => void;
}): Pick<Handlers, Names> {
  const { predictions, checkStream } = needs;
  return {
    getPrediction: async ({ params }) => {
      checkStream(params.stream);
      return { prediction: await predictions.current(params.stream) };
    },
    postStake: ({ params, body }) => predictions.stake(params.prediction, body),
    getStakes: ({ params }) => predictions.stakesAt(params.prediction, params.address),
    openPrediction: async ({ params, body }) => {
      checkStream(params.stream);
      return predictions.open(params.stream, byHost, body);
    },
    listPredictions: async ({ params }) => {
      checkStream(params.stream);
      return predictions.list(params.stream);
    },
    lockPrediction: ({ params }) => predictions.lock(params.prediction, byHost),
    resolvePrediction: ({ params, body }) => predictions.resolve(params.prediction, byHost, body.option),
    cancelPrediction: ({ params }) => predictions.cancel(params.prediction, byHost),
  };
}
