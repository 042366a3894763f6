// How a show went: how many people paid to watch within its time, and what they tipped, from every single charge.
import { setImmediate as breathe } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Db } from '../store/index.js';
import type { Hex } from '../vocabulary/values.js';

export interface Attendance {
  /** People, whichever of their accounts and links paid. */
  watched: number;
  /** Base units. */
  tipped: bigint;
}

/** Few enough that keys are handed out meanwhile. */
const pageSize = 2000;
/** Charges are numbered as they are written, which may be a little after their time. */
const slackMs = 60_000;

/** Charges since `from`, newest first, a page at a time: there may be millions before. */
async function* chargesSince(db: Db, from: number) {
  for (let before = Number.MAX_SAFE_INTEGER; ; ) {
    const rows = await db
      .selectFrom('charges')
      .select(['payer', 'stream', 'kind', 'amount', 'at'])
      .select(sql<number>`rowid`.as('row'))
      .where(sql<number>`rowid`, '<', before)
      .orderBy(sql`rowid`, 'desc')
      .limit(pageSize)
      .execute();
    const oldest = rows.at(-1);
    if (!oldest) return;
    before = oldest.row;
    yield rows;
    if (oldest.at < from - slackMs) return;
    await breathe();
  }
}

export async function attendance(needs: {
  db: Db;
  personOf: (payer: Hex) => string;
  stream: string;
  from: number;
  to: number;
}): Promise<Attendance> {
  const { db, personOf, stream, from, to } = needs;
  const people = new Set<string>();
  let tipped = 0n;
  for await (const charges of chargesSince(db, from)) {
    for (const { payer, kind, amount, at, stream: of } of charges) {
      if (of !== stream || at < from || at > to) continue;
      if (kind === 'watch') people.add(personOf(payer));
      if (kind === 'tip') tipped += BigInt(amount);
    }
  }
  return { watched: people.size, tipped };
}
