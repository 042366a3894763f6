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
  onCut: (cut: Cut) => void;
  /** The segment is complete. */
  onSegment: (durationMs: number) => void;
}

/** Of these, the one in the middle is what to expect. */
const remembered = 5;

const sum = (fragments: readonly Fragment[]): number => fragments.reduce((ms, { durationMs }) => ms + durationMs, 0);

export type Cutter = ReturnType<typeof createCutter>;

/** For one encoder's output. The first segment comes whole: only then is it known how long they are. */
export function createCutter(needs: CutterNeeds) {
  const { segmentMs, partMs, onCut, onSegment } = needs;
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

  const expected = (): number => [...lengths].sort((a, b) => a - b)[Math.floor(lengths.length / 2)] ?? 0;

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
    if (!within) {
      lengths = [...lengths, groupMs].slice(-remembered);
      groupMs = 0;
      aim(last);
    }
    [cutMs, begun, dependent, limitMs] = [0, false, within, Number.POSITIVE_INFINITY];
    serial += 1;
  }

  function add(fragment: Fragment): void {
    const length = cutMs + sum(pending);
    // A show must start with a keyframe: anything before the first is of no use.
    if (length === 0 && !fragment.independent && !dependent) return;
    if (fragment.independent && length >= segmentMs - toleranceMs) end(false);
    else if (length >= limitMs) end(true);
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
