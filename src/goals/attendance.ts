// Who was there in a show, and what each was charged: from the charges themselves; kept once the show is over for good.
import { type ChargeSum, createChargeSums } from '../payments/index.js';
import type { Store } from '../store/index.js';
import { createTurns } from '../turns.js';
import type { Hex } from '../vocabulary/values.js';
import { thereMs, untilOf } from './show-rule.js';
import type { Show, ShowBook } from './shows.js';

/** What one payer was charged. Amounts in base units. */
export interface Sums {
  watched: bigint;
  /** Media time, but for the free preview. */
  watchedMs: number;
  tipped: bigint;
  voted: bigint;
  tips: number;
}

export type Attendance = Map<Hex, Sums>;

export const nothing = (): Sums => ({ watched: 0n, watchedMs: 0, tipped: 0n, voted: 0n, tips: 0 });

/** Pure. Adds equal charges to what their payer was charged; the free preview is nothing. */
export function addCharges(attendance: Attendance, { payer, kind, amount, count, durationMs }: ChargeSum): void {
  if (kind === 'preview') return;
  const sums = attendance.get(payer) ?? nothing();
  attendance.set(payer, sums);
  const sum = BigInt(amount) * BigInt(count);
  if (kind === 'tip') {
    sums.tipped += sum;
    sums.tips += count;
  } else if (kind === 'vote') sums.voted += sum;
  else {
    sums.watched += sum;
    sums.watchedMs += durationMs;
  }
}

/** Pure. By person, however many accounts and pages that person has. */
export function byPerson(attendance: Attendance, personOf: (member: string) => string): Map<string, Sums> {
  const people = new Map<string, Sums>();
  for (const [payer, sums] of attendance) people.set(personOf(payer), plus(people.get(personOf(payer)), sums));
  return people;
}

export const plus = (a: Sums = nothing(), b: Sums): Sums => ({
  watched: a.watched + b.watched,
  watchedMs: a.watchedMs + b.watchedMs,
  tipped: a.tipped + b.tipped,
  voted: a.voted + b.voted,
  tips: a.tips + b.tips,
});

/** Pure. Whether that is being there: some of it watched, or anything given. */
export const wasThere = ({ watchedMs, tipped, voted }: Sums): boolean =>
  watchedMs >= thereMs || tipped > 0n || voted > 0n;

export type AttendanceBook = ReturnType<typeof createAttendanceBook>;

export function createAttendanceBook(needs: { store: Store; shows: Pick<ShowBook, 'uncounted'> }) {
  const { store, shows } = needs;
  const turn = createTurns<string>();
  const counting = new Map<string, { of: Attendance; sums: ReturnType<typeof createChargeSums> }>();
  const nameOf = ({ stream, n }: Pick<Show, 'stream' | 'n'>): string => `${stream}/${n}`;
  const fresh = ({ stream, beganAt }: Show) => ({
    of: new Map() as Attendance,
    sums: createChargeSums({ db: store.db, stream, from: beganAt }),
  });

  async function count(show: Show, { of, sums } = fresh(show)): Promise<Attendance> {
    for await (const page of sums.read(untilOf(show))) for (const sum of page) addCharges(of, sum);
    return of;
  }

  async function kept({ stream, n }: Show): Promise<Attendance> {
    const rows = store.db.selectFrom('show_payers').selectAll().where('stream', '=', stream).where('show', '=', n);
    return new Map(
      (await rows.execute()).map(({ payer, watched, watched_ms: watchedMs, tipped, voted, tips }) => [
        payer,
        { watched: BigInt(watched), watchedMs, tipped: BigInt(tipped), voted: BigInt(voted), tips },
      ]),
    );
  }

  const rowOf = ({ stream, n }: Show, [payer, sums]: [Hex, Sums]) => ({
    ...{ stream, show: n, payer, watched: `${sums.watched}`, watched_ms: sums.watchedMs },
    ...{ tipped: `${sums.tipped}`, voted: `${sums.voted}`, tips: sums.tips },
  });

  /** Counted once more from the first charge, whatever was counted while it went on. */
  async function keep(show: Show): Promise<void> {
    const { stream, n } = show;
    const rows = [...(await count(show))].map((one) => rowOf(show, one));
    await store.write(async (trx) => {
      await trx.deleteFrom('show_payers').where('stream', '=', stream).where('show', '=', n).execute();
      for (let i = 0; i < rows.length; i += 100) {
        await trx
          .insertInto('show_payers')
          .values(rows.slice(i, i + 100))
          .execute();
      }
      await trx.updateTable('shows').set({ counted: 1 }).where('stream', '=', stream).where('n', '=', n).execute();
    });
    counting.delete(nameOf(show));
  }

  return {
    /** What was charged so far; in a show that is over, all of it. */
    of: (show: Show): Promise<Attendance> =>
      show.counted
        ? kept(show)
        : turn(nameOf(show), () => {
            const known = counting.get(nameOf(show)) ?? fresh(show);
            counting.set(nameOf(show), known);
            return count(show, known);
          }),
    /** It ended, or goes on after all: what was counted may be more or less than it is. */
    changed: (show: Show): void => void counting.delete(nameOf(show)),
    /** Keeps what is over for good. */
    async keepAll(): Promise<void> {
      for (const show of await shows.uncounted()) await turn(nameOf(show), () => keep(show));
    },
  };
}
