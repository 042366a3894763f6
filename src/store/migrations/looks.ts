// How overlays look.
import type { Kysely, Migration } from 'kysely';

export const looks: Migration = {
  // biome-ignore format: one column a line reads as the table it makes
  async up(db: Kysely<unknown>) {
    await db.schema.createTable('looks')
      .addColumn('stream', 'text', (c) => c.primaryKey().references('streams.id'))
      .addColumn('look', 'text', (c) => c.notNull())
      .execute();
  },
};
