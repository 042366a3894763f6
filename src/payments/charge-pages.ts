// Reads all charges, oldest first, a page at a time: there may be millions.
import { setImmediate as breathe } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Db } from '../store/index.js';
import type { ChargeRow } from '../store/rows/money.js';

/** Few enough that keys are handed out meanwhile: reading a page stops everything else. */
const pageSize = 2000;

export async function* chargePages(db: Db): AsyncGenerator<ChargeRow[]> {
  for (let after = 0; ; ) {
    const rows = await db
      .selectFrom('charges')
      .selectAll()
      .select(sql<number>`rowid`.as('row'))
      .where(sql<number>`rowid`, '>', after)
      .orderBy(sql`rowid`)
      .limit(pageSize)
      .execute();
    const last = rows.at(-1);
    if (!last) return;
    after = last.row;
    yield rows;
    await breathe();
  }
}
