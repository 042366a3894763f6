// Alerts, how they are shown, who is muted, and goals.
import { type Kysely, type Migration, sql } from 'kysely';

export const alertsAndGoals: Migration = {
  // biome-ignore format: one column a line reads as the table it makes
  async up(db: Kysely<unknown>) {
    const t = db.schema;
    await t.createTable('alerts')
      .addColumn('id', 'integer', (c) => c.primaryKey().autoIncrement())
      .addColumn('stream', 'text', (c) => c.notNull().references('streams.id'))
      .addColumn('event', 'integer')
      .addColumn('payer', 'text')
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('message', 'text', (c) => c.notNull())
      .addColumn('amount', 'text', (c) => c.notNull())
      .addColumn('at', 'integer', (c) => c.notNull())
      .addColumn('state', 'text', (c) => c.notNull())
      .addColumn('why', 'text')
      .addColumn('first', 'integer', (c) => c.notNull())
      .addColumn('with', 'integer')
      .addColumn('showing', 'text')
      .addColumn('show_from', 'integer')
      .addColumn('show_until', 'integer')
      .addColumn('shown_at', 'integer')
      .addColumn('overlays', 'integer', (c) => c.notNull())
      .execute();
    await t.createIndex('alerts_by_state').on('alerts').columns(['stream', 'state', 'first', 'id']).execute();
    await t.createIndex('alerts_by_showing').on('alerts').column('showing').execute();
    await t.createTable('alert_settings')
      .addColumn('stream', 'text', (c) => c.primaryKey().references('streams.id'))
      .addColumn('settings', 'text', (c) => c.notNull())
      .addColumn('paused', 'integer', (c) => c.notNull())
      .addColumn('overlay_seen', 'integer', (c) => c.notNull())
      .execute();
    await t.createTable('alert_mutes')
      .addColumn('stream', 'text', (c) => c.notNull().references('streams.id'))
      .addColumn('member', 'text', (c) => c.notNull())
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('at', 'integer', (c) => c.notNull())
      .addPrimaryKeyConstraint('alert_mutes_pk', ['stream', 'member'])
      .execute();
    await t.createTable('goals')
      .addColumn('stream', 'text', (c) => c.primaryKey().references('streams.id'))
      .addColumn('title', 'text', (c) => c.notNull())
      .addColumn('amount', 'text', (c) => c.notNull())
      .addColumn('since', 'integer', (c) => c.notNull())
      .addColumn('reached_at', 'integer')
      .execute();
    await t.createIndex('tips_by_stream').on('tips').columns(['stream', 'at']).execute();
    // What was given, without the many charges for watching.
    await sql`create index charges_given on charges (stream, at) where kind not in ('watch', 'preview')`.execute(db);
  },
};
