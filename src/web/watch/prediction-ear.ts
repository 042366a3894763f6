// What the watch page hears of predictions, and what has become of its own stakes: asked at every step of one.
import type { PredictionView } from '../../vocabulary/predictions.js';
import type { Hex } from '../../vocabulary/values.js';
import { type Api, passing } from '../shared/api.js';
import type { Keep } from '../shared/keep.js';
import { createPredictionEar, type PredictionEar } from '../shared/prediction.js';
import type { Store } from '../shared/store.js';
import { backoff, pause } from '../shared/time.js';
import type { WatchState } from './state.js';

export interface Predictions extends PredictionEar {
  /** Reads this page's own stakes anew. */
  lookAt(prediction: PredictionView): Promise<void>;
  /** The viewer has seen how it ended. */
  done(prediction: PredictionView): void;
}

export function followPredictions(needs: {
  api: Api;
  keep: Keep;
  stream: string;
  address: Hex;
  store: Store<WatchState>;
  /** Money has come to the page's address. */
  onPaid: () => void;
}): Predictions {
  const { api, keep, stream, address, store, onPaid } = needs;
  let step = '';

  async function read(prediction: PredictionView): Promise<void> {
    const mine = await api('getStakes', { params: { prediction: prediction.id, address } });
    const { staked } = store.get();
    if (staked && Number(staked.prediction.id) > Number(prediction.id)) return;
    if (mine.stakes.length > 0 || mine.payout) store.set({ staked: { prediction, heard: performance.now(), mine } });
    if (mine.payout && mine.payout.amount !== '0') onPaid();
  }

  /** Until the server answers, or something newer is to be asked. */
  async function lookAt(prediction: PredictionView): Promise<void> {
    const mine = `${prediction.id} ${prediction.state} ${prediction.winner}`;
    step = mine;
    const waits = backoff(500, 8000);
    while (step === mine) {
      try {
        return await read(prediction);
      } catch (error) {
        if (!passing(error)) return;
        await pause(waits.next());
      }
    }
  }

  const ear = createPredictionEar((live) => {
    store.set({ prediction: live });
    if (!live) return;
    const { id, state, winner } = live.prediction;
    if (step !== `${id} ${state} ${winner}`) void lookAt(live.prediction);
  });

  // One that is over is told to nobody who comes: it may still be this page's.
  api('getPrediction', { params: { stream } })
    .then(({ prediction }) => {
      if (prediction && step === '' && keep.get('prediction.done') !== prediction.id) void lookAt(prediction);
    })
    .catch(() => {});

  function done({ id }: PredictionView): void {
    keep.set('prediction.done', id);
    const { prediction } = store.get();
    store.set({ staked: null, ...(prediction?.prediction.id === id && { prediction: null }) });
  }

  return { ...ear, lookAt, done };
}
