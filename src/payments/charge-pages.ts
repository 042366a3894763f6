// Reads all charges, oldest first, a page at a time: there may be millions.
import { sql } from 'kysely';
import type { Db } from '../store/index.js';
import type { ChargeRow } from '../store/schema.js';

const pageSize = 10_000;

/** Charges made from `from` on and before `to` (ms). */
export async function* chargePages(db: Db, from = 0, to = Number.MAX_SAFE_INTEGER): AsyncGenerator<ChargeRow[]> {
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
    yield rows.filter(({ at }) => at >= from && at < to);
  }
}
