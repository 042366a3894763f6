// What claims the money behind an alert, and the sounds and pictures that a host brought.
import type { Kysely, Migration } from 'kysely';

export const alertLooks: Migration = {
  // biome-ignore format: one column a line reads as the table it makes
  async up(db: Kysely<unknown>) {
    const t = db.schema;
    // Null in older alerts: how far their channels had been spent is not known any more.
    await t.alterTable('alerts').addColumn('channel', 'text').execute();
    await t.alterTable('alerts').addColumn('up_to', 'text').execute();
    await t.createIndex('chain_events_by_channel').on('chain_events').columns(['channel', 'name']).execute();
    await t.createTable('assets')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('kind', 'text', (c) => c.notNull())
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('bytes', 'integer', (c) => c.notNull())
      .addColumn('at', 'integer', (c) => c.notNull())
      .execute();
  },
};
