// What each address got out of a prediction, and a stream's links to its communities.
import type { Kysely, Migration } from 'kysely';

export const payouts: Migration = {
  // biome-ignore format: one column a line reads as the table it makes
  async up(db: Kysely<unknown>) {
    await db.schema.createTable('prediction_payouts')
      .addColumn('prediction', 'integer', (c) => c.notNull().references('predictions.n'))
      .addColumn('payer', 'text', (c) => c.notNull())
      .addColumn('amount', 'text', (c) => c.notNull())
      .addColumn('paid', 'integer', (c) => c.notNull())
      .addColumn('at', 'integer', (c) => c.notNull())
      .addPrimaryKeyConstraint('prediction_payouts_pk', ['prediction', 'payer'])
      .execute();
    await db.schema.alterTable('streams').addColumn('discord', 'text', (c) => c.notNull().defaultTo('')).execute();
    await db.schema.alterTable('streams').addColumn('telegram', 'text', (c) => c.notNull().defaultTo('')).execute();
  },
};
