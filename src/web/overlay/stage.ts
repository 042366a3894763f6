// The overlay's side of the queue: puts each showing up once, takes it down at its end, and says what became of it.
import type { Receipt } from '../../vocabulary/alert-looks.js';
import type { Seen, Showing } from '../../vocabulary/alerts.js';

/** With less of its time left it is not put up: the server sends it again. */
const leastOf = ({ from, until }: Showing): number => Math.min(1000, (until - from) / 2);

/** Something that stands; `leave` takes it away in its own time, `remove` at once. */
export interface Standing {
  leave(): void;
  remove(): void;
  receipt(receipt: Receipt): void;
}

export function createStage(needs: {
  /** The last that was put up here before, from an earlier visit. */
  before: string | null;
  /** Kept before it is seen, so that a reload in its middle does not show it twice. */
  remember: (showing: string) => void;
  put: (showing: Showing, ms: number) => Standing;
  now: () => number;
  /** Calls `act` after that long. */
  after: (ms: number, act: () => void) => void;
}) {
  let last = needs.before;
  let standing: { id: string; it: Standing } | null = null;

  return {
    show(showing: Showing, seen: (what: Seen) => void): void {
      const { id } = showing;
      if (id === last) {
        if (standing?.id === id && showing.receipt) standing.it.receipt(showing.receipt);
        seen(standing?.id === id ? 'stands' : 'was');
        return;
      }
      const left = showing.until - needs.now();
      if (left < leastOf(showing)) return;
      standing?.it.remove();
      last = id;
      needs.remember(id);
      standing = { id, it: needs.put(showing, left) };
      needs.after(left, () => {
        if (standing?.id !== id) return;
        standing.it.remove();
        standing = null;
      });
      seen('up');
    },
    /** The money behind what stands came further. */
    receipt(id: string, receipt: Receipt): void {
      if (standing?.id === id) standing.it.receipt(receipt);
    },
    hide(id: string): void {
      if (standing?.id !== id) return;
      standing.it.leave();
      standing = null;
    },
  };
}
