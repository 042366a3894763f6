// Which uses of commands were begun and answered: on disk before anything is done, so that a restart can answer the rest.
import { createCommitter } from '../payments/index.js';
import type { Store, Trx } from '../store/index.js';
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

  const committer = createCommitter<null>({
    store,
    save: async (trx) => {
      const old = trx.deleteFrom('bot_acts').where('at', '<', now() - keptMs);
      await old.execute();
    },
  });
  /** What comes together is written together: in a burst, not one after the other. */
  const write = <T>(also: (trx: Trx) => Promise<T>): Promise<T | undefined> =>
    committer.commit({ effect: null, undo: () => {}, also });

  return {
    /** False when it was delivered before, whether that is answered, under way, or left by an earlier run. */
    begin: async (id: string, ask: string): Promise<boolean> => {
      const row = { platform, id, ask, answered: 0, at: now() };
      const made = await write((trx) =>
        trx
          .insertInto('bot_acts')
          .values(row)
          .onConflict((c) => c.doNothing())
          .executeTakeFirst(),
      );
      return (made?.numInsertedOrUpdatedRows ?? 0n) > 0n;
    },
    answered: async (id: string): Promise<void> => {
      await write((trx) => {
        const row = trx.updateTable('bot_acts').set({ answered: 1 }).where('platform', '=', platform);
        return row.where('id', '=', id).execute();
      });
    },
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
