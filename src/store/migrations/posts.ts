// What the bots say unasked and keep up to date, what communities have set, who is the host in chat, and who waits for a link.
import type { Kysely, Migration } from 'kysely';

export const posts: Migration = {
  // biome-ignore format: one column a line reads as the table it makes
  async up(db: Kysely<unknown>) {
    const t = db.schema;
    await t.alterTable('streams').addColumn('open', 'integer', (c) => c.notNull().defaultTo(1)).execute();
    for (const name of ['role', 'hourly', 'stream', 'home', 'language', 'tip_least', 'tip_most', 'confirm_above']) {
      await t.alterTable('bot_communities').addColumn(name, 'text').execute();
    }
    await t.alterTable('bot_communities').addColumn('member_days', 'integer', (c) => c.notNull().defaultTo(0)).execute();
    await t.alterTable('bot_handouts').addColumn('name', 'text', (c) => c.notNull().defaultTo('')).execute();
    await t.alterTable('bot_handouts').addColumn('revoked_at', 'integer').execute();
    await t.createIndex('bot_handouts_at').on('bot_handouts').columns(['platform', 'community', 'at']).execute();
    await t.createTable('bot_queue')
      .addColumn('platform', 'text', (c) => c.notNull())
      .addColumn('community', 'text', (c) => c.notNull())
      .addColumn('stream', 'text', (c) => c.notNull().references('streams.id'))
      .addColumn('account_platform', 'text', (c) => c.notNull())
      .addColumn('account', 'text', (c) => c.notNull())
      .addColumn('at', 'integer', (c) => c.notNull())
      .addColumn('draw_at', 'integer', (c) => c.notNull())
      .addPrimaryKeyConstraint('bot_queue_pk', ['platform', 'community', 'stream', 'account_platform', 'account'])
      .execute();
    await t.createTable('bot_sights')
      .addColumn('platform', 'text', (c) => c.notNull())
      .addColumn('user', 'text', (c) => c.notNull())
      .addColumn('community', 'text', (c) => c.notNull())
      .addColumn('at', 'integer', (c) => c.notNull())
      .addPrimaryKeyConstraint('bot_sights_pk', ['platform', 'user', 'community'])
      .execute();
    await t.createTable('bot_hosts')
      .addColumn('platform', 'text', (c) => c.notNull())
      .addColumn('user', 'text', (c) => c.notNull())
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('at', 'integer', (c) => c.notNull())
      .addPrimaryKeyConstraint('bot_hosts_pk', ['platform', 'user'])
      .execute();
    await t.createTable('bot_host_codes')
      .addColumn('hash', 'text', (c) => c.primaryKey())
      .addColumn('expires_at', 'integer', (c) => c.notNull())
      .execute();
    await t.createTable('bot_host_guesses')
      .addColumn('platform', 'text', (c) => c.notNull())
      .addColumn('user', 'text', (c) => c.notNull())
      .addColumn('at', 'integer', (c) => c.notNull())
      .execute();
    await t.createTable('bot_announcements')
      .addColumn('platform', 'text', (c) => c.notNull())
      .addColumn('community', 'text', (c) => c.notNull())
      .addColumn('stream', 'text', (c) => c.notNull().references('streams.id'))
      .addColumn('chat', 'text', (c) => c.notNull())
      .addColumn('thread', 'text')
      .addColumn('role', 'text')
      .addColumn('template', 'text', (c) => c.notNull())
      .addColumn('locale', 'text', (c) => c.notNull())
      .addColumn('at', 'integer', (c) => c.notNull())
      .addPrimaryKeyConstraint('bot_announcements_pk', ['platform', 'community', 'stream'])
      .execute();
    await t.createTable('bot_posts')
      .addColumn('id', 'integer', (c) => c.primaryKey().autoIncrement())
      .addColumn('platform', 'text', (c) => c.notNull())
      .addColumn('community', 'text', (c) => c.notNull())
      .addColumn('stream', 'text', (c) => c.notNull().references('streams.id'))
      .addColumn('event', 'integer', (c) => c.notNull())
      .addColumn('chat', 'text', (c) => c.notNull())
      .addColumn('thread', 'text')
      .addColumn('message', 'text')
      .addColumn('template', 'text', (c) => c.notNull())
      .addColumn('locale', 'text', (c) => c.notNull())
      .addColumn('started_at', 'integer', (c) => c.notNull())
      .addColumn('ended_at', 'integer')
      .addColumn('heard', 'integer', (c) => c.notNull())
      .addUniqueConstraint('bot_posts_once', ['platform', 'community', 'stream', 'event'])
      .execute();
    await t.createTable('bot_messages')
      .addColumn('platform', 'text', (c) => c.notNull())
      .addColumn('chat', 'text', (c) => c.notNull())
      .addColumn('thread', 'text')
      .addColumn('message', 'text', (c) => c.notNull())
      .addColumn('kind', 'text', (c) => c.notNull())
      .addColumn('of', 'text', (c) => c.notNull())
      .addColumn('locale', 'text', (c) => c.notNull())
      .addColumn('at', 'integer', (c) => c.notNull())
      .addPrimaryKeyConstraint('bot_messages_pk', ['platform', 'chat', 'message'])
      .execute();
  },
};
