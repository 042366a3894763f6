// What of a stream's shows everybody may know: durable when `change` resolves.
import type { Store } from '../store/index.js';
import type { ShowSettings } from '../vocabulary/shows.js';

const fresh: ShowSettings = { names: true, earnings: false };

export type ShowSettingsBook = ReturnType<typeof createShowSettings>;

export function createShowSettings({ store }: { store: Store }) {
  async function get(stream: string): Promise<ShowSettings> {
    const row = store.db.selectFrom('show_settings').selectAll().where('stream', '=', stream);
    const found = await row.executeTakeFirst();
    return found ? { names: found.names === 1, earnings: found.earnings === 1 } : fresh;
  }
  return {
    get,
    async change(stream: string, patch: { [K in keyof ShowSettings]?: boolean | undefined }): Promise<ShowSettings> {
      const before = await get(stream);
      const next = { names: patch.names ?? before.names, earnings: patch.earnings ?? before.earnings };
      const row = { names: next.names ? 1 : 0, earnings: next.earnings ? 1 : 0 };
      await store.write(async (trx) => {
        await trx
          .insertInto('show_settings')
          .values({ stream, ...row })
          .onConflict((c) => c.column('stream').doUpdateSet(row))
          .execute();
      });
      return next;
    },
  };
}
