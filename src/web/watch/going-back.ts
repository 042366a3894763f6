// Going back in the show, as the page shows it: how far, what of it was seen, and what the rest costs.
import type { Store } from '../shared/store.js';
import { toast } from '../shared/toasts.js';
import type { Player } from './any-player.js';
import { createFares, type Fare, type FaresNeeds } from './fares.js';
import type { Gate } from './gate.js';
import { keyNumber } from './key-loader.js';
import type { Place } from './place.js';
import type { Dvr, WatchState } from './state.js';
import { keysBetween, seenIn } from './timeline.js';

/** What was seen is drawn anew this seldom, ms. */
const drawMs = 1000;
const tenth = (seconds: number): number => Math.round(seconds * 10) / 10;

export type GoingBack = ReturnType<typeof createGoingBack>;

export function createGoingBack(needs: FaresNeeds & { store: Store<WatchState>; player: () => Player | null }) {
  const { store } = needs;
  const fares = createFares(needs);
  let seen: Dvr['seen'] = [];
  let drawnAt = Number.NEGATIVE_INFINITY;
  let asked = false;

  const timeline = () => needs.player()?.timeline() ?? null;

  function draw(): void {
    const line = timeline();
    if (!line || performance.now() - drawnAt < drawMs) return;
    drawnAt = performance.now();
    seen = seenIn(line.pieces, line.sight.live, fares.had);
    if (!asked) void look();
    asked = true;
  }

  /** Learns what the keys that are listed cost, and which are had. */
  async function look(): Promise<void> {
    const keys = timeline()?.pieces.flatMap(({ key }) => (key === null ? [] : [key])) ?? [];
    const [first, last] = [keys[0], keys[keys.length - 1]];
    if (first !== undefined && last !== undefined) await fares.look(first, last);
  }

  /** What it costs to watch from there to where the viewer is; null: it is no going back, or nothing is known. */
  function fare(behind: number): Fare | null {
    const line = timeline();
    const from = (line?.sight.live ?? 0) - behind;
    if (!line || from >= line.sight.time) return null;
    return fares.of(keysBetween(line.pieces, from, line.sight.time), store.get().previewLeftMs);
  }

  return {
    show(place: Place | null): void {
      if (place) draw();
      const before = store.get().dvr;
      const dvr = place && { length: tenth(place.length), behind: tenth(place.behind), live: place.live, seen };
      const same = before && dvr && before.behind === dvr.behind && before.length === dvr.length;
      if (before === dvr || (same && before.live === dvr.live && before.seen === dvr.seen)) return;
      store.set({ dvr });
    },
    fell: (): void =>
      toast(store, 'good', 'What you were watching is kept no longer. You go on from the oldest moment there is.'),
    fare,
    /** The same, from what the server has said lately. */
    async askedFare(behind: number): Promise<Fare | null> {
      await look();
      return fare(behind);
    },
    /** The same gate; what it gives is had. */
    noting: (gate: Pick<Gate, 'key'>): Pick<Gate, 'key'> => ({
      async key(path, signal, wait) {
        const bytes = await gate.key(path, signal, wait);
        fares.gave(keyNumber(path));
        return bytes;
      },
    }),
    /** Whether nothing that is published needs a later key. */
    isNewest(n: number): boolean {
      const keys = timeline()?.pieces.flatMap(({ key }) => (key === null ? [] : [key])) ?? [];
      return n >= (keys[keys.length - 1] ?? 0);
    },
  };
}
