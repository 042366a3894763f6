// When a stream's next show is said to begin.
import type { Kysely, Migration } from 'kysely';

export const starts: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.alterTable('streams').addColumn('starts_at', 'integer').execute();
  },
};
