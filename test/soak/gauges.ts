// What the server's own process takes: memory, files, sockets and children, looked at every few seconds; and whether that grows.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { childrenOf } from './starving.js';

export interface Sample {
  at: number;
  /** Which life of the server. */
  pid: number;
  rssMb: number;
  /** Of the JavaScript heap, as `/metrics` says. */
  heapMb: number;
  /** Buffers beside it. */
  externalMb: number;
  files: number;
  sockets: number;
  children: number;
}

function filesOf(pid: number): { files: number; sockets: number } {
  const all = readdirSync(`/proc/${pid}/fd`);
  const sockets = all.filter((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`).startsWith('socket:');
    } catch {
      return false;
    }
  });
  return { files: all.length, sockets: sockets.length };
}

/** Null where this system cannot tell, or the process is gone. */
export async function sample(pid: number, base: string): Promise<Sample | null> {
  try {
    const rss = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
    const text = await (await fetch(`${base}/metrics`, { signal: AbortSignal.timeout(3000) })).text();
    const heap = Number(/^nodejs_heap_size_used_bytes (\S+)/m.exec(text)?.[1]);
    const external = Number(/^nodejs_external_memory_bytes (\S+)/m.exec(text)?.[1]);
    const { files, sockets } = filesOf(pid);
    return {
      at: Date.now(),
      pid,
      rssMb: rss / 1024,
      heapMb: heap / 2 ** 20,
      externalMb: external / 2 ** 20,
      files,
      sockets,
      children: childrenOf(pid).length,
    };
  } catch {
    return null;
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

/** A process that has just begun grows into its work: its first so many ms are not counted. */
const warmMs = 90_000;
/** Fewer samples than this in a life show nothing. */
const leastSamples = 24;
/** What the last third of a life may be above the first: a share, and something for the number of viewers that varies. */
const tolerance = {
  rssMb: { share: 0.15, plus: 32 },
  heapMb: { share: 0.15, plus: 10 },
  externalMb: { share: 0.15, plus: 10 },
  files: { share: 0.1, plus: 12 },
  sockets: { share: 0.1, plus: 12 },
  children: { share: 0, plus: 1 },
} as const;

export type Gauge = keyof typeof tolerance;

export interface Trend {
  gauge: Gauge;
  first: number;
  last: number;
  most: number;
  grows: boolean;
}

/** By the first and the last third of the longest life: of memory the least, which is what no collection could free; else the median. */
export function trends(samples: readonly Sample[]): Trend[] {
  const pids = [...new Set(samples.map(({ pid }) => pid))];
  const lives = pids.map((pid) => samples.filter((one) => one.pid === pid));
  const warm = lives.map((life) => life.filter(({ at }) => at - (life[0]?.at ?? 0) >= warmMs));
  const [life = []] = warm.sort((a, b) => b.length - a.length);
  if (life.length < leastSamples) return [];
  const third = Math.floor(life.length / 3);
  return (Object.keys(tolerance) as Gauge[]).map((gauge) => {
    const of = (some: readonly Sample[]): number => {
      const values = some.map((one) => one[gauge]);
      return gauge.endsWith('Mb') ? Math.min(...values) : median(values);
    };
    const [first, last] = [of(life.slice(0, third)), of(life.slice(-third))];
    const { share, plus } = tolerance[gauge];
    const most = Math.max(...life.map((one) => one[gauge]));
    return { gauge, first, last, most, grows: last > first * (1 + share) + plus };
  });
}
