// Shows as such: when each was, how many watched in which minute, who was there, and what of it is told to everybody.
import type { Kysely, Migration } from 'kysely';

export const shows: Migration = {
  // biome-ignore format: one column a line reads as the table it makes
  async up(db: Kysely<unknown>) {
    const t = db.schema;
    await t.createTable('shows')
      .addColumn('stream', 'text', (c) => c.notNull().references('streams.id'))
      .addColumn('n', 'integer', (c) => c.notNull())
      .addColumn('title', 'text', (c) => c.notNull())
      .addColumn('began_at', 'integer', (c) => c.notNull())
      .addColumn('ended_at', 'integer')
      .addColumn('heard', 'integer', (c) => c.notNull())
      .addColumn('goal', 'text')
      .addColumn('counted', 'integer', (c) => c.notNull())
      .addPrimaryKeyConstraint('shows_pk', ['stream', 'n'])
      .execute();
    await t.createIndex('alerts_by_event').on('alerts').column('event').execute();
    await t.createTable('show_minutes')
      .addColumn('stream', 'text', (c) => c.notNull())
      .addColumn('show', 'integer', (c) => c.notNull())
      .addColumn('at', 'integer', (c) => c.notNull())
      .addColumn('viewers', 'integer', (c) => c.notNull())
      .addPrimaryKeyConstraint('show_minutes_pk', ['stream', 'show', 'at'])
      .execute();
    await t.createTable('show_payers')
      .addColumn('stream', 'text', (c) => c.notNull())
      .addColumn('show', 'integer', (c) => c.notNull())
      .addColumn('payer', 'text', (c) => c.notNull())
      .addColumn('watched', 'text', (c) => c.notNull())
      .addColumn('watched_ms', 'integer', (c) => c.notNull())
      .addColumn('tipped', 'text', (c) => c.notNull())
      .addColumn('voted', 'text', (c) => c.notNull())
      .addColumn('tips', 'integer', (c) => c.notNull())
      .addPrimaryKeyConstraint('show_payers_pk', ['stream', 'show', 'payer'])
      .execute();
    await t.createTable('show_settings')
      .addColumn('stream', 'text', (c) => c.primaryKey().references('streams.id'))
      .addColumn('names', 'integer', (c) => c.notNull())
      .addColumn('earnings', 'integer', (c) => c.notNull())
      .execute();
  },
};
