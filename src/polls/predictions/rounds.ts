// Looking after predictions: which of them is due, again and again, over restarts; a round at a time.
import type { Logger } from '../../log.js';
import type { Prediction } from './books.js';

/** A prediction, and when the contract was last asked about it. */
export interface Looked {
  one: Prediction;
  looked: number;
}

/** So often the contract is asked anew, by what the prediction waits for. */
const lookMs: Partial<Record<Prediction['state'], number>> = { open: 5000, locked: 30_000, resolved: 30_000 };
const retryMs = 5000;

function dueAt({ state, terms, final_at }: Prediction): number {
  if (state === 'open') return terms.lockAt * 1000;
  if (state === 'locked') return terms.resolveBy * 1000;
  return state === 'resolved' && final_at !== null ? final_at : Number.POSITIVE_INFINITY;
}

export function startRounds(needs: {
  live: () => readonly Looked[];
  /** Never rejects. */
  lookAt: (n: number) => Promise<void>;
  resumeStakes: () => Promise<void>;
  everyMs: number;
  log: Logger;
  now: () => number;
}): { stop: () => Promise<void> } {
  const { live, everyMs, log, now } = needs;
  let busy: Promise<void> | null = null;
  let resumed = 0;

  const isDue = ({ one, looked }: Looked): boolean =>
    now() - looked >= (now() >= dueAt(one) ? everyMs : (lookMs[one.state] ?? retryMs));

  async function round(): Promise<void> {
    if (now() - resumed >= retryMs) {
      resumed = now();
      await needs.resumeStakes();
    }
    for (const looked of live()) if (isDue(looked)) await needs.lookAt(looked.one.n);
  }

  const timer = setInterval(() => {
    busy ??= round()
      .catch((err) => log.error({ err }, 'looking after predictions failed'))
      .finally(() => {
        busy = null;
      });
  }, everyMs);
  return {
    stop: async () => {
      clearInterval(timer);
      await busy;
    },
  };
}
