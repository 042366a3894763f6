// Cuts fragments into segments at keyframes, and segments into parts. Pure.
import type { Fragment } from './fragments.js';
import { toleranceMs } from './key-clock.js';

/** A run of fragments to publish. */
export interface Cut {
  fragments: readonly Fragment[];
  durationMs: number;
  /** It begins a segment; how long that will be, as far as is known. */
  begins: { serial: number; expectedMs: number; dependent: boolean } | null;
  /** It is all of its segment. */
  whole: boolean;
}

export interface CutterNeeds {
  segmentMs: number;
  /** 0: no parts. */
  partMs: number;
  /** No segment is longer: where no keyframe comes in time, it is cut without one. */
  mostMs: number;
  onCut: (cut: Cut) => void;
  /** The segment is complete. */
  onSegment: (durationMs: number) => void;
  /** How far apart the keyframes are at which segments may end; where none comes, how long that goes on. */
  onGroup: (ms: number) => void;
}

/** A group of pictures that goes on this long is told of before it ends. */
const endlessMs = 10_000;
/** Of these, the one in the middle is what to expect. */
const remembered = 5;

const sum = (fragments: readonly Fragment[]): number => fragments.reduce((ms, { durationMs }) => ms + durationMs, 0);

export type Cutter = ReturnType<typeof createCutter>;

/** For one encoder's output. The first segment comes whole: only then is it known how long they are. */
export function createCutter(needs: CutterNeeds) {
  const { segmentMs, partMs, mostMs, onCut, onSegment, onGroup } = needs;
  let pending: Fragment[] = [];
  /** Of the segment under way, what is cut off already. */
  let cutMs = 0;
  let begun = false;
  let dependent = false;
  let limitMs = Number.POSITIVE_INFINITY;
  let lengths: number[] = [];
  let groupMs = 0;
  let target = 0;
  let longestPart = 0;
  let serial = 0;

  const group = (): number => [...lengths].sort((a, b) => a - b)[Math.floor(lengths.length / 2)] ?? 0;

  /** What is longer than a segment may be becomes segments of one length. */
  const expected = (): number => group() / Math.max(1, Math.ceil(group() / mostMs));

  /** From now on, parts of one length each, about what is wished. */
  function aim(fragment: Fragment | undefined): void {
    if (partMs === 0 || target > 0 || !fragment) return;
    target = expected() / Math.max(1, Math.ceil((expected() - toleranceMs) / partMs));
    longestPart = Math.ceil(target + fragment.durationMs / 2) + 1;
  }

  function cut(whole: boolean): void {
    if (pending.length === 0) return;
    const durationMs = sum(pending);
    const begins = begun ? null : { serial, expectedMs: whole ? durationMs : expected(), dependent };
    const fragments = pending;
    pending = [];
    begun = true;
    cutMs += durationMs;
    onCut({ fragments, durationMs, begins, whole });
  }

  /** Ends the segment; what comes next goes on from within a group of pictures, or not. */
  function end(within: boolean): void {
    const last = pending.at(-1);
    cut(!begun);
    if (!begun) return;
    groupMs += cutMs;
    onSegment(cutMs);
    if (!within) endGroup(last);
    else if (groupMs >= endlessMs) onGroup(groupMs);
    [cutMs, begun, dependent, limitMs] = [0, false, within, Number.POSITIVE_INFINITY];
    serial += 1;
  }

  function endGroup(last: Fragment | undefined): void {
    lengths = [...lengths, groupMs].slice(-remembered);
    onGroup(groupMs);
    groupMs = 0;
    aim(last);
  }

  /** Whether a segment of that length ends before such a fragment, keyframe or not. */
  function isFull(length: number, durationMs: number): boolean {
    if (length === 0) return false;
    const evenly = group() > mostMs && length + durationMs / 2 > expected();
    return evenly || length + durationMs > mostMs;
  }

  function add(fragment: Fragment): void {
    const { independent, durationMs } = fragment;
    const length = cutMs + sum(pending);
    // A show must start with a keyframe: anything before the first is of no use.
    if (length === 0 && !independent && !dependent) return;
    if (independent && length === 0 && dependent) {
      endGroup(fragment);
      dependent = false;
    } else if (independent && (length >= segmentMs - toleranceMs || dependent)) end(false);
    else if (length >= limitMs || isFull(length, durationMs)) end(true);
    pending.push(fragment);
    if (target > 0 && sum(pending) >= target - fragment.durationMs / 2) cut(false);
  }

  return {
    add,
    /** Ends the segment under way, however short. */
    end: (): void => end(false),
    /** Cuts that segment there at the latest, even between keyframes. */
    limit(of: number, ms: number): void {
      if (of === serial) limitMs = ms;
    },
    /** The longest a part gets, ms; 0 while there are none. */
    partTargetMs: (): number => longestPart,
  };
}
