// Announcements that were posted: each is written down before it is posted, so that no restart and no repeat posts it twice.
import type { Selectable } from 'kysely';
import type { Store } from '../store/index.js';
import type { BotPostRow } from '../store/rows/bots.js';
import type { Announcement } from './announcements.js';
import type { Said } from './poster.js';

export interface ShowPost {
  id: number;
  platform: Announcement['community']['platform'];
  community: string;
  stream: string;
  /** Null: it is not known whether it got there. */
  said: Said | null;
  template: string;
  locale: string;
  startedAt: number;
  /** Null while the show goes on. */
  endedAt: number | null;
  /** The last event of the feed that it has followed. */
  heard: number;
}

/** An event of the feed. */
interface Heard {
  n: number;
  at: number;
}

function fromRow(row: Selectable<BotPostRow>): ShowPost {
  const { platform, chat, thread, message } = row;
  const place = { platform, chat, ...(thread !== null && { thread }) };
  return {
    ...{ id: row.id, platform, community: row.community, stream: row.stream, template: row.template },
    ...{ said: message === null ? null : { place, message }, locale: row.locale, heard: row.heard },
    ...{ startedAt: row.started_at, endedAt: row.ended_at },
  };
}

export type ShowPosts = ReturnType<typeof createShowPosts>;

export function createShowPosts({ store }: { store: Store }) {
  const all = () => store.db.selectFrom('bot_posts').selectAll();

  const update = (id: number, set: Partial<Omit<Selectable<BotPostRow>, 'id'>>): Promise<void> =>
    store.write(async (trx) => {
      await trx.updateTable('bot_posts').set(set).where('id', '=', id).execute();
    });

  return {
    /** The new post's number; null when there was one already for this event. */
    begin: ({ community, stream, place, template, locale }: Announcement, { n, at }: Heard): Promise<number | null> =>
      store.write(async (trx) => {
        const to = { chat: place.chat, thread: place.thread ?? null, message: null, template, locale };
        const row = { platform: community.platform, community: community.id, stream, ...to };
        const made = trx
          .insertInto('bot_posts')
          .values({ ...row, event: n, heard: n, started_at: at, ended_at: null })
          .onConflict((c) => c.doNothing())
          .returning('id');
        return (await made.executeTakeFirst())?.id ?? null;
      }),
    said: (id: number, { place, message }: Said): Promise<void> =>
      update(id, { chat: place.chat, thread: place.thread ?? null, message }),
    end: (id: number, at: number, heard?: number): Promise<void> =>
      update(id, { ended_at: at, ...(heard !== undefined && { heard }) }),
    goOn: (id: number, heard: number): Promise<void> => update(id, { ended_at: null, heard }),
    find: async (id: number): Promise<ShowPost | null> => {
      const row = await all().where('id', '=', id).executeTakeFirst();
      return row ? fromRow(row) : null;
    },
    /** Of shows that have not ended yet. */
    open: async (): Promise<ShowPost[]> => (await all().where('ended_at', 'is', null).execute()).map(fromRow),
    /** The newest one of each community. */
    async newest(stream: string): Promise<ShowPost[]> {
      const newest = store.db
        .selectFrom('bot_posts')
        .select(({ fn }) => fn.max('id').as('id'))
        .where('stream', '=', stream)
        .groupBy(['platform', 'community']);
      return (await all().where('id', 'in', newest).execute()).map(fromRow);
    },
  };
}
