// What the show is held to: how long a picture may stand still, and how far that is the fault of whoever was away. Pure.
import type { Stall } from './playhead.js';

/** The longest that the picture of who pays may stand still while the source sends, ms: docs/delivery.md says so. */
export const longestStallMs = 5000;
/** From the first media after a trouble of the source or the server to the picture; who comes or pays again waits as long. */
export const longestStartMs = 5000;
/** From the end of the source's trouble to its first media. */
export const longestReturnMs = 8000;
/** From the kill of the server, started again at once, to its first media. */
export const longestRestartMs = 60_000;

/** A time in which nothing could be shown, because nothing was sent. */
export interface Away {
  kind: string;
  from: number;
  /** When its trouble ended, and when the first media came after it; null: not yet. */
  over: number | null;
  back: number | null;
}

/** How much of a stall lies outside of all those times, ms. */
export function ownMs({ from, to }: Stall, aways: readonly Away[]): number {
  const spans = aways
    .map((away) => ({ from: Math.max(from, away.from), to: Math.min(to, away.back ?? to) }))
    .filter((span) => span.to > span.from)
    .sort((a, b) => a.from - b.from);
  let own = to - from;
  let until = from;
  for (const span of spans) {
    own -= Math.max(0, span.to - Math.max(span.from, until));
    until = Math.max(until, span.to);
  }
  return own;
}

/** Whether it had to do with a time in which nothing was sent; who waited for the first picture after it, too. */
export const touches = ({ from, to }: Stall, aways: readonly Away[], afterMs: number): boolean =>
  aways.some((away) => from < (away.back ?? to) + afterMs && to > away.from);
