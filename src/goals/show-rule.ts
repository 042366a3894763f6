// What a show is, in one place: pure.

/** A show that comes back within this time, after its end or after a crash, is the same one. */
export const comesBackMs = 10 * 60_000;
/** What is given so shortly after the end is still given for the show. */
export const applauseMs = 2 * 60_000;
/** A show that was shorter is a test: it neither adds to a streak nor breaks one. */
export const shortestMs = 5 * 60_000;
/** Who watched less of a show, and gave nothing, was not there. */
export const thereMs = 60_000;

export interface ShowTimes {
  beganAt: number;
  /** Null while it goes on. */
  endedAt: number | null;
}

/** The last moment of a show that charges are counted under. */
export const untilOf = ({ endedAt }: ShowTimes): number =>
  endedAt === null ? Number.MAX_SAFE_INTEGER : endedAt + applauseMs;

/** A stream goes on air `at`; nothing of the show was heard after `heardAt`: whether it is the same show. */
export const goesOn = (heardAt: number, at: number): boolean => at - heardAt < comesBackMs;

export const isLong = ({ beganAt, endedAt }: ShowTimes, now: number): boolean =>
  (endedAt ?? now) - beganAt >= shortestMs;
