// OBS: where it is and what dTok may do there, the rules, what is to be done by them, and what is to be undone.
import type { Kysely, Migration } from 'kysely';

export const obs: Migration = {
  // biome-ignore format: one column a line reads as the table it makes
  async up(db: Kysely<unknown>) {
    const t = db.schema;
    await t.createTable('obs_links')
      .addColumn('stream', 'text', (c) => c.primaryKey().references('streams.id'))
      .addColumn('address', 'text')
      .addColumn('allow', 'text', (c) => c.notNull())
      .addColumn('made', 'text', (c) => c.notNull())
      .addColumn('handled', 'integer', (c) => c.notNull())
      .execute();
    await t.createTable('obs_rules')
      .addColumn('id', 'integer', (c) => c.primaryKey().autoIncrement())
      .addColumn('stream', 'text', (c) => c.notNull().references('streams.id'))
      .addColumn('rule', 'text', (c) => c.notNull())
      .addColumn('since', 'integer', (c) => c.notNull())
      .addColumn('fired_at', 'integer')
      .addColumn('told_at', 'integer')
      .addColumn('told_ok', 'integer', (c) => c.notNull())
      .addColumn('told', 'text', (c) => c.notNull())
      .execute();
    await t.createTable('obs_due')
      .addColumn('stream', 'text', (c) => c.notNull().references('streams.id'))
      .addColumn('n', 'integer', (c) => c.notNull())
      .addColumn('rule', 'integer', (c) => c.notNull())
      .addColumn('at', 'integer', (c) => c.notNull())
      .addColumn('alert', 'integer')
      .addColumn('facts', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('obs_due_pk', ['stream', 'n', 'rule'])
      .execute();
    await t.createTable('obs_undos')
      .addColumn('stream', 'text', (c) => c.notNull().references('streams.id'))
      .addColumn('what', 'text', (c) => c.notNull())
      .addColumn('at', 'integer', (c) => c.notNull())
      .addColumn('undo', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('obs_undos_pk', ['stream', 'what'])
      .execute();
  },
};
