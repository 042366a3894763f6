// What going back costs: which keys this viewer has had, and the price of the others.
import type { KeyCosts } from '../../vocabulary/watching.js';

export interface Fare {
  cost: bigint;
  /** Keys that were not had. */
  unseen: number;
  /** Their media, s. */
  seconds: number;
}

/** What one key costs, and unlocks. */
interface Price {
  cost: bigint;
  durationMs: number;
}

/**
 * The price of those keys, in the order in which they are watched: nothing for what was had; the preview takes each that
 * fits into what is left of it, as the gate does.
 */
export function fareOf(
  keys: readonly number[],
  book: { had: (n: number) => boolean; price: (n: number) => Price },
  previewLeftMs: number,
): Fare {
  const fare = { cost: 0n, unseen: 0, seconds: 0 };
  let free = previewLeftMs;
  for (const n of keys) {
    if (book.had(n)) continue;
    const { cost, durationMs } = book.price(n);
    fare.unseen += 1;
    fare.seconds += durationMs / 1000;
    if (durationMs <= free) free -= durationMs;
    else fare.cost += cost;
  }
  return fare;
}

/** How long what the server said is believed: another tab of this purse may watch too. */
const freshMs = 20_000;
/** Keys remembered: two hours of the shortest, and more. */
const mostKept = 20_000;

export interface FaresNeeds {
  ask: (from: number, to: number) => Promise<KeyCosts>;
  /** Of a key that the server has said nothing of. */
  usual: () => Price;
  now?: () => number;
}

export function createFares(needs: FaresNeeds) {
  const { now = () => performance.now() } = needs;
  const hadKeys = new Set<number>();
  let costs: KeyCosts['costs'] = [];
  let known = { from: 0, to: -1, at: Number.NEGATIVE_INFINITY };
  let asking: Promise<void> | null = null;

  function gave(n: number): void {
    hadKeys.add(n);
    const [oldest] = hadKeys;
    if (hadKeys.size > mostKept && oldest !== undefined) hadKeys.delete(oldest);
  }

  function price(n: number): Price {
    if (n < known.from || n > known.to) return needs.usual();
    const entry = costs.filter((one) => one.n <= n).pop();
    return entry ? { cost: BigInt(entry.cost), durationMs: entry.durationMs } : needs.usual();
  }

  async function load(from: number, to: number): Promise<void> {
    const answer = await needs.ask(from, to);
    for (const [first, last] of answer.had) for (let n = first; n <= last; n++) gave(n);
    costs = answer.costs;
    known = { from, to, at: now() };
  }

  return {
    /** This key came. */
    gave,
    had: (n: number): boolean => hadKeys.has(n),
    of: (keys: readonly number[], previewLeftMs: number): Fare =>
      fareOf(keys, { had: (n) => hadKeys.has(n), price }, previewLeftMs),
    /** Asks the server about keys that little is known of; whatever goes wrong, the usual price stands. */
    async look(from: number, to: number): Promise<void> {
      if (from >= known.from && to <= known.to + 2 && now() - known.at < freshMs) return;
      asking ??= load(from, to).finally(() => {
        asking = null;
      });
      await asking.catch(() => {});
    },
  };
}
