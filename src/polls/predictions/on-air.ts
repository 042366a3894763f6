// Which prediction of a stream is shown to who comes now: the newest, until a minute after all of it is over.
import { isOver, type Prediction } from './books.js';

interface Shown {
  one: Prediction;
  endedAt: number | null;
  overAt: number | null;
}

const shownMs = 60_000;

/** When its result was said; of one that was called off, when we heard of that. */
function endOf({ state, final_at, terms }: Prediction, before: Shown | undefined, now: number): number | null {
  if (state === 'resolved' || state === 'paying' || state === 'paid')
    return final_at === null ? null : final_at - terms.disputeSeconds * 1000;
  if (state !== 'cancelled' && state !== 'refunded') return null;
  const known = before?.one.state === 'cancelled' || before?.one.state === 'refunded';
  return known || !before ? (before?.endedAt ?? null) : now;
}

export function createOnAir(now: () => number) {
  const newest = new Map<string, Shown>();
  return {
    put(one: Prediction): void {
      if (one.state === 'opening' || one.state === 'failed') return;
      const known = newest.get(one.stream);
      if (known && known.one.n > one.n) return;
      const before = known?.one.n === one.n ? known : undefined;
      const overAt = isOver(one) ? (before?.overAt ?? now()) : null;
      newest.set(one.stream, { one, endedAt: endOf(one, before, now()), overAt });
    },
    of(stream: string): Pick<Shown, 'one' | 'endedAt'> | null {
      const shown = newest.get(stream);
      if (!shown) return null;
      return shown.overAt !== null && now() - shown.overAt > shownMs ? null : shown;
    },
  };
}
