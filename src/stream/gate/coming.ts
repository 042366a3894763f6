// The key that comes next, asked for ahead: held until its period begins, and then let through a little at a time.
import type { KeyPeriod, Keys } from '../keys.js';
import type { Session } from './sessions.js';

export interface Wait {
  /** How long at most. */
  ms: number;
  /** Called when the wait is over. */
  over: () => void;
  /** Is called with what to do when nobody waits for the answer any more. */
  gone: (then: () => void) => void;
}

/** How late a period may begin before the stream counts as over. */
const lateMs = 3000;
const lookEveryMs = 20;
/** Those who waited are let through over this time: before the first part of the period can be had. */
const spreadMs = (period: KeyPeriod): number => Math.min(250, period.durationMs / 8);
const mostHeld = 50_000;

interface Awaited {
  stream: string;
  n: number;
  /** What to do with the period for each who waits. */
  who: Map<Session, (period: KeyPeriod | undefined) => void>;
}

export function createComing({ keys, now }: { keys: Pick<Keys, 'period'>; now: () => number }) {
  const awaited = new Map<string, Awaited>();
  const held = new Set<Session>();
  let looking: ReturnType<typeof setInterval> | undefined;

  /** Whether `n` is the stream's next key, and how long to wait for it. */
  function waitFor(stream: string, n: number): number {
    const last = keys.period(stream, n - 1);
    return last ? last.at + last.durationMs + lateMs - now() : 0;
  }

  function look(): void {
    for (const [name, { stream, n, who }] of awaited) {
      const period = keys.period(stream, n);
      if (period) awaited.delete(name);
      // Not all at once: a thousand charges in one instant would keep everything else waiting.
      if (period) for (const go of who.values()) setTimeout(go, Math.random() * spreadMs(period), period);
    }
    if (awaited.size === 0) looking = void clearInterval(looking);
  }

  function place(stream: string, n: number): Awaited {
    const name = `${stream}/${n}`;
    const known = awaited.get(name) ?? { stream, n, who: new Map() };
    awaited.set(name, known);
    looking ??= setInterval(look, lookEveryMs);
    return known;
  }

  /** The period of a stream's next key once it has begun; undefined at once if `n` is not the next, else when it does not begin in time. */
  function next(session: Session, stream: string, n: number, wait: Wait): Promise<KeyPeriod | undefined> {
    const ms = Math.min(wait.ms, waitFor(stream, n));
    if (ms <= 0 || held.has(session) || held.size >= mostHeld) return Promise.resolve(undefined);
    held.add(session);
    const { who } = place(stream, n);
    return new Promise((resolve) => {
      let over = false;
      const go = (period: KeyPeriod | undefined): void => {
        // A response that was sent is closed too: by then the session may wait for another key.
        if (over) return;
        over = true;
        clearTimeout(timer);
        who.delete(session);
        if (who.size === 0) awaited.delete(`${stream}/${n}`);
        held.delete(session);
        wait.over();
        resolve(period);
      };
      const timer = setTimeout(() => go(keys.period(stream, n)), ms);
      who.set(session, go);
      wait.gone(() => go(undefined));
    });
  }

  return { next, isNext: (stream: string, n: number): boolean => !keys.period(stream, n) && waitFor(stream, n) > 0 };
}
