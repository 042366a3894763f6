// How often a bot may speak in one chat.
import { tooMany } from './refusal.js';

export interface Limits {
  everyMs: number;
  /** In a group. */
  perMinute: number;
}

export const telegramLimits: Limits = { everyMs: 1000, perMinute: 20 };

const minuteMs = 60_000;
/** Networks hurry some messages and hold others back. */
const slack = 0.8;

/** Null: as often as it likes. */
export function createSpeed(limits: Limits | null) {
  const sent = new Map<number, number[]>();
  return (chat: number): void => {
    if (!limits) return;
    const now = performance.now();
    const times = (sent.get(chat) ?? []).filter((at) => at > now - minuteMs);
    const since = now - (times.at(-1) ?? Number.NEGATIVE_INFINITY);
    if (since < limits.everyMs * slack) throw tooMany(Math.ceil(limits.everyMs / 1000));
    if (chat < 0 && times.length >= limits.perMinute)
      throw tooMany(Math.ceil(((times[0] ?? 0) + minuteMs - now) / 1000));
    sent.set(chat, [...times, now]);
  };
}
