// Where each community wants to hear that a show begins, whom it pings, and in which words.
import type { Selectable } from 'kysely';
import type { Store } from '../store/index.js';
import type { BotAnnouncementRow } from '../store/rows/bots.js';
import type { Community, Place } from './command.js';

export interface Announcement {
  community: Pick<Community, 'platform' | 'id'>;
  stream: string;
  place: Place;
  /** The only role that is pinged; Discord only. */
  role: string | null;
  /** With {title}, {price} and {host}; empty: in our own words. */
  template: string;
  locale: string;
  /** Since when, ms. */
  at: number;
}

const fromRow = (row: Selectable<BotAnnouncementRow>): Announcement => ({
  ...{ community: { platform: row.platform, id: row.community }, stream: row.stream, role: row.role, at: row.at },
  ...{ template: row.template, locale: row.locale },
  place: { platform: row.platform, chat: row.chat, ...(row.thread !== null && { thread: row.thread }) },
});

export type Announcements = ReturnType<typeof createAnnouncements>;

export function createAnnouncements({ store, now }: { store: Store; now: () => number }) {
  return {
    /** One for each community and show. */
    async set({ community, stream, place, role, template, locale }: Omit<Announcement, 'at'>): Promise<void> {
      const { platform, id } = community;
      const to = { chat: place.chat, thread: place.thread ?? null, role, template, locale, at: now() };
      await store.write(async (trx) => {
        await trx
          .insertInto('bot_announcements')
          .values({ platform, community: id, stream, ...to })
          .onConflict((c) => c.columns(['platform', 'community', 'stream']).doUpdateSet(to))
          .execute();
      });
    },
    /** Of one show, or of all; resolves to how many there were. */
    drop: ({ platform, id }: Announcement['community'], stream?: string): Promise<number> =>
      store.write(async (trx) => {
        const rows = trx.deleteFrom('bot_announcements').where('platform', '=', platform).where('community', '=', id);
        const some = stream === undefined ? rows : rows.where('stream', '=', stream);
        return Number((await some.executeTakeFirst()).numDeletedRows);
      }),
    async of({ platform, id }: Announcement['community']): Promise<Announcement[]> {
      const rows = store.db.selectFrom('bot_announcements').selectAll().where('platform', '=', platform);
      return (await rows.where('community', '=', id).orderBy('stream').execute()).map(fromRow);
    },
    async ofStream(stream: string): Promise<Announcement[]> {
      const rows = store.db.selectFrom('bot_announcements').selectAll().where('stream', '=', stream);
      return (await rows.orderBy('at').execute()).map(fromRow);
    },
  };
}
