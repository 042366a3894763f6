// What a viewer sees: time that moves while there is something to show, and stands still while there is not. Pure.

/** A time during which the picture should have moved and did not, ms of the wall's clock. */
export interface Stall {
  from: number;
  to: number;
  /** He waited for the first picture: since he came, or since he could pay again. */
  first: boolean;
}

/** With so much a player begins again, ms. */
const enoughMs = 200;
/** As the page does: a little faster, when it is behind. */
const hurry = 1.08;
/** Who is this much further behind than he should be goes to where the show is. */
const mostBehindMs = 5000;

export type Playhead = ReturnType<typeof createPlayhead>;

export function createPlayhead(onStall: (stall: Stall) => void) {
  let aheadMs = 0;
  let at = 0;
  let still: number | null = null;
  let first = true;
  let wanted = false;
  /** Of what is shown, by the show's own clock. */
  let shownAt = 0;

  function over(now: number): void {
    if (still !== null && now > still) onStall({ from: still, to: now, first });
    still = null;
  }

  return {
    /** It should play from now on: after coming, or after paying. */
    want(now: number): void {
      [wanted, first, still, at, aheadMs] = [true, true, now, now, 0];
    },
    /** It need not play: what is there plays to its end, and that is right. */
    unwant(now: number): void {
      over(now);
      wanted = false;
    },
    /** More can be shown, which is of that time of the show. */
    add(ms: number, showTime: number): void {
      aheadMs += ms;
      shownAt = showTime + ms - aheadMs;
    },
    /** What is there is of no use any more. */
    drop(): void {
      aheadMs = 0;
    },
    aheadMs: () => aheadMs,
    wanted: () => wanted,
    /** Since when it stands still; null while it moves. */
    still: () => still,
    shownAt: () => shownAt,
    /** Lets time pass; `behindMs` is how much further from the edge it is than it should be. True: jump to the edge. */
    tick(now: number, behindMs: number): boolean {
      const passed = (now - at) * (behindMs > 500 ? hurry : 1);
      at = now;
      if (!wanted) return false;
      if (still !== null) {
        if (aheadMs < enoughMs) return false;
        over(now);
        first = false;
        return false;
      }
      aheadMs = Math.max(0, aheadMs - passed);
      shownAt += passed;
      if (aheadMs === 0) still = now;
      return behindMs > mostBehindMs;
    },
  };
}
