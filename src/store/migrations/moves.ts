// Telegram groups that became other chats: what they had under their old number stays theirs.
import type { Kysely, Migration } from 'kysely';

export const moves: Migration = {
  // biome-ignore format: one column a line reads as the table it makes
  async up(db: Kysely<unknown>) {
    await db.schema.createTable('bot_moves')
      .addColumn('was', 'text', (c) => c.primaryKey())
      .addColumn('became', 'text', (c) => c.notNull().unique())
      .addColumn('apart', 'integer', (c) => c.notNull())
      .addColumn('at', 'integer', (c) => c.notNull())
      .execute();
  },
};
