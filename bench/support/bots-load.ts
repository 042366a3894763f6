// Load as a chat makes it: everybody in turn, at random moments of a given rate; or all at once.
import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '../../test/support/random.js';
import { kinds, type Speaker, type Told } from './bots-crowd.js';

/** Moments of a Poisson process, ms, exactly `count` of them within the time. */
function arrivals(count: number, ms: number, random: Random): number[] {
  const gaps = Array.from({ length: count + 1 }, () => -Math.log(1 - random.next()));
  const scale = ms / gaps.reduce((sum, gap) => sum + gap, 0);
  let at = 0;
  return gaps.slice(0, count).map((gap) => {
    at += gap * scale;
    return at;
  });
}

/** Goes around: the desk lets a person use a command every three seconds in the long run, and that is not what is measured. */
export function inTurn(speakers: readonly Speaker[]): () => Speaker {
  let next = 0;
  return () => speakers[next++ % speakers.length] as Speaker;
}

/** `perMinute` commands a minute for so long; resolves when the last is answered. Sent at their times, whatever became of those before. */
export async function spread(wish: {
  next: () => Speaker;
  perMinute: number;
  seconds: number;
  random: Random;
  tipsOnly?: boolean;
}): Promise<Told[]> {
  const { next, perMinute, seconds, random, tipsOnly = false } = wish;
  const times = arrivals(Math.round((perMinute * seconds) / 60), seconds * 1000, random);
  const from = performance.now();
  const said: Promise<Told>[] = [];
  for (const time of times) {
    const wait = from + time - performance.now();
    if (wait > 0) await pause(wait);
    said.push(next().say(tipsOnly ? 'tip' : random.weighed(kinds)));
  }
  return Promise.all(said);
}

export const atOnce = (speakers: readonly Speaker[], count: number): Promise<Told[]> => {
  const next = inTurn(speakers);
  return Promise.all(Array.from({ length: count }, () => next().say('tip')));
};
