// Tips: charged, stored and put on the feed in one transaction, once for each id.
import type { Feed } from '../feed/index.js';
import type { Store, Trx } from '../store/index.js';
import { Problem } from '../vocabulary/problems.js';
import type { Hex } from '../vocabulary/values.js';
import type { Settles } from './charges.js';
import type { Ledger } from './ledger.js';
import type { Purse } from './purse.js';

export interface TipWish {
  payer: Hex;
  stream: string;
  /** Chosen by the tipper; the same id again is the same tip. */
  id: string;
  /** Base units. */
  amount: bigint;
  name: string;
  message: string;
}

export interface Tip {
  id: string;
  /** The number of its event. */
  n: number;
  amount: bigint;
  name: string;
  message: string;
  at: number;
  purse: Readonly<Purse>;
}

export type Tips = ReturnType<typeof createTips>;

export function createTips(needs: {
  store: Store;
  ledger: Ledger;
  feed: Feed;
  /** The smallest tip of a stream, base units. */
  minimum: (stream: string) => bigint;
  /** Written in the tip's transaction. */
  also?: (trx: Trx, tip: TipWish & { n: number; at: number; settles: Settles }) => Promise<void>;
  onTip?: (stream: string, tip: TipWish & { n: number; at: number }) => void;
}) {
  const { store, ledger, feed, minimum, also = async () => {}, onTip = () => {} } = needs;

  /** The tip of that id, when there is one. Problem: id_reused, when it is another. */
  async function find(wish: TipWish): Promise<Tip | null> {
    const { payer, id, stream, amount, name, message } = wish;
    const row = await store.db
      .selectFrom('tips')
      .selectAll()
      .where('payer', '=', payer)
      .where('id', '=', id)
      .executeTakeFirst();
    const purse = row && ledger.purse(row.purse);
    if (!purse) return null;
    const same = row.stream === stream && row.amount === `${amount}` && row.name === name && row.message === message;
    if (!same) throw new Problem('id_reused');
    return { ...row, n: row.event, amount, purse };
  }

  /**
   * Takes a tip from the payer's purses and shows it.
   * Problems: tip_too_small, id_reused, and those of `ledger.charge`.
   */
  async function tip(wish: TipWish): Promise<Tip> {
    const before = await find(wish);
    if (before) return before;
    const least = minimum(wish.stream);
    if (wish.amount < least || wish.amount === 0n) throw new Problem('tip_too_small', { minimum: least.toString() });
    const { payer, id, stream, amount, name, message } = wish;
    await ledger.charge({
      payer,
      reason: `tip/${id}`,
      stream,
      kind: 'tip',
      amount,
      durationMs: 0,
      also: async (trx, charge) => {
        const data = { id, name, message, amount: amount.toString() };
        const { n, at } = await feed.append(trx, { stream, type: 'tip', data });
        const purse = charge.purse?.id;
        const { settles } = charge;
        if (!purse || !settles) throw new Problem('internal');
        await trx
          .insertInto('tips')
          .values({ payer, id, stream, purse, amount: data.amount, name, message, at, event: n })
          .execute();
        await also(trx, { ...wish, n, at, settles });
      },
    });
    feed.announce();
    const made = await find(wish);
    if (!made) throw new Problem('id_reused');
    onTip(stream, { ...wish, n: made.n, at: made.at });
    return made;
  }

  return { tip };
}
