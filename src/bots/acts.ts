// Which uses of commands were begun and answered: on disk before anything is done, so that a restart can answer the rest.
import type { Store } from '../store/index.js';
import type { Platform } from './command.js';

/** What is needed to do it again, and to answer it; both are the adapter's own. */
export interface Begun {
  id: string;
  at: number;
  ask: string;
}

/** Discord takes answers for this long. */
const answerableMs = 14 * 60_000;
const keptMs = 24 * 3600_000;

export type Acts = ReturnType<typeof createActs>;

export function createActs({ store, platform, now }: { store: Store; platform: Platform; now: () => number }) {
  const rows = () => store.db.selectFrom('bot_acts').selectAll().where('platform', '=', platform);

  return {
    /** False when it was delivered before, whether that is answered, under way, or left by an earlier run. */
    begin: (id: string, ask: string): Promise<boolean> =>
      store.write(async (trx) => {
        await trx
          .deleteFrom('bot_acts')
          .where('at', '<', now() - keptMs)
          .execute();
        const row = { platform, id, ask, answered: 0, at: now() };
        const made = trx
          .insertInto('bot_acts')
          .values(row)
          .onConflict((c) => c.doNothing());
        return ((await made.executeTakeFirst()).numInsertedOrUpdatedRows ?? 0n) > 0n;
      }),
    answered: (id: string): Promise<void> =>
      store.write(async (trx) => {
        const row = trx.updateTable('bot_acts').set({ answered: 1 }).where('platform', '=', platform);
        await row.where('id', '=', id).execute();
      }),
    /** Begun by an earlier run of this program and never answered, oldest first. */
    unanswered: (): Promise<Begun[]> =>
      rows()
        .where('answered', '=', 0)
        .where('at', '>', now() - answerableMs)
        .orderBy('at')
        .execute(),
    /** What an act was asked with; null when it is too long ago. */
    find: async (id: string): Promise<Begun | null> => (await rows().where('id', '=', id).executeTakeFirst()) ?? null,
  };
}
