// Streaks: who was there in how many shows in a row; by person, from what each show's payers were charged.
import type { Store } from '../store/index.js';
import type { Streak, Streaks } from '../vocabulary/goals.js';
import { type AttendanceBook, byPerson, wasThere } from './attendance.js';
import { isLong } from './show-rule.js';
import type { Show, ShowBook } from './shows.js';

/** One show is no streak. */
export const leastStreak = 2;
/** Shows looked back over at most. */
const furthest = 500;
const freshMs = 5000;
const most = 100;

export interface Past {
  /** It goes on: who is not there yet has lost nothing. */
  running: boolean;
  people: ReadonlySet<string>;
}

/**
 * Pure. How many shows in a row each was there, up to the last one that is over, and the one that goes on. Shows are
 * newest first; those that count for nothing are left out. Stops reading where no streak goes on.
 */
export async function streaksOf(shows: AsyncIterable<Past> | Iterable<Past>): Promise<Map<string, number>> {
  const streaks = new Map<string, number>();
  let standing: ReadonlySet<string> | null = null;
  for await (const { running, people } of shows) {
    const there: string[] = [...people].filter((person) => standing === null || standing.has(person));
    for (const person of there) streaks.set(person, (streaks.get(person) ?? 0) + 1);
    if (running) continue;
    standing = new Set(there);
    if (standing.size === 0) break;
  }
  return streaks;
}

export type StreakBook = ReturnType<typeof createStreaks>;

export function createStreaks(needs: {
  store: Store;
  shows: Pick<ShowBook, 'list'>;
  attendance: Pick<AttendanceBook, 'of'>;
  personOf: (member: string) => string;
  /** Names that are not for the stage. */
  hides: (stream: string, payer: string, name: string) => boolean;
  now?: () => number;
}) {
  const { store, shows, attendance, personOf, hides, now = Date.now } = needs;
  type Counted = { last: number | null; here: ReadonlySet<string>; of: Map<string, number> };
  const counted = new Map<string, { at: number; streaks: Promise<Counted> }>();

  async function there(show: Show): Promise<Set<string>> {
    const people = [...byPerson(await attendance.of(show), personOf)];
    return new Set(people.filter(([, sums]) => wasThere(sums)).map(([person]) => person));
  }

  async function count(stream: string): Promise<Counted> {
    const known = (await shows.list(stream, furthest)).filter((show) => isLong(show, now()));
    const [last] = known;
    const here = last ? await there(last) : new Set<string>();
    async function* past(): AsyncGenerator<Past> {
      for (const show of known)
        yield { running: show.endedAt === null, people: show === last ? here : await there(show) };
    }
    return { last: last?.n ?? null, here, of: await streaksOf(past()) };
  }

  function look(stream: string): Promise<Counted> {
    const known = counted.get(stream);
    const kept = known && now() - known.at < freshMs ? known : { at: now(), streaks: count(stream) };
    counted.set(stream, kept);
    kept.streaks.catch(() => counted.delete(stream));
    return kept.streaks;
  }

  /** What each person was called last with a tip: beside a maximum, SQLite gives the row that has it. */
  async function names(stream: string): Promise<Map<string, { payer: string; name: string }>> {
    const rows = store.db.selectFrom('tips').select(['payer', 'name']).where('stream', '=', stream);
    const all = await rows
      .select(({ fn }) => fn.max('at').as('at'))
      .groupBy('payer')
      .orderBy('at')
      .execute();
    return new Map(all.map(({ payer, name }) => [personOf(payer), { payer, name }]));
  }

  return {
    /** Of each person, some seconds old. */
    of: async (stream: string): Promise<ReadonlyMap<string, number>> => (await look(stream)).of,
    /** The longest first. */
    async list(stream: string, limit = 10): Promise<Streaks> {
      const [{ last, here, of }, known] = [await look(stream), await names(stream)];
      const long = [...of]
        .filter(([, shows]) => shows >= leastStreak)
        .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
      const streaks = long.slice(0, Math.min(limit, most)).map(([person, shows]): Streak => {
        const { payer = '', name = '' } = known.get(person) ?? {};
        return { name: hides(stream, payer, name) ? '' : name, shows, here: here.has(person) };
      });
      return { show: last, streaks, people: long.length };
    },
  };
}
