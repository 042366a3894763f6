// Cams: each feed of a stream has a stream key of its own; the key a stream had becomes that of its cam `main`.
import { type Kysely, type Migration, sql } from 'kysely';

export const cams: Migration = {
  // biome-ignore format: one column a line reads as the table it makes
  async up(db: Kysely<unknown>) {
    const t = db.schema;
    await t.createTable('cams')
      .addColumn('stream', 'text', (c) => c.notNull().references('streams.id'))
      .addColumn('id', 'text', (c) => c.notNull())
      .addColumn('title', 'text', (c) => c.notNull())
      .addColumn('stream_key', 'text', (c) => c.unique())
      .addColumn('created_at', 'integer', (c) => c.notNull())
      .addPrimaryKeyConstraint('cams_pk', ['stream', 'id'])
      .execute();
    await t.createTable('retired_stream_keys')
      .addColumn('hash', 'text', (c) => c.primaryKey())
      .addColumn('stream', 'text', (c) => c.notNull().references('streams.id'))
      .addColumn('cam', 'text', (c) => c.notNull())
      .addColumn('at', 'integer', (c) => c.notNull())
      .execute();
    await sql`insert into cams (stream, id, title, stream_key, created_at)
      select id, 'main', '', stream_key, created_at from streams`.execute(db);
    // The column cannot be dropped, being unique; no key stays in it.
    await sql`update streams set stream_key = id`.execute(db);
  },
};
