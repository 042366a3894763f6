// Polls with their votes, and what paid votes set aside in purses.
import type { Kysely, Migration } from 'kysely';

export const polls: Migration = {
  // biome-ignore format: one column a line reads as the table it makes
  async up(db: Kysely<unknown>) {
    const t = db.schema;
    await t.createTable('holds')
      .addColumn('payer', 'text', (c) => c.notNull())
      .addColumn('reason', 'text', (c) => c.notNull())
      .addColumn('purse', 'text', (c) => c.notNull().references('purses.id'))
      .addColumn('stream', 'text', (c) => c.notNull().references('streams.id'))
      .addColumn('kind', 'text', (c) => c.notNull())
      .addColumn('amount', 'text', (c) => c.notNull())
      .addColumn('at', 'integer', (c) => c.notNull())
      .addPrimaryKeyConstraint('holds_pk', ['payer', 'reason'])
      .execute();
    await t.createTable('polls')
      .addColumn('n', 'integer', (c) => c.primaryKey().autoIncrement())
      .addColumn('key', 'text', (c) => c.notNull().unique())
      .addColumn('stream', 'text', (c) => c.notNull().references('streams.id'))
      .addColumn('question', 'text', (c) => c.notNull())
      .addColumn('options', 'text', (c) => c.notNull())
      .addColumn('votes', 'text', (c) => c.notNull())
      .addColumn('price', 'text', (c) => c.notNull())
      .addColumn('change', 'integer', (c) => c.notNull())
      .addColumn('secret', 'integer', (c) => c.notNull())
      .addColumn('min_age_days', 'integer', (c) => c.notNull())
      .addColumn('state', 'text', (c) => c.notNull())
      .addColumn('opened_at', 'integer', (c) => c.notNull())
      .addColumn('closes_at', 'integer', (c) => c.notNull())
      .addColumn('ended_at', 'integer')
      .addColumn('result', 'text')
      .execute();
    await t.createIndex('polls_stream').on('polls').columns(['stream', 'n']).execute();
    await t.createTable('poll_votes')
      .addColumn('n', 'integer', (c) => c.primaryKey())
      .addColumn('poll', 'integer', (c) => c.notNull().references('polls.n'))
      .addColumn('voter', 'text', (c) => c.notNull())
      .addColumn('id', 'text', (c) => c.notNull())
      .addColumn('option', 'integer', (c) => c.notNull())
      .addColumn('amount', 'text', (c) => c.notNull())
      .addColumn('payer', 'text')
      .addColumn('state', 'text', (c) => c.notNull())
      .addColumn('person', 'text')
      .addColumn('at', 'integer', (c) => c.notNull())
      .execute();
    await t.createIndex('poll_votes_once').on('poll_votes').columns(['poll', 'voter', 'id']).unique().execute();
  },
};
