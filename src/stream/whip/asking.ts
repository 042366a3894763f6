// When to ask for a keyframe: WebRTC's encoders make none by themselves, and without one no segment can be cut. Pure.
import { toleranceMs } from '../media/key-clock.js';

/** Until the first one, and where none comes of it. */
const againMs = 600;
/** An answer takes no longer, or is none. */
const longestAnswerMs = 500;
const remembered = 5;
/** Less than a picture lasts: clocks that tick in pictures are read in ms. */
const earlyMs = 10;

export type Asking = ReturnType<typeof createAsking>;

/** `everyMs`: how far keyframes shall be apart. It is asked for as much earlier as the answer takes. */
export function createAsking(everyMs: number) {
  let last: number | null = null;
  let asked: number | null = null;
  let answers: number[] = [];

  /** The one in the middle of the last. */
  const lead = (): number => [...answers].sort((a, b) => a - b)[Math.floor(answers.length / 2)] ?? 0;

  return {
    /** A picture is there; times by its clock. */
    saw(ms: number, keyframe: boolean): void {
      if (!keyframe) return;
      if (asked !== null && ms - asked <= longestAnswerMs) answers = [...answers, ms - asked].slice(-remembered);
      asked = null;
      // One that is too early ends no segment: the next one is due at once.
      if (last === null || ms - last >= everyMs - toleranceMs) last = ms;
    },
    /** Whether to ask now; it counts as asked. */
    due(ms: number, urgent: boolean): boolean {
      const wanted = urgent || last === null || ms - last >= everyMs - lead() - earlyMs;
      if (!wanted || (asked !== null && ms - asked < againMs)) return false;
      asked = ms;
      return true;
    },
  };
}
