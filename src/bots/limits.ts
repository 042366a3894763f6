// How often a person, or a whole chat, may ask: a bucket that refills; kept in memory, because a restart forgives.
export interface Limit {
  /** As many at once. */
  burst: number;
  /** Time for one more, ms. */
  everyMs: number;
}

const kept = 10_000;

/** `take` answers 0, or how many ms to wait. */
export function createLimits({ burst, everyMs }: Limit, now: () => number) {
  /** When each one's bucket will be full. */
  const full = new Map<string, number>();

  function forget(at: number): void {
    for (const [who, when] of full) if (when <= at) full.delete(who);
  }

  return {
    take(who: string): number {
      const at = now();
      if (full.size > kept) forget(at);
      const next = Math.max(full.get(who) ?? 0, at) + everyMs;
      const wait = next - at - burst * everyMs;
      if (wait > 0) return wait;
      full.set(who, next);
      return 0;
    },
  };
}
