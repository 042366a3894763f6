// What each community has set: who pays for its links and how much for each person, and where shows are announced.
import type { Store } from '../store/index.js';
import type { BotCommunityRow } from '../store/schema.js';
import type { Community } from './command.js';

export interface Sponsoring {
  /** For each person and show, base units. */
  each: bigint;
  /** Accounts must be this old. */
  days: number;
  /** For everybody together in 24 hours; null: no more than the purse. */
  daily: bigint | null;
}

export type Communities = ReturnType<typeof createCommunities>;

const sponsoringOf = (row: BotCommunityRow | undefined): Sponsoring | null =>
  row?.each == null
    ? null
    : { each: BigInt(row.each), days: row.days, daily: row.daily === null ? null : BigInt(row.daily) };

export function createCommunities({ store, now }: { store: Store; now: () => number }) {
  const row = ({ platform, id }: Pick<Community, 'platform' | 'id'>) => {
    const rows = store.db.selectFrom('bot_communities').selectAll().where('platform', '=', platform);
    return rows.where('id', '=', id).executeTakeFirst();
  };

  return {
    sponsoring: async (of: Community): Promise<Sponsoring | null> => sponsoringOf(await row(of)),
    /** Null: no more links. */
    async sponsor({ platform, id, title }: Community, terms: Sponsoring | null): Promise<void> {
      const set = {
        title,
        each: terms && `${terms.each}`,
        days: terms?.days ?? 0,
        daily: terms?.daily == null ? null : `${terms.daily}`,
      };
      await store.write(async (trx) => {
        await trx
          .insertInto('bot_communities')
          .values({ platform, id, at: now(), ...set })
          .onConflict((c) => c.columns(['platform', 'id']).doUpdateSet(set))
          .execute();
      });
    },
  };
}
