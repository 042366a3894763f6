// The charges of a stream within a time, summed by payer a few rows at a time: a show may have millions.
import { setImmediate as breathe } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Db } from '../store/index.js';
import type { ChargeRow } from '../store/rows/money.js';
import type { Hex } from '../vocabulary/values.js';

/** Few enough that keys are handed out meanwhile: reading them stops everything else. */
const pageSize = 5000;
/** Charges are numbered as they are written, which may be a little after their time. */
const slackMs = 60_000;

/** Equal charges of a payer. */
export interface ChargeSum {
  payer: Hex;
  kind: ChargeRow['kind'];
  /** Of each, base units. */
  amount: string;
  count: number;
  durationMs: number;
}

const lastRow = async (db: Db): Promise<number> =>
  (await sql<{ row: number | null }>`select max(rowid) as row from charges`.execute(db)).rows[0]?.row ?? 0;

/** The number of a charge before which all are older than `at`. */
async function rowBefore(db: Db, at: number): Promise<number> {
  let [low, high] = [0, await lastRow(db)];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const { rows } = await sql<{ row: number; at: number }>`
      select rowid as row, at from charges where rowid > ${middle} order by rowid limit 1`.execute(db);
    const [next] = rows;
    if (next && next.at < at - slackMs) low = next.row;
    else high = middle;
  }
  return low;
}

/** Reads on with every `read`: each charge once, in the order in which they were written. */
export function createChargeSums(needs: { db: Db; stream: string; from: number }) {
  const { db, stream, from } = needs;
  let row: number | null = null;
  return {
    /** What was written since the last time, up to and with the time `to`; what is later is passed over for good. */
    async *read(to: number): AsyncGenerator<ChargeSum[]> {
      row ??= await rowBefore(db, from);
      for (const end = await lastRow(db); row < end; ) {
        const until: number = Math.min(end, row + pageSize);
        const { rows } = await sql<ChargeSum>`
          select payer, kind, amount, count(*) as count, sum(duration_ms) as durationMs from charges
          where rowid > ${row} and rowid <= ${until} and stream = ${stream} and at >= ${from} and at <= ${to}
          group by payer, kind, amount`.execute(db);
        row = until;
        yield rows;
        await breathe();
      }
    },
  };
}
