// The qualities that a cam has, as a viewer chooses among them. Pure.
import type { Level } from 'hls.js';

export interface Quality {
  height: number;
  bitrate: number;
}

/** One of each height, the largest first. */
export function qualitiesOf(levels: readonly Pick<Level, 'height' | 'bitrate'>[]): Quality[] {
  const best = new Map<number, number>();
  for (const { height, bitrate } of levels) best.set(height, Math.max(best.get(height) ?? 0, bitrate));
  return [...best].map(([height, bitrate]) => ({ height, bitrate })).sort((a, b) => b.height - a.height);
}

/** The level that is closest to a wish; -1: the player chooses. */
export function levelFor(levels: readonly Pick<Level, 'height'>[], height: number | null): number {
  if (height === null || levels.length === 0) return -1;
  const off = levels.map((level) => Math.abs(level.height - height));
  return off.indexOf(Math.min(...off));
}
