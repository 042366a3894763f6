// The prediction that a page shows, from what it hears: told on following, then events and odds. Pure but for the clock it is given.
import type { FeedEvent, PredictionEvent } from '../../vocabulary/events.js';
import type { OddsMessage, PredictionMessage, PredictionView } from '../../vocabulary/predictions.js';
import { grouped } from './money.js';

/** `heard`: when, on this page's own steady clock. The server's time then was `prediction.at`. */
export interface LivePrediction {
  prediction: PredictionView;
  heard: number;
  /** When its result was said, or it was called off, by the server's clock. */
  endedAt: number | null;
}

const steady = (): number => performance.now();

/** The server's time, as this page knows it. */
const serverTime = ({ prediction, heard }: LivePrediction, now: number): number => prediction.at + (now - heard);

/** Until no more stakes are taken, ms. */
export const leftOf = (live: LivePrediction, now = steady()): number =>
  live.prediction.state === 'open' ? Math.max(0, live.prediction.lockAt - serverTime(live, now)) : 0;

/** Until the result holds, ms; 0: it does, or there is none. */
export const disputedFor = (live: LivePrediction, now = steady()): number => {
  const { state, finalAt } = live.prediction;
  return state === 'resolved' && finalAt !== null ? Math.max(0, finalAt - serverTime(live, now)) : 0;
};

/** Since its result was said or it was called off, ms; null: neither was, or nobody knows when. */
export const overSince = (live: LivePrediction, now = steady()): number | null =>
  live.endedAt === null ? null : Math.max(0, serverTime(live, now) - live.endedAt);

/** There is a result to show, or there will be none. */
export const isEnded = ({ state }: PredictionView): boolean =>
  state !== 'opening' && state !== 'open' && state !== 'locked';

/** A part of 1 of the pot for each option. */
export function shares({ totals, options }: PredictionView): number[] {
  const staked = totals.map(BigInt);
  const pot = staked.reduce((sum, one) => sum + one, 0n);
  return options.map((_, i) => (pot === 0n ? 0 : Number(((staked[i] ?? 0n) * 10_000n) / pot) / 10_000));
}

/** In whole percent, which add up to what the shares do. */
export function percents(parts: readonly number[]): string[] {
  let sum = 0;
  return parts.map((part) => {
    const before = Math.round(sum * 100);
    sum += part;
    return `${Math.round(sum * 100) - before} %`;
  });
}

/** `2.35 ×` of what one unit brings back, in thousandths; cut, never rounded up. `–` where nobody staked. */
export function times(odds: number | null | undefined): string {
  if (odds === null || odds === undefined) return '–';
  const places = odds < 10_000 ? 2 : odds < 100_000 ? 1 : 0;
  const cut = Math.floor(odds / 10 ** (3 - places));
  const digits = `${cut}`.padStart(places + 1, '0');
  const whole = grouped(digits.slice(0, digits.length - places));
  return `${places ? `${whole}.${digits.slice(-places)}` : whole} ×`;
}

/** `Blue wins`, or what else there is to say of it now. */
export function verdict({ state, options, winner, refunds, pot }: PredictionView): string {
  if (state === 'cancelled' || state === 'refunded') return 'Called off: all stakes go back';
  if (state === 'failed') return 'It could not be opened';
  if (state === 'opening') return 'Opening…';
  if (state === 'open') return 'Open';
  if (state === 'locked' || winner === null) return 'Locked: waiting for the result';
  const name = options[winner] ?? '';
  if (pot === '0') return `${name}: nobody staked`;
  return refunds ? `${name}: all stakes go back` : `${name} wins`;
}

/** Nobody, or everybody, staked on what won: known at once, though the server says so when the result holds. */
function withRefunds(prediction: PredictionView): PredictionView {
  const { state, winner, totals, pot, refunds } = prediction;
  const won = winner === null ? null : (totals[winner] ?? '0');
  return { ...prediction, refunds: refunds || (state === 'resolved' && (won === '0' || won === pot)) };
}

/** When what this event says has an end, it is now; of one that is paid, when it was said before. */
function endIn({ at, data }: PredictionEvent, before: LivePrediction | null): number | null {
  if (data.what === 'resolved' || data.what === 'cancelled') return at;
  if (data.what !== 'paid') return null;
  return before?.prediction.id === data.prediction.id ? before.endedAt : null;
}

export type PredictionEar = ReturnType<typeof createPredictionEar>;

export function createPredictionEar(onChange: (live: LivePrediction | null) => void, clock: () => number = steady) {
  let live: LivePrediction | null = null;
  /** What events up to this one said of predictions is in what was told. */
  let known = 0;

  function show(prediction: PredictionView | null, endedAt: number | null): void {
    live = prediction && { prediction: withRefunds(prediction), endedAt, heard: clock() };
    onChange(live);
  }

  return {
    told({ prediction, endedAt, n }: PredictionMessage): void {
      known = n;
      show(prediction, endedAt);
    },
    hear(event: FeedEvent): void {
      if (event.type !== 'prediction' || event.n <= known) return;
      known = event.n;
      // The end of an older one is no news beside the one that runs.
      if (live && Number(event.data.prediction.id) < Number(live.prediction.id)) return;
      show(event.data.prediction, endIn(event, live));
    },
    odds({ prediction, ...now }: OddsMessage): void {
      if (live?.prediction.id === prediction && live.prediction.state === 'open')
        show({ ...live.prediction, ...now }, null);
    },
    /** An answer of the server, as good as what it pushes; one that was overtaken changes nothing. */
    answered(prediction: PredictionView): void {
      const [id, shown] = [Number(prediction.id), Number(live?.prediction.id ?? 0)];
      if (id < shown || (id === shown && live && prediction.at < live.prediction.at)) return;
      const moved = id !== shown || prediction.state !== live?.prediction.state;
      show(prediction, moved ? (isEnded(prediction) ? prediction.at : null) : (live?.endedAt ?? null));
    },
  };
}
