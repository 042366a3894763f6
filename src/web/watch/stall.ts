// What to do about a picture that stands still although there is more to show: first a nudge, then a new start, ever more seldom. Pure.

export interface Sight {
  /** ms, by any clock that only rises. */
  now: number;
  moving: boolean;
  /** It should play, and there is more than what is shown. */
  able: boolean;
}

/** ms. */
const nudgeAfter = 3000;
const rebuildAfter = 8000;
const mostPatience = 64_000;
/** Who moves this long is well again. */
const wellAfter = 10_000;

export function createWatchdog() {
  let stillSince: number | null = null;
  let movingSince: number | null = null;
  let nudged = false;
  let patience = rebuildAfter;

  function well(now: number): null {
    stillSince = null;
    nudged = false;
    movingSince ??= now;
    if (now - movingSince >= wellAfter) patience = rebuildAfter;
    return null;
  }

  function still(now: number): 'nudge' | 'rebuild' | null {
    movingSince = null;
    stillSince ??= now;
    const ms = now - stillSince;
    if (ms >= patience) {
      patience = Math.min(mostPatience, patience * 2);
      stillSince = now;
      nudged = false;
      return 'rebuild';
    }
    if (nudged || ms < nudgeAfter) return null;
    nudged = true;
    return 'nudge';
  }

  return {
    look({ now, moving, able }: Sight): 'nudge' | 'rebuild' | null {
      if (moving) return well(now);
      if (able) return still(now);
      stillSince = null;
      movingSince = null;
      return null;
    },
  };
}
