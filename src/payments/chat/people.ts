// Who is one person: chat accounts and the keys that pay for them, joined where one of them proved the other.
import type { Store } from '../../store/index.js';
import type { Hex } from '../../vocabulary/values.js';
import type { Account } from './accounts.js';
import { nameOf } from './keys.js';

/** A chat account by its name, or a payer's address. */
export type Member = string;

/** Pure. Joins hold both ways, and over several steps: two accounts linked to one page are one person. */
export function createPeople() {
  const joined = new Map<Member, Set<Member>>();
  const beside = (member: Member): Set<Member> => {
    const known = joined.get(member) ?? new Set();
    joined.set(member, known);
    return known;
  };

  function members(member: Member): Member[] {
    const seen = new Set([member]);
    for (const one of seen) for (const next of joined.get(one) ?? []) seen.add(next);
    return [...seen].sort();
  }

  return {
    join(account: string, payer: Hex): void {
      beside(account).add(payer);
      beside(payer).add(account);
    },
    part(account: string, payer: Hex): void {
      joined.get(account)?.delete(payer);
      joined.get(payer)?.delete(account);
    },
    members,
    /** The same for all members of one person. */
    personOf: (member: Member): string => members(member)[0] ?? member,
  };
}

export type People = Awaited<ReturnType<typeof openPeople>>;

/** With the keys of links that were handed out in chat. */
export async function openPeople({ store, now }: { store: Store; now: () => number }) {
  const people = createPeople();
  for (const row of await store.db.selectFrom('chat_payers').selectAll().execute()) people.join(nameOf(row), row.payer);

  /** Keeps whose key it is; the first to get it stays its owner. */
  async function handOut({ platform, user, name }: Account, payer: Hex): Promise<void> {
    const row = { payer, platform, user, at: now() };
    const kept = await store.write((trx) =>
      trx
        .insertInto('chat_payers')
        .values(row)
        .onConflict((c) => c.doNothing())
        .returning('payer')
        .executeTakeFirst(),
    );
    if (kept) people.join(name, payer);
  }

  return { ...people, handOut };
}
