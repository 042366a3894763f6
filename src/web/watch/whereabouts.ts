// Keeps a viewer's place in the show over pauses, cams and new starts of hls.js, by when it was published.
import type Hls from 'hls.js';
import type { LevelDetails } from 'hls.js';
import { hurry } from './engine.js';
import { createStanding, type Move, type Place, type Sight } from './place.js';
import { dateAt, timeAt } from './timeline.js';

/** Shorter windows are listed all the same, s. */
const leastListed = 16;

export function createWhereabouts(needs: {
  /** How far back viewers may go; 0: not at all. */
  dvrMs: number;
  onPlace: (place: Place | null) => void;
  /** What he was watching is kept no longer: he is at the oldest there is. */
  onFell: () => void;
}) {
  const { dvrMs } = needs;
  const standing = createStanding(dvrMs > 0);
  /** Nothing is loaded: the show goes on meanwhile. */
  let held = false;
  /** When what is seen was published, while the viewer is behind by choice. */
  let date: number | null = null;

  function sightOf(engine: Hls, details: LevelDetails, time: number): Sight {
    const { fragmentStart, edge, age } = details;
    if (!held) return { time, start: fragmentStart, live: engine.liveSyncPosition ?? edge };
    const kept = Math.max(leastListed, dvrMs / 1000);
    return {
      time,
      start: Math.max(fragmentStart, edge + age - kept),
      live: edge + age - (engine.targetLatency ?? 0),
    };
  }

  function sight(engine: Hls | null, time: number): Sight | null {
    const details = engine?.latestLevelDetails;
    return engine && details ? sightOf(engine, details, time) : null;
  }

  /** He is here now. */
  function note(engine: Hls | null, time: number): void {
    const details = engine?.latestLevelDetails;
    date = standing.isBehind() && details ? (dateAt(details.fragments, time) ?? date) : null;
    if (engine) hurry(engine, !standing.isBehind());
  }

  return {
    sight,
    note,
    isBehind: standing.isBehind,
    toLive: standing.toLive,
    stay: standing.stay,
    loads: (): void => {
      held = false;
    },
    holds: (): void => {
      held = true;
    },
    isHeld: () => held,
    /** Where to go from where the picture is; null: it may go on. */
    look(engine: Hls | null, video: HTMLVideoElement, moving: boolean): Move | null {
      const seen = sight(engine, video.currentTime);
      // A picture that is just being got ready is nowhere yet.
      if (!seen || (video.readyState < 2 && !video.seeking)) return null;
      const move = held ? null : standing.look({ ...seen, moving });
      needs.onPlace(standing.place(move ? { ...seen, time: move.to } : seen));
      if (moving) note(engine, video.currentTime);
      if (move?.fell) needs.onFell();
      return move;
    },
    /** Where that is on the player's clock. */
    goBack(seen: Sight, behind: number): number {
      const time = standing.goBack(seen, behind);
      needs.onPlace(standing.place({ ...seen, time }));
      return time;
    },
    /** Where to go on with what is loaded; null: only a fresh playlist can tell. */
    goOn(engine: Hls | null, time: number): number | null {
      const seen = sight(engine, time);
      if (!seen || !standing.isBehind()) return null;
      const { to, fell } = standing.goOn(seen, time);
      if (fell) standing.stay();
      return fell || !standing.isBehind() ? null : to;
    },
    /** Where he wants to be in a fresh playlist; null: live. */
    placeIn(engine: Hls, details: LevelDetails): number | null {
      const time = date === null ? null : timeAt(details.fragments, date);
      if (date === null || time === null) {
        standing.toLive();
        return null;
      }
      const gone = date < (details.fragments[0]?.programDateTime ?? 0);
      const { to, fell } = standing.goOn(sightOf(engine, details, time), time);
      if (fell || (gone && standing.isBehind())) needs.onFell();
      return standing.isBehind() ? to : null;
    },
  };
}
