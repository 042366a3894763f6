// The block at which a channel was read, so that it is read again once that block counts.
import type { Kysely, Migration } from 'kysely';

export const readings: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .alterTable('channels')
      .addColumn('as_of', 'integer', (c) => c.notNull().defaultTo(0))
      .execute();
  },
};
