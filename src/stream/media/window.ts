// What of a cam is published: its segments, in each of their renditions, and what fell out behind them. Pure.
import { source } from './names.js';

/** A piece of a segment, published before the whole. */
export interface Part {
  uri: string;
  durationMs: number;
  independent: boolean;
  /** SHA-256 of the file, hex. */
  hash?: string;
}

/** A segment in one rendition. */
export interface Copy {
  uri: string;
  /** The initialization it needs. */
  init: string;
  bytes: number;
  /** SHA-256 of the file and of its initialization, hex; what was published before there were hashes has none. */
  hash?: string;
  initHash?: string;
  /** While they are worth listing. */
  parts?: readonly Part[];
  /** The storage could not take it. */
  lost?: true;
}

export interface Segment {
  /** Its IV, and what its files are named by: never used twice. */
  id: number;
  /** The number of its key. */
  n: number;
  durationMs: number;
  /** When its first frame was published, ms. */
  at: number;
  /** It does not follow on from the one before. */
  discontinuity: boolean;
  /** It starts with a frame that needs those before it. */
  dependent?: true;
  /** By rendition; what is not there yet is still being made. */
  copies: Record<string, Copy>;
}

export interface Window {
  /** EXT-X-MEDIA-SEQUENCE: the place of the first listed segment among all there ever were. */
  sequence: number;
  /** Discontinuities among those no longer listed. */
  discontinuities: number;
  /** Seconds; it never changes under a player (RFC 8216 6.2.1). */
  targetDuration: number;
  /** Some segment began with a frame that needs those before it. */
  dependent?: true;
  /** The next segment's id. */
  next: number;
  segments: readonly Segment[];
}

/** Ids begin with the clock, so that none comes twice even when a window was lost. */
export const emptyWindow = (now: number): Window => ({
  sequence: 0,
  discontinuities: 0,
  targetDuration: 1,
  next: Math.floor(now / 1000),
  segments: [],
});

/** Room for keyframes that come half as often as a segment is wished for, or as late as twice that. */
export const targetDurationFor = (segmentMs: number): number => Math.max(1, Math.ceil((2 * segmentMs) / 1000));
/** The longest segment that rounds to it. */
export const mostMsIn = (targetDuration: number): number => targetDuration * 1000 + 499;

/** With that target duration; what was longer under another one is listed no more. */
export function aimed(window: Window, targetDuration: number): Window {
  const tooLong = window.segments.some(({ durationMs }) => Math.round(durationMs / 1000) > targetDuration);
  return { ...(tooLong ? emptied(window) : window), targetDuration };
}

/** A playlist lists this much at least: enough for a player that is slow. */
const leastMs = 16_000;
/** And this many target durations: a player needs three. */
const leastTargets = 4;

/** The window with one more segment, and what fell out of it; `keepMs` is how far back viewers may go. */
export function extend(window: Window, segment: Segment, keepMs = 0): { window: Window; dropped: readonly Segment[] } {
  const all = [...window.segments, segment];
  let left = all.reduce((sum, s) => sum + s.durationMs, 0);
  let count = 0;
  const least = Math.max(keepMs, leastMs, leastTargets * window.targetDuration * 1000);
  for (const { durationMs } of all) {
    if (left - durationMs < least) break;
    left -= durationMs;
    count += 1;
  }
  const dropped = all.slice(0, count);
  const segments = all.slice(count);
  const { dependent, ...before } = window;
  // Only another encoder makes up for it, once what the first made is gone.
  const stays = segments.some((s) => s.dependent) || (dependent && !segments.some((s) => s.discontinuity));
  return { window: { ...without(before, dropped), segments, ...(stays && { dependent: true }) }, dropped };

  function without(from: Window, gone: readonly Segment[]): Window {
    return {
      ...from,
      sequence: from.sequence + gone.length,
      discontinuities: from.discontinuities + gone.filter((s) => s.discontinuity).length,
      next: Math.max(from.next, segment.id + 1),
    };
  }
}

/** Nothing listed any more, but counted. */
export const emptied = (window: Window): Window => ({
  ...window,
  sequence: window.sequence + window.segments.length,
  discontinuities: window.discontinuities + window.segments.filter((s) => s.discontinuity).length,
  segments: [],
});

/** Everything a segment needs on the storage. */
export const filesOf = (segment: Segment): string[] =>
  Object.values(segment.copies).flatMap(({ uri, init }) => [uri, init]);

/** One segment of one rendition, as its playlist lists it. */
export type Listed = Omit<Segment, 'copies'> & Copy;

/** A rendition's segments up to the first that is still being made. */
export function listedIn(window: Window, rendition = source): Listed[] {
  const listed: Listed[] = [];
  for (const { copies, ...segment } of window.segments) {
    const copy = copies[rendition];
    if (!copy) break;
    listed.push({ ...segment, ...copy });
  }
  return listed;
}

/** The renditions that it has beside the source. */
export const renditionsIn = ({ segments }: Window): string[] =>
  [...new Set(segments.flatMap(({ copies }) => Object.keys(copies)))].filter((name) => name !== source);
