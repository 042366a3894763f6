// Watch links: sub-allowances of a sponsor's channel, each with its own key; made and raised without a transaction.
import type { Store } from '../store/index.js';
import type { WatchLink } from '../vocabulary/api.js';
import { Problem } from '../vocabulary/problems.js';
import type { Hex } from '../vocabulary/values.js';
import type { Ledger } from './ledger.js';
import { type Purse, purseState } from './purse.js';
import { createTurns } from './turns.js';
import { type Domain, passId } from './typed-data.js';

export interface LinkWish {
  /** The address of the link's key, which only its maker and its holder know. */
  signer: Hex;
  limit: bigint;
  label: string;
}

export const watchLink = (purse: Readonly<Purse>): WatchLink => ({
  ...purseState(purse),
  signer: purse.signer,
  label: purse.label,
  createdAt: purse.createdAt,
});

export type Links = ReturnType<typeof createLinks>;

export function createLinks(needs: { store: Store; ledger: Ledger; domain: Domain; now: () => number }) {
  const { store, ledger, domain, now } = needs;
  const turn = createTurns<string>();

  /** Makes links of a stream on a sponsor's channel. A wish for a key that has its link already changes nothing. */
  async function make(stream: string, channel: Hex, wishes: readonly LinkWish[]): Promise<Readonly<Purse>[]> {
    if (!ledger.purse(channel)) throw new Problem('sponsor_unavailable');
    const fresh = new Map<Hex, Purse>();
    for (const { signer, limit, label } of wishes) {
      const id = passId(channel, signer, domain);
      if (ledger.purse(id) || fresh.has(id)) continue;
      const money = { limit, authorized: 0n, spent: 0n, signature: null, closing: false };
      fresh.set(id, { id, kind: 'pass', signer, channel, stream, label, createdAt: now(), ...money });
    }
    await ledger.add([...fresh.values()]);
    return wishes.map((wish) => {
      const purse = ledger.purse(passId(channel, wish.signer, domain));
      if (!purse) throw new Problem('unknown_purse');
      return purse;
    });
  }

  async function raise(id: string, link: Hex, amount: bigint): Promise<Readonly<Purse>> {
    const purse = ledger.purse(link);
    if (purse?.kind !== 'pass') throw new Problem('unknown_purse');
    const done = await store.db.selectFrom('top_ups').selectAll().where('id', '=', id).executeTakeFirst();
    if (done) {
      if (done.purse !== link || done.amount !== amount.toString()) throw new Problem('id_reused');
      return purse;
    }
    return ledger.adjust(
      link,
      (p) => {
        p.limit += amount;
      },
      async (trx) => {
        await trx.insertInto('top_ups').values({ id, purse: link, amount: amount.toString(), at: now() }).execute();
      },
    );
  }

  /** Raises a link's limit, once for each `id`. Problems: unknown_purse, id_reused. */
  const topUp = (id: string, link: Hex, amount: bigint): Promise<Readonly<Purse>> =>
    turn(id, () => raise(id, link, amount));

  return { make, topUp };
}
