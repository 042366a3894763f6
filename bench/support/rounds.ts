// Measures contenders side by side: round after round, each for a short while, so that what disturbs one disturbs all.

export interface Contender {
  name: string;
  /** Makes ready for `count` acts, outside the measured time; resolves to what does them. */
  prepare: (count: number) => Promise<() => Promise<void>>;
  /** How many to warm up with, which takes well under a second. */
  warmUp: number;
  close?: () => Promise<void>;
}

export interface Measured {
  name: string;
  /** Medians over the rounds. */
  perCpuSecond: number;
  perSecond: number;
  /** Lowest and highest of the rounds, per CPU-second. */
  range: readonly [number, number];
}

interface Slice {
  perCpuSecond: number;
  perSecond: number;
}

const median = (numbers: readonly number[]): number => {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low = 0, high = 0] = sorted.length % 2 ? [sorted[middle], sorted[middle]] : sorted.slice(middle - 1);
  return (low + high) / 2;
};

/** CPU time is all of the process's: its threads and the kernel's work for it too. */
async function slice(contender: Contender, count: number): Promise<Slice> {
  const act = await contender.prepare(count);
  const cpu = process.cpuUsage();
  const from = performance.now();
  await act();
  const seconds = (performance.now() - from) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { perCpuSecond: count / ((user + system) / 1e6), perSecond: count / seconds };
}

/** `seconds` is for all measuring together; warming up and making ready come on top. */
export async function measure(
  contenders: readonly Contender[],
  wish: { rounds: number; seconds: number; onProgress: (what: string) => void },
): Promise<Measured[]> {
  const each = wish.seconds / wish.rounds / contenders.length;
  const counts = new Map<Contender, number>();
  wish.onProgress('warming up');
  for (const contender of contenders) {
    await slice(contender, contender.warmUp);
    const { perSecond } = await slice(contender, contender.warmUp);
    counts.set(contender, Math.max(1, Math.round(perSecond * each)));
  }
  const slices = new Map<Contender, Slice[]>(contenders.map((contender) => [contender, []]));
  for (let round = 1; round <= wish.rounds; round++) {
    wish.onProgress(`round ${round} of ${wish.rounds}`);
    for (const contender of contenders) {
      slices.get(contender)?.push(await slice(contender, counts.get(contender) ?? 1));
    }
  }
  for (const { close } of contenders) await close?.();
  return contenders.map((contender) => summary(contender.name, slices.get(contender) ?? []));
}

function summary(name: string, slices: readonly Slice[]): Measured {
  const cpu = slices.map(({ perCpuSecond }) => perCpuSecond);
  return {
    name,
    perCpuSecond: median(cpu),
    perSecond: median(slices.map(({ perSecond }) => perSecond)),
    range: [Math.min(...cpu), Math.max(...cpu)],
  };
}
