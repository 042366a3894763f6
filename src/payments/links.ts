// Watch links: sub-allowances of a sponsor's channel, each with its own key; made, raised and taken back without a transaction.
import type { Store } from '../store/index.js';
import { createTurns } from '../turns.js';
import type { LinkState, LinksQuery, WatchLink } from '../vocabulary/links.js';
import { Problem } from '../vocabulary/problems.js';
import type { Hex } from '../vocabulary/values.js';
import type { Ledger } from './ledger.js';
import { type Purse, purseState, remaining, shutBy } from './purse.js';
import { type Domain, passId } from './typed-data.js';

/** What a voucher can say: uint128. */
const mostLimit = 2n ** 128n - 1n;

export interface LinkWish {
  /** The address of the link's key, which only its maker and its holder know. */
  signer: Hex;
  limit: bigint;
  label: string;
  /** The last moment at which it pays, ms; null for a link that does not end. */
  expiresAt?: number | null;
  /** Its label names a person, who gets one link of this sponsor for this stream. */
  once?: boolean;
}

export function linkState(link: Readonly<Purse>, now: number): LinkState {
  const shut = shutBy(link, now);
  if (shut) return shut === 'link_revoked' ? 'revoked' : 'expired';
  return remaining(link) > 0n ? 'open' : 'used_up';
}

export const watchLink = (link: Readonly<Purse>, now: number): WatchLink => ({
  ...purseState(link),
  signer: link.signer,
  label: link.label,
  createdAt: link.createdAt,
  expiresAt: link.expiresAt ?? null,
  revokedAt: link.revokedAt ?? null,
  state: linkState(link, now),
});

type Order = (a: Readonly<Purse>, b: Readonly<Purse>) => number;
const big = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);
const orders: Record<LinksQuery['sort'], Order> = {
  newest: () => 0,
  spent: (a, b) => big(b.spent, a.spent),
  left: (a, b) => big(remaining(b), remaining(a)),
  label: (a, b) => a.label.localeCompare(b.label, 'en', { numeric: true }),
};

/** The links that a question is about, in its order: by a part of the label, or the start of the id or address. */
export function findLinks(
  links: readonly Readonly<Purse>[],
  asked: Pick<LinksQuery, 'search' | 'state' | 'sort'>,
  now: number,
): Readonly<Purse>[] {
  const search = asked.search.trim().toLowerCase();
  const named = (link: Readonly<Purse>): boolean =>
    link.label.toLowerCase().includes(search) || link.id.startsWith(search) || link.signer.startsWith(search);
  return links
    .filter((link) => (!search || named(link)) && (!asked.state || linkState(link, now) === asked.state))
    .reverse()
    .sort(orders[asked.sort]);
}

/** What a sponsor's channel holds, beside what its open links may still spend of it. Base units. */
export interface Budget {
  balance: bigint;
  spent: bigint;
  /** Σ of what open links have left. What closed links did not spend is free again. */
  promised: bigint;
  links: number;
  /** More is promised than is there: links may find nothing left before they reach their limits. */
  overcommitted: boolean;
}

export function budgetOf(channel: Readonly<Purse>, links: readonly Readonly<Purse>[], now: number): Budget {
  const open = links.filter((link) => linkState(link, now) === 'open');
  const promised = open.reduce((sum, link) => sum + remaining(link), 0n);
  const { limit, spent } = channel;
  return { balance: limit, spent, promised, links: links.length, overcommitted: promised > remaining(channel) };
}

export type Links = ReturnType<typeof createLinks>;

