// Where in the show a viewer is, and whether by choice: who went back or paused is left there, who fell behind by a stall is taken to live. Pure.

/** Windows shorter than this are not worth going back in, s. */
export const leastWindow = 10;
/** Who is this much behind live without having chosen to is taken there, s. */
const mostBehind = 5;
/** Who is closer to live than this is live, s. */
const nearLive = 3;
/** Room to the window's start: what lies closer to it falls out before it is loaded, s. */
const margin = 3;
/** Who is closer to the start than this is moved on, s. */
const tooClose = 1;

/** On the player's own clock, s. */
export interface Sight {
  time: number;
  /** The oldest that is kept. */
  start: number;
  /** Where who is live is. */
  live: number;
}

/** What of it is shown, s. */
export interface Place {
  /** How far one can go back. */
  length: number;
  behind: number;
  live: boolean;
}

export interface Move {
  to: number;
  /** What was being watched is kept no longer. */
  fell: boolean;
}

/** The oldest moment that can be gone to. */
const oldest = ({ start, live }: Omit<Sight, 'time'>): number => Math.min(live, start + margin);

export type Standing = ReturnType<typeof createStanding>;

/** `possible`: the host lets viewers go back. */
export function createStanding(possible: boolean) {
  let chosen = false;

  /** At `time` by choice, or live when that is close. */
  function stand(sight: Omit<Sight, 'time'>, time: number): Move {
    const to = Math.max(oldest(sight), time);
    chosen = possible && sight.live - to >= nearLive;
    return { to: chosen ? to : sight.live, fell: chosen && to - time > tooClose };
  }

  return {
    isBehind: () => chosen,
    /** To so many seconds behind live. */
    goBack: (sight: Sight, behind: number): number => stand(sight, sight.live - behind).to,
    /** Wherever he is now, he wants to stay there: he pauses. */
    stay(): void {
      chosen = possible;
    },
    /** Plays on, or anew, at a moment that may have fallen out meanwhile. */
    goOn: stand,
    toLive(): void {
      chosen = false;
    },
    /** What is to be done about where he is; null: nothing. */
    look(sight: Sight & { moving: boolean }): Move | null {
      const behind = sight.live - sight.time;
      if (!chosen) return sight.moving && behind > mostBehind ? { to: sight.live, fell: false } : null;
      if (sight.time < sight.start + tooClose) return stand(sight, sight.time);
      // He has caught up with a show that stands still.
      if (behind < tooClose) chosen = false;
      return null;
    },
    /** Null: there is no going back. */
    place(sight: Sight): Place | null {
      const length = sight.live - oldest(sight);
      if (!possible || length + margin < leastWindow) return null;
      return { length, behind: chosen ? Math.min(length, Math.max(0, sight.live - sight.time)) : 0, live: !chosen };
    },
  };
}
