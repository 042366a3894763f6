// What has just happened, over the picture for some seconds: tips that may be seen, how a poll ended, a goal that was reached.
import './flashes.css';
import type { AiredTip, FeedEvent } from '../../vocabulary/events.js';
import { money, type Unit } from '../shared/money.js';
import { verdict as pollVerdict } from '../shared/poll.js';
import { verdict as predictionVerdict } from '../shared/prediction.js';
import type { Store } from '../shared/store.js';

export interface Flash {
  id: number;
  kind: 'tip' | 'poll' | 'goal' | 'prediction';
  title: string;
  /** Beside the title, such as an amount. */
  figure: string;
  text: string;
}

type What = Omit<Flash, 'id'>;

/** Older ones are no news. */
export const freshMs = 10_000;
const standMs = 7000;
const most = 3;
let next = 0;

export function flash(store: Store<{ flashes: readonly Flash[] }>, what: What): void {
  const id = ++next;
  store.set({ flashes: [...store.get().flashes, { ...what, id }].slice(-most) });
  setTimeout(() => store.set({ flashes: store.get().flashes.filter((shown) => shown.id !== id) }), standMs);
}

export const ofTip = ({ name, message, amount }: AiredTip, unit: Unit): What => ({
  ...{ kind: 'tip', title: name || 'Somebody', figure: money(BigInt(amount), unit), text: message },
});

/** What an event is over the picture; null: nothing. */
export function ofEvent(event: FeedEvent, unit: Unit): What | null {
  if (event.type === 'goal')
    return {
      kind: 'goal',
      title: 'Goal reached',
      figure: money(BigInt(event.data.amount), unit),
      text: event.data.title,
    };
  if (event.type === 'poll') {
    const { state, poll, result } = event.data;
    if (state === 'opened') return { kind: 'poll', title: 'Poll', figure: '', text: poll.question };
    if (state !== 'closed' || !result) return null;
    const ended = { ...poll, state, tally: result, endedAt: event.at, at: event.at };
    return { kind: 'poll', title: pollVerdict(ended), figure: '', text: poll.question };
  }
  if (event.type !== 'prediction') return null;
  const { what, prediction } = event.data;
  const { question } = prediction;
  if (what === 'opened') return { kind: 'prediction', title: 'Prediction', figure: '', text: question };
  if (what === 'locked') return { kind: 'prediction', title: 'No more stakes', figure: '', text: question };
  if (what === 'paid') return null;
  return { kind: 'prediction', title: predictionVerdict(prediction), figure: '', text: question };
}

/** Not told to screen readers: all of it is said beside the picture too. */
export function Flashes({ flashes }: { flashes: readonly Flash[] }) {
  return (
    <ul class="flashes" aria-hidden="true" data-testid="flashes">
      {flashes.map(({ id, kind, title, figure, text }) => (
        <li key={id} class={kind}>
          <p>
            <b dir="auto">{title}</b>
            {figure && <span>{figure}</span>}
          </p>
          {text && (
            <p class="said" dir="auto">
              {text}
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}
