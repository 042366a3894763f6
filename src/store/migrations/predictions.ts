// Predictions, and the stakes that came by this server: the escrow contract knows them all.
import type { Kysely, Migration } from 'kysely';

export const predictions: Migration = {
  // biome-ignore format: one column a line reads as the table it makes
  async up(db: Kysely<unknown>) {
    const t = db.schema;
    await t.createTable('predictions')
      .addColumn('n', 'integer', (c) => c.primaryKey().autoIncrement())
      .addColumn('key', 'text', (c) => c.notNull().unique())
      .addColumn('stream', 'text', (c) => c.notNull().references('streams.id'))
      .addColumn('market', 'text', (c) => c.notNull().unique())
      .addColumn('question', 'text', (c) => c.notNull())
      .addColumn('options', 'text', (c) => c.notNull())
      .addColumn('terms', 'text', (c) => c.notNull())
      .addColumn('opener', 'text', (c) => c.notNull())
      .addColumn('state', 'text', (c) => c.notNull())
      .addColumn('totals', 'text', (c) => c.notNull())
      .addColumn('stakes', 'integer', (c) => c.notNull())
      .addColumn('winner', 'integer')
      .addColumn('final_at', 'integer')
      .addColumn('opened_at', 'integer', (c) => c.notNull())
      .execute();
    await t.createIndex('predictions_stream').on('predictions').columns(['stream', 'n']).execute();
    await t.createTable('prediction_stakes')
      .addColumn('payer', 'text', (c) => c.notNull())
      .addColumn('id', 'text', (c) => c.notNull())
      .addColumn('prediction', 'integer', (c) => c.notNull().references('predictions.n'))
      .addColumn('member', 'text', (c) => c.notNull())
      .addColumn('option', 'integer', (c) => c.notNull())
      .addColumn('amount', 'text', (c) => c.notNull())
      .addColumn('channel', 'text', (c) => c.notNull())
      .addColumn('signed', 'text')
      .addColumn('state', 'text', (c) => c.notNull())
      .addColumn('tx', 'text', (c) => c.notNull())
      .addColumn('at', 'integer', (c) => c.notNull())
      .addPrimaryKeyConstraint('prediction_stakes_pk', ['payer', 'id'])
      .execute();
    await t.createIndex('prediction_stakes_of').on('prediction_stakes').column('prediction').execute();
  },
};
