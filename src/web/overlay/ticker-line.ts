// Which of the ticker's items comes next: what is new at once, then all of them in turn. Pure.
import type { TickerItem } from '../../vocabulary/ticker.js';

export type TickerLine = ReturnType<typeof createTickerLine>;

/** `before`: the number of the item to begin with, from an earlier visit. */
export function createTickerLine(before: number | null) {
  /** Newest first. */
  let items: readonly TickerItem[] = [];
  let newest: number | null = null;
  /** The next in turn has at most this number. */
  let from = before ?? Number.POSITIVE_INFINITY;

  return {
    told(all: readonly TickerItem[]): void {
      items = all;
      // What was there before this page is no news.
      newest ??= all[0]?.n ?? 0;
    },
    /** Null: all of them stand already. */
    next(standing: ReadonlySet<number>): TickerItem | null {
      const fresh = items.filter(({ n }) => n > (newest ?? 0) && !standing.has(n)).at(-1);
      if (fresh) {
        newest = fresh.n;
        return fresh;
      }
      const free = items.filter(({ n }) => !standing.has(n));
      const item = free.find(({ n }) => n <= from) ?? free[0];
      if (!item) return null;
      from = item.n - 1;
      return item;
    },
  };
}
