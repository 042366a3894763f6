// The smaller pictures there may be, by name.
import type { Rung } from './port.js';

/** Heaviest first. */
const ladder: readonly Rung[] = [
  { name: '720p', height: 720, bitrate: 2_500_000 },
  { name: '480p', height: 480, bitrate: 1_200_000 },
  { name: '360p', height: 360, bitrate: 600_000 },
];

/** Those of these names that are smaller than the source. */
export const smallerThan = (names: readonly string[], source: { height: number }): Rung[] =>
  ladder.filter(({ name, height }) => names.includes(name) && height < source.height);
