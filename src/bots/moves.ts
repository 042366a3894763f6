// Telegram groups that became other chats, as when they grow: which chat each is now, and which community it stays.
import type { Logger } from '../log.js';
import type { Store, Trx } from '../store/index.js';

type Db = Pick<Trx, 'selectFrom'>;

export type Moves = ReturnType<typeof createMoves>;

export function createMoves({ store, log, now }: { store: Store; log: Logger; now: () => number }) {
  /** Updates are taken side by side: what is looked up after a move was heard of has to see it. */
  let noting: Promise<unknown> = Promise.resolve();

  const moveOf = (db: Db, chat: string) =>
    db.selectFrom('bot_moves').select('became').where('was', '=', chat).executeTakeFirst();
  const moveInto = (db: Db, chat: string) =>
    db.selectFrom('bot_moves').select('was').where('became', '=', chat).where('apart', '=', 0).executeTakeFirst();

  async function newest(db: Db, chat: string): Promise<string> {
    const move = await moveOf(db, chat);
    return move ? newest(db, move.became) : chat;
  }

  async function first(db: Db, chat: string): Promise<string> {
    const move = await moveInto(db, chat);
    return move ? first(db, move.was) : chat;
  }

  /** Settings, announcements, or an address that money may be on its way to. */
  async function hasBegun(db: Db, id: string): Promise<boolean> {
    const own = [
      db.selectFrom('bot_communities').select('at').where('platform', '=', 'telegram').where('id', '=', id),
      db.selectFrom('bot_announcements').select('at').where('platform', '=', 'telegram').where('community', '=', id),
      db
        .selectFrom('chat_accounts')
        .select('created_at as at')
        .where('platform', '=', 'telegram')
        .where('user', '=', id)
        .where('watch_until', '>', 0),
    ];
    for (const rows of own) if (await rows.executeTakeFirst()) return true;
    return false;
  }

  async function noteIn(trx: Trx, was: string, became: string): Promise<void> {
    // Told before, by whichever of the two chats; a chat never leads back to itself.
    if ((await newest(trx, was)) === (await newest(trx, became))) return;
    const apart = await hasBegun(trx, became);
    await trx
      .insertInto('bot_moves')
      .values({ was, became, apart: Number(apart), at: now() })
      .onConflict((c) => c.doNothing())
      .execute();
    if (apart)
      log.warn({ was, became }, 'a Telegram group moved, but the new one had begun anew: they stay two communities');
  }

  async function told<T>(look: () => Promise<T>): Promise<T> {
    await noting;
    return look();
  }

  return {
    /** Durable when it resolves, however often it is told. */
    note(was: string, became: string): Promise<void> {
      const noted = store.write((trx) => noteIn(trx, was, became));
      noting = Promise.allSettled([noting, noted]);
      return noted;
    },
    /** Where the group is now, of any of its numbers. */
    chatOf: (chat: string): Promise<string> => told(() => newest(store.db, chat)),
    /** What everything that is the community's is kept by. */
    communityOf: (chat: string): Promise<string> => told(() => first(store.db, chat)),
  };
}
