// The steps that bring a database to the present schema, applied once each in order.
import type { Kysely, Migration } from 'kysely';
import { sql } from 'kysely';
import { alertLooks } from './migrations/alert-looks.js';
import { alertsAndGoals } from './migrations/alerts.js';
import { cams } from './migrations/cams.js';
import { looks } from './migrations/looks.js';
import { moves } from './migrations/moves.js';
import { obs } from './migrations/obs.js';
import { payouts } from './migrations/payouts.js';
import { polls } from './migrations/polls.js';
import { posts } from './migrations/posts.js';
import { predictions } from './migrations/predictions.js';
import { readings } from './migrations/readings.js';
import { shows } from './migrations/shows.js';
import { starts } from './migrations/starts.js';
import type { Tables } from './schema.js';

const first: Migration = {
  // biome-ignore format: one column a line reads as the table it makes
  async up(db: Kysely<unknown>) {
    const t = db.schema;
    await t.createTable('streams')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('title', 'text', (c) => c.notNull())
      .addColumn('price', 'text', (c) => c.notNull())
      .addColumn('preview_ms', 'integer', (c) => c.notNull())
      .addColumn('key_period_ms', 'integer', (c) => c.notNull())
      .addColumn('min_tip', 'text', (c) => c.notNull())
      .addColumn('media_base', 'text', (c) => c.notNull())
      .addColumn('stream_key', 'text', (c) => c.notNull().unique())
      .addColumn('overlay_token', 'text', (c) => c.notNull())
      .addColumn('next_key', 'integer', (c) => c.notNull())
      .addColumn('watched', 'text', (c) => c.notNull())
      .addColumn('tipped', 'text', (c) => c.notNull())
      .addColumn('created_at', 'integer', (c) => c.notNull())
      .execute();
    await t.createTable('key_periods')
      .addColumn('stream', 'text', (c) => c.notNull().references('streams.id'))
      .addColumn('n', 'integer', (c) => c.notNull())
      .addColumn('at', 'integer', (c) => c.notNull())
      .addColumn('duration_ms', 'integer', (c) => c.notNull())
      .addColumn('cost', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('key_periods_pk', ['stream', 'n'])
      .execute();
    await t.createTable('channels')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('payer', 'text', (c) => c.notNull())
      .addColumn('payer_authorizer', 'text', (c) => c.notNull())
      .addColumn('receiver', 'text', (c) => c.notNull())
      .addColumn('receiver_authorizer', 'text', (c) => c.notNull())
      .addColumn('token', 'text', (c) => c.notNull())
      .addColumn('withdraw_delay', 'integer', (c) => c.notNull())
      .addColumn('salt', 'text', (c) => c.notNull())
      .addColumn('balance', 'text', (c) => c.notNull())
      .addColumn('claimed', 'text', (c) => c.notNull())
      .addColumn('withdrawing', 'text', (c) => c.notNull())
      .addColumn('withdraw_at', 'integer', (c) => c.notNull())
      .addColumn('created_at', 'integer', (c) => c.notNull())
      .execute();
    await t.createTable('purses')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('kind', 'text', (c) => c.notNull())
      .addColumn('signer', 'text', (c) => c.notNull())
      .addColumn('channel', 'text', (c) => c.notNull().references('channels.id'))
      .addColumn('stream', 'text', (c) => c.references('streams.id'))
      .addColumn('credit', 'text', (c) => c.notNull())
      .addColumn('authorized', 'text', (c) => c.notNull())
      .addColumn('spent', 'text', (c) => c.notNull())
      .addColumn('signature', 'text')
      .addColumn('closing', 'integer', (c) => c.notNull())
      .addColumn('label', 'text', (c) => c.notNull())
      .addColumn('created_at', 'integer', (c) => c.notNull())
      .execute();
    await t.createTable('charges')
      .addColumn('payer', 'text', (c) => c.notNull())
      .addColumn('reason', 'text', (c) => c.notNull())
      .addColumn('purse', 'text', (c) => c.references('purses.id'))
      .addColumn('stream', 'text', (c) => c.notNull().references('streams.id'))
      .addColumn('kind', 'text', (c) => c.notNull())
      .addColumn('amount', 'text', (c) => c.notNull())
      .addColumn('duration_ms', 'integer', (c) => c.notNull())
      .addColumn('at', 'integer', (c) => c.notNull())
      .addPrimaryKeyConstraint('charges_pk', ['payer', 'reason'])
      .execute();
    await t.createTable('tips')
      .addColumn('payer', 'text', (c) => c.notNull())
      .addColumn('id', 'text', (c) => c.notNull())
      .addColumn('stream', 'text', (c) => c.notNull().references('streams.id'))
      .addColumn('purse', 'text', (c) => c.notNull().references('purses.id'))
      .addColumn('amount', 'text', (c) => c.notNull())
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('message', 'text', (c) => c.notNull())
      .addColumn('at', 'integer', (c) => c.notNull())
      .addColumn('event', 'integer', (c) => c.notNull())
      .addPrimaryKeyConstraint('tips_pk', ['payer', 'id'])
      .execute();
    await t.createTable('events')
      // AUTOINCREMENT: a number is never given twice, also when the newest row was removed.
      .addColumn('n', 'integer', (c) => c.primaryKey().autoIncrement())
      .addColumn('stream', 'text', (c) => c.notNull().references('streams.id'))
      .addColumn('type', 'text', (c) => c.notNull())
      .addColumn('data', 'text', (c) => c.notNull())
      .addColumn('at', 'integer', (c) => c.notNull())
      .execute();
    await t.createIndex('events_by_stream').on('events').columns(['stream', 'n']).execute();
    await t.createTable('top_ups')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('purse', 'text', (c) => c.notNull().references('purses.id'))
      .addColumn('amount', 'text', (c) => c.notNull())
      .addColumn('at', 'integer', (c) => c.notNull())
      .execute();
    await t.createTable('deposits')
      .addColumn('nonce', 'text', (c) => c.primaryKey())
      .addColumn('channel', 'text', (c) => c.notNull())
      .addColumn('amount', 'text', (c) => c.notNull())
      .addColumn('tx', 'text', (c) => c.notNull())
      .addColumn('at', 'integer', (c) => c.notNull())
      .execute();
    await t.createTable('settlements')
      .addColumn('id', 'integer', (c) => c.primaryKey().autoIncrement())
      .addColumn('kind', 'text', (c) => c.notNull())
      .addColumn('channel', 'text')
      .addColumn('recipient', 'text', (c) => c.notNull())
      .addColumn('amount', 'text', (c) => c.notNull())
      .addColumn('tx', 'text', (c) => c.notNull())
      .addColumn('at', 'integer', (c) => c.notNull())
      .execute();
    await t.createTable('meta')
      .addColumn('name', 'text', (c) => c.primaryKey())
      .addColumn('value', 'text', (c) => c.notNull())
      .execute();
  },
};

/** Links that end or are taken back, and people who get one link each. */
const linksThatEnd: Migration = {
  // biome-ignore format: one column a line reads as the table it makes
  async up(db: Kysely<unknown>) {
    const t = db.schema;
    await t.alterTable('purses').addColumn('expires_at', 'integer').execute();
    await t.alterTable('purses').addColumn('revoked_at', 'integer').execute();
    await t.createTable('link_people')
      .addColumn('stream', 'text', (c) => c.notNull().references('streams.id'))
      .addColumn('sponsor', 'text', (c) => c.notNull())
      .addColumn('person', 'text', (c) => c.notNull())
      .addColumn('purse', 'text', (c) => c.notNull().references('purses.id'))
      .addPrimaryKeyConstraint('link_people_pk', ['stream', 'sponsor', 'person'])
      .execute();
  },
};

/** What is sent is kept before it is sent; what the chain says replaces our own notes of settlements. */
const outboxAndEvents: Migration = {
  // biome-ignore format: one column a line reads as the table it makes
  async up(db: Kysely<unknown>) {
    const t = db.schema;
    await t.createTable('transactions')
      .addColumn('id', 'integer', (c) => c.primaryKey().autoIncrement())
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('target', 'text', (c) => c.notNull())
      .addColumn('data', 'text', (c) => c.notNull())
      .addColumn('nonce', 'integer', (c) => c.notNull())
      .addColumn('raw', 'text', (c) => c.notNull())
      .addColumn('gas', 'text', (c) => c.notNull())
      .addColumn('fee', 'text', (c) => c.notNull())
      .addColumn('tip', 'text', (c) => c.notNull())
      .addColumn('hashes', 'text', (c) => c.notNull())
      .addColumn('state', 'text', (c) => c.notNull())
      .addColumn('at', 'integer', (c) => c.notNull())
      .addColumn('offered_at', 'integer', (c) => c.notNull())
      .execute();
    await t.createTable('chain_events')
      .addColumn('block', 'integer', (c) => c.notNull())
      .addColumn('log_index', 'integer', (c) => c.notNull())
      .addColumn('block_hash', 'text', (c) => c.notNull())
      .addColumn('tx', 'text', (c) => c.notNull())
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('channel', 'text')
      .addColumn('amount', 'text', (c) => c.notNull())
      .addColumn('at', 'integer', (c) => c.notNull())
      .addPrimaryKeyConstraint('chain_events_pk', ['block', 'log_index'])
      .execute();
    await t.dropTable('settlements').execute();
  },
};

/** Chat purses: their accounts, codes, links to pages, allowances, and money on its way in and out. */
const chatPurses: Migration = {
  // biome-ignore format: one column a line reads as the table it makes
  async up(db: Kysely<unknown>) {
    const t = db.schema;
    await t.createTable('chat_accounts')
      .addColumn('platform', 'text', (c) => c.notNull())
      .addColumn('user', 'text', (c) => c.notNull())
      .addColumn('address', 'text', (c) => c.notNull().unique())
      .addColumn('per_command', 'text')
      .addColumn('per_day', 'text')
      .addColumn('watch_until', 'integer', (c) => c.notNull())
      .addColumn('created_at', 'integer', (c) => c.notNull())
      .addPrimaryKeyConstraint('chat_accounts_pk', ['platform', 'user'])
      .execute();
    await t.createTable('chat_codes')
      .addColumn('platform', 'text', (c) => c.notNull())
      .addColumn('user', 'text', (c) => c.notNull())
      .addColumn('hash', 'text', (c) => c.notNull().unique())
      .addColumn('shown_as', 'text', (c) => c.notNull())
      .addColumn('expires_at', 'integer', (c) => c.notNull())
      .addPrimaryKeyConstraint('chat_codes_pk', ['platform', 'user'])
      .execute();
    await t.createTable('chat_links')
      .addColumn('platform', 'text', (c) => c.notNull())
      .addColumn('user', 'text', (c) => c.notNull())
      .addColumn('payer', 'text', (c) => c.notNull())
      .addColumn('code', 'text', (c) => c.notNull())
      .addColumn('channel', 'text', (c) => c.references('channels.id'))
      .addColumn('amount', 'text', (c) => c.notNull())
      .addColumn('signature', 'text')
      .addColumn('at', 'integer', (c) => c.notNull())
      .addPrimaryKeyConstraint('chat_links_pk', ['platform', 'user'])
      .execute();
    await t.createTable('chat_payers')
      .addColumn('payer', 'text', (c) => c.primaryKey())
      .addColumn('platform', 'text', (c) => c.notNull())
      .addColumn('user', 'text', (c) => c.notNull())
      .addColumn('at', 'integer', (c) => c.notNull())
      .execute();
    await t.createTable('chat_allowances')
      .addColumn('stream', 'text', (c) => c.notNull().references('streams.id'))
      .addColumn('platform', 'text', (c) => c.notNull())
      .addColumn('user', 'text', (c) => c.notNull())
      .addColumn('channel', 'text', (c) => c.notNull())
      .addColumn('amount', 'text', (c) => c.notNull())
      .addColumn('at', 'integer', (c) => c.notNull())
      .addColumn('revoked_at', 'integer')
      .addPrimaryKeyConstraint('chat_allowances_pk', ['stream', 'platform', 'user'])
      .execute();
    await t.createTable('chat_deposits')
      .addColumn('address', 'text', (c) => c.primaryKey())
      .addColumn('request', 'text', (c) => c.notNull())
      .addColumn('at', 'integer', (c) => c.notNull())
      .execute();
    await t.createTable('chat_withdrawals')
      .addColumn('address', 'text', (c) => c.notNull())
      .addColumn('id', 'text', (c) => c.notNull())
      .addColumn('recipient', 'text', (c) => c.notNull())
      .addColumn('state', 'text', (c) => c.notNull())
      .addColumn('amount', 'text', (c) => c.notNull())
      .addColumn('valid_before', 'integer', (c) => c.notNull())
      .addColumn('tx', 'text', (c) => c.notNull())
      .addColumn('reason', 'text', (c) => c.notNull())
      .addColumn('at', 'integer', (c) => c.notNull())
      .addPrimaryKeyConstraint('chat_withdrawals_pk', ['address', 'id'])
      .execute();
  },
};

const bots: Migration = {
  // biome-ignore format: one column a line reads as the table it makes
  async up(db: Kysely<unknown>) {
    const t = db.schema;
    await t.createTable('bot_acts')
      .addColumn('platform', 'text', (c) => c.notNull())
      .addColumn('id', 'text', (c) => c.notNull())
      .addColumn('ask', 'text', (c) => c.notNull())
      .addColumn('answered', 'integer', (c) => c.notNull())
      .addColumn('at', 'integer', (c) => c.notNull())
      .addPrimaryKeyConstraint('bot_acts_pk', ['platform', 'id'])
      .execute();
    await t.createIndex('bot_acts_at').on('bot_acts').column('at').execute();
    await t.createTable('bot_communities')
      .addColumn('platform', 'text', (c) => c.notNull())
      .addColumn('id', 'text', (c) => c.notNull())
      .addColumn('title', 'text', (c) => c.notNull())
      .addColumn('each', 'text')
      .addColumn('days', 'integer', (c) => c.notNull())
      .addColumn('daily', 'text')
      .addColumn('at', 'integer', (c) => c.notNull())
      .addPrimaryKeyConstraint('bot_communities_pk', ['platform', 'id'])
      .execute();
    await t.createTable('bot_handouts')
      .addColumn('platform', 'text', (c) => c.notNull())
      .addColumn('community', 'text', (c) => c.notNull())
      .addColumn('stream', 'text', (c) => c.notNull().references('streams.id'))
      .addColumn('account_platform', 'text', (c) => c.notNull())
      .addColumn('account', 'text', (c) => c.notNull())
      .addColumn('amount', 'text', (c) => c.notNull())
      .addColumn('at', 'integer', (c) => c.notNull())
      .addPrimaryKeyConstraint('bot_handouts_pk', ['platform', 'community', 'stream', 'account_platform', 'account'])
      .execute();
  },
};

const steps: readonly Migration[] = [
  first,
  linksThatEnd,
  outboxAndEvents,
  chatPurses,
  bots,
  polls,
  posts,
  alertsAndGoals,
  predictions,
  moves,
  readings,
  alertLooks,
  shows,
  payouts,
  looks,
  obs,
  cams,
  starts,
];

/** Applies what is missing; each step and its mark are one transaction. Throws if the database is newer than this program. */
export async function migrate(db: Kysely<Tables>): Promise<void> {
  await sql`create table if not exists schema_version (version integer not null)`.execute(db);
  const { rows } = await sql<{ version: number }>`select max(version) as version from schema_version`.execute(db);
  const version = rows[0]?.version ?? 0;
  if (version > steps.length) throw new Error(`the database is of a newer dTok (schema ${version}); update dTok`);
  for (const [i, step] of steps.entries()) {
    if (i < version) continue;
    await db.transaction().execute(async (trx) => {
      await step.up(trx);
      await sql`insert into schema_version (version) values (${i + 1})`.execute(trx);
    });
  }
}