export function createLinks(needs: { store: Store; ledger: Ledger; domain: Domain; now: () => number }) {
  const { store, ledger, domain, now } = needs;
  const turn = createTurns<string>();

  /** The links that people have already. */
  async function held(stream: string, sponsor: Hex, people: readonly string[]): Promise<Map<string, Hex>> {
    if (people.length === 0) return new Map();
    const rows = await store.db
      .selectFrom('link_people')
      .select(['person', 'purse'])
      .where('stream', '=', stream)
      .where('sponsor', '=', sponsor)
      .where('person', 'in', people)
      .execute();
    return new Map(rows.map(({ person, purse }) => [person, purse]));
  }

  async function makeNow(stream: string, channel: Hex, wishes: readonly LinkWish[]): Promise<Readonly<Purse>[]> {
    const sponsor = ledger.purse(channel)?.signer;
    if (!sponsor) throw new Problem('sponsor_unavailable');
    const people = await held(stream, sponsor, [...new Set(wishes.flatMap((w) => (w.once ? [w.label] : [])))]);
    const before = new Set(people.keys());
    const fresh = new Map<Hex, Purse>();
    const ids = wishes.map(({ signer, limit, label, expiresAt = null, once }) => {
      const id = (once && people.get(label)) || passId(channel, signer, domain);
      if (ledger.purse(id) || fresh.has(id)) return id;
      const money = { limit, authorized: 0n, spent: 0n, signature: null, closing: false, revokedAt: null };
      fresh.set(id, { id, kind: 'pass', signer, channel, stream, label, expiresAt, createdAt: now(), ...money });
      if (once) people.set(label, id);
      return id;
    });
    const rows = [...people].flatMap(([person, purse]) =>
      before.has(person) ? [] : [{ stream, sponsor, person, purse }],
    );
    // People refer to links, so they follow them; both are one transaction.
    await ledger.add([...fresh.values()], undefined, async (trx) => {
      for (let i = 0; i < rows.length; i += 5000) {
        await trx
          .insertInto('link_people')
          .values(rows.slice(i, i + 5000))
          .execute();
      }
    });
    return ids.map(must);
  }

  /**
   * Makes links of a stream on a sponsor's channel, all or none. A wish for a key that has its link already, or for a
   * person who has one, makes none: the answer is the link that is there. Problem: sponsor_unavailable.
   */
  const make = (stream: string, channel: Hex, wishes: readonly LinkWish[]): Promise<Readonly<Purse>[]> =>
    turn(channel, () => makeNow(stream, channel, wishes));

  function must(id: Hex): Readonly<Purse> {
    const purse = ledger.purse(id);
    if (purse?.kind !== 'pass') throw new Problem('unknown_purse');
    return purse;
  }

  async function raise(id: string, link: Hex, amount: bigint): Promise<Readonly<Purse>> {
    const purse = must(link);
    const done = await store.db.selectFrom('top_ups').selectAll().where('id', '=', id).executeTakeFirst();
    if (done) {
      if (done.purse !== link || done.amount !== amount.toString()) throw new Problem('id_reused');
      return purse;
    }
    const shut = shutBy(purse, now());
    if (shut) throw new Problem(shut);
    if (purse.limit + amount > mostLimit) throw new Problem('bad_request', { reason: 'the limit would be too large' });
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

  /** Raises a link's limit, once for each `id`. Problems: unknown_purse, id_reused, link_revoked, link_expired. */
  const topUp = (id: string, link: Hex, amount: bigint): Promise<Readonly<Purse>> =>
    turn(id, () => raise(id, link, amount));

  /**
   * Takes links of a channel back: from now on they pay nothing; durable when it resolves, to those newly revoked.
   * Problem: unknown_purse, and then none is revoked.
   */
  async function revoke(channel: Hex, ids: readonly Hex[]): Promise<Readonly<Purse>[]> {
    const links = [...new Set(ids)].map(must);
    if (links.some((link) => link.channel !== channel)) throw new Problem('unknown_purse');
    const open = links.filter((link) => !link.revokedAt);
    const at = now();
    return Promise.all(
      open.map(({ id }) =>
        ledger.adjust(id, (link) => {
          link.revokedAt = at;
        }),
      ),
    );
  }

  return { make, topUp, revoke };
}
