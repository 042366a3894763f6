// The platforms that can be spoken on right now, and who waits for one.
import type { Platform } from './command.js';
import type { Poster } from './poster.js';

export type Posters = ReturnType<typeof createPosters>;

export function createPosters() {
  const there = new Map<Platform, Poster>();
  const waiting = new Set<(platform: Platform) => void>();
  return {
    /** Undefined while its bot is off, or not connected yet. */
    of: (platform: Platform): Poster | undefined => there.get(platform),
    connect(platform: Platform, poster: Poster): void {
      there.set(platform, poster);
      for (const hear of waiting) hear(platform);
    },
    /** Hears of each platform as its bot comes up. */
    onConnect: (hear: (platform: Platform) => void): void => void waiting.add(hear),
  };
}
