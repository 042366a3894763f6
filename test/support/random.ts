// Chance from a seed: the same seed makes the same choices, whatever the machine.
export type Random = ReturnType<typeof createRandom>;

/** mulberry32: a small seeded generator. */
export function createRandom(seed: number) {
  let state = seed >>> 0;

  function next(): number {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  const below = (n: number): number => Math.floor(next() * n);

  return {
    next,
    below,
    chance: (share: number): boolean => next() < share,
    between: (low: number, high: number): number => low + below(high - low + 1),
    /** As many short ones as long ones, by their logarithm: how waiting is spread in the world. */
    wait: (low: number, high: number): number => low * (high / low) ** next(),
    pick<T>(from: readonly T[]): T {
      const one = from[below(from.length)];
      if (one === undefined) throw new Error('nothing to pick from');
      return one;
    },
    /** One of the names, by their weights. */
    weighed<Name extends string>(weights: Readonly<Record<Name, number>>): Name {
      const entries = Object.entries(weights) as [Name, number][];
      let left = next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [name, weight] of entries) {
        left -= weight;
        if (left < 0) return name;
      }
      return (entries.at(-1) ?? ['' as Name])[0];
    },
    bytes(into: Uint8Array): void {
      for (let i = 0; i < into.length; i++) into[i] = below(256);
    },
  };
}
