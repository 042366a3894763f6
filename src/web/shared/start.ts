// When a stream is said to start, for people who wait. Pure.
import type { StreamInfo } from '../../vocabulary/streams.js';

/** A start that has not come this long after its time is not spoken of any more. */
const lateMs = 60 * 60_000;

export interface Start {
  at: number;
  /** 0: any moment. */
  leftMs: number;
}

/** Null while it is on air, and where nothing is announced. */
export function announced({ state, startsAt }: Pick<StreamInfo, 'state' | 'startsAt'>, now: number): Start | null {
  if (state !== 'idle' || startsAt === null || now > startsAt + lateMs) return null;
  return { at: startsAt, leftMs: Math.max(0, startsAt - now) };
}

const near = new Intl.DateTimeFormat('en-GB', {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  hour: '2-digit',
  minute: '2-digit',
});

/** `Friday 27 November at 20:00`, where the reader is. */
export const dateOf = (at: number): string => near.format(at);
