// Which events a rule is for, when it acts on one, and what it writes. Pure.
import type { AlertRow } from '../../store/rows/overlay.js';
import type { FeedEvent } from '../../vocabulary/events.js';
import type { ObsRule, ObsTrigger } from '../../vocabulary/obs.js';

/** What a text is filled with. */
export interface Facts {
  name: string;
  amount: string;
  message: string;
}

/** What the queue says of a tip's alert. */
export interface Alert {
  state: AlertRow['state'];
  shownAt: number | null;
}

/** Older than this, an event is history: acting on it now would only puzzle the audience. */
export const freshMs = 10_000;
const longest = 300;

/** Whether a rule is for an event. */
export function matches(when: ObsTrigger, event: FeedEvent): boolean {
  switch (event.type) {
    case 'tip':
      return when.on === 'tip' && BigInt(event.data.amount) >= BigInt(when.from);
    case 'poll':
      return when.on === 'poll' && event.data.state === 'closed';
    case 'goal':
      return when.on === 'goal';
    case 'prediction':
      return when.on === 'prediction' && event.data.what === 'resolved';
    default:
      return false;
  }
}

/** Those events that rules can be for, in the words of a text. */
export function factsOf(event: FeedEvent, say: (amount: bigint) => string): Facts {
  switch (event.type) {
    case 'tip':
      return {
        name: event.data.name || 'Somebody',
        amount: say(BigInt(event.data.amount)),
        message: event.data.message,
      };
    case 'goal':
      return { name: event.data.title, amount: say(BigInt(event.data.amount)), message: '' };
    case 'poll': {
      const { poll, result } = event.data;
      const won = (result?.leaders ?? []).map((i) => poll.options[i] ?? '').join(', ');
      return { name: poll.question, amount: say(BigInt(result?.value ?? 0)), message: won };
    }
    case 'prediction': {
      const { question, options, winner } = event.data.prediction;
      return { name: question, amount: '', message: winner === null ? '' : (options[winner] ?? '') };
    }
    default:
      return { name: '', amount: '', message: '' };
  }
}

/** What was said is put in once: braces in it stay as they are. */
export const fill = (text: string, facts: Facts): string =>
  [...text.replace(/\{(name|amount|message)\}/g, (_, key: keyof Facts) => facts[key])]
    .slice(0, longest)
    .join('')
    .trim();

export type Verdict = 'wait' | 'act' | 'late' | 'cooling' | 'never';

/** When what happened is to be acted on; null: not yet, or never. */
function readyAt(due: { at: number; alert: number | null }, alert: Alert | null, overlays: number) {
  if (due.alert === null) return due.at;
  if (!alert || alert.state === 'skipped' || alert.state === 'missed') return 'never';
  if (alert.state === 'held') return 'wait';
  if (alert.shownAt !== null) return alert.shownAt;
  // Through the filter, and with no stage to wait for.
  return overlays === 0 ? due.at : 'wait';
}

/**
 * A tip is acted on when its alert stands on stage, so that scene and alert come together and nothing is said that was
 * held back; without an overlay, at once. Everything else at once.
 */
export function verdictOf(
  rule: Pick<ObsRule, 'coolSeconds' | 'on'> & { firedAt: number | null },
  due: { at: number; alert: number | null },
  alert: Alert | null,
  now: { at: number; overlays: number; connected: boolean },
): Verdict {
  if (!rule.on) return 'never';
  const ready = readyAt(due, alert, now.overlays);
  if (ready === 'wait' || ready === 'never') return ready;
  const old = now.at - ready > freshMs;
  // It waits in the queue, whose overlay may come back.
  if (old && due.alert !== null && alert?.shownAt === null) return 'wait';
  if (old) return 'late';
  if (rule.firedAt !== null && now.at < rule.firedAt + rule.coolSeconds * 1000) return 'cooling';
  return now.connected ? 'act' : 'wait';
}
