// Shows and all that is counted by them, wired: who was there, leaderboards, streaks, summaries.
import { createAttendanceBook } from './attendance.js';
import { createLeaderboards } from './leaderboard.js';
import { createShowSettings } from './show-settings.js';
import { createShowBook } from './shows.js';
import { createStreaks } from './streaks.js';
import { createSummaries } from './summary.js';

type Needs = Omit<Parameters<typeof createSummaries>[0], 'shows' | 'attendance' | 'settings'> &
  Pick<Parameters<typeof createShowBook>[0], 'onAir' | 'log'>;

export type Standings = ReturnType<typeof createStandings>;

export function createStandings(needs: Needs) {
  const { store, personOf, hides } = needs;
  const now = needs.now ?? Date.now;
  const attendance = createAttendanceBook({ store, shows: { uncounted: () => shows.uncounted() } });
  const shows = createShowBook({ ...needs, onChange: attendance.changed });
  const streaks = createStreaks({ store, shows, attendance, personOf, hides, now });
  const settings = createShowSettings({ store });
  const summaries = createSummaries({ ...needs, shows, attendance, settings });
  return {
    leaderboard: createLeaderboards({ store, shows, streaks, personOf, hides, now }),
    streaks: streaks.list,
    summaries,
    settings: {
      get: settings.get,
      async change(...change: Parameters<typeof settings.change>) {
        const next = await settings.change(...change);
        summaries.forget();
        return next;
      },
    },
    /** The number of the show that was on at that time, or before it; null before the first. */
    showAt: async (stream: string, at: number): Promise<number | null> => (await shows.at(stream, at))?.n ?? null,
    /** Looks at the shows and how many watch, once. */
    async look(): Promise<void> {
      await shows.look();
      await attendance.keepAll();
    },
    /** Goes on doing that until stopped. */
    start: () => shows.start(attendance.keepAll),
  };
}
