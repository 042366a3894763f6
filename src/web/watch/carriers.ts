// Which of a stream's addresses media come from: the best that has not failed lately. Pure.

/** How long one that failed is left alone; longer each time it fails again. */
const firstRestMs = 10_000;
const longestRestMs = 300_000;

export type Carriers = ReturnType<typeof createCarriers>;

export function createCarriers(now: () => number) {
  let bases: readonly string[] = [];
  const resting = new Map<string, { until: number; restMs: number }>();

  const own = (base: string): boolean => base === bases.at(-1);
  const rests = (base: string): boolean => !own(base) && (resting.get(base)?.until ?? 0) > now();

  return {
    /** Best first; the last one is our own server, which is the truth. */
    use(next: readonly string[]): void {
      bases = next;
    },
    own,
    rests,
    /** In the order to ask: those at rest after all others. */
    order: (): string[] => [...bases.filter((base) => !rests(base)), ...bases.filter(rests)],
    /** Another has done better: it rests for a while. */
    blame(base: string): void {
      if (own(base) || rests(base)) return;
      const restMs = Math.min(longestRestMs, (resting.get(base)?.restMs ?? firstRestMs / 2) * 2);
      resting.set(base, { until: now() + restMs, restMs });
    },
    /** It has done well for as long as it was left alone before: forgiven. */
    praise(base: string): void {
      const last = resting.get(base);
      if (last && now() > last.until + last.restMs) resting.delete(base);
    },
  };
}
