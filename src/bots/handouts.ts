// Watch links that a community pays for: one for each person and show, written down before it is made, within a budget.
import type { ChatUser } from '../payments/chat/index.js';
import type { Store, Trx } from '../store/index.js';
import type { Community } from './command.js';
import type { Sponsoring } from './communities.js';

export interface Handout {
  /** Whose key the link has: another account of the same person may have asked first. */
  account: ChatUser;
  amount: bigint;
}

export type Refused = 'too_young' | 'budget';

const dayMs = 24 * 3600_000;

export type Handouts = ReturnType<typeof createHandouts>;

export function createHandouts({ store, now }: { store: Store; now: () => number }) {
  const of = (db: Pick<Trx, 'selectFrom'>, { platform, id }: Community) => {
    const rows = db.selectFrom('bot_handouts').selectAll().where('platform', '=', platform);
    return rows.where('community', '=', id);
  };
  const sum = (rows: readonly { amount: string }[]): bigint =>
    rows.reduce((total, row) => total + BigInt(row.amount), 0n);

  interface Wish {
    community: Community;
    stream: string;
    account: ChatUser & { born: number | null };
    /** All accounts of this person, its own among them. */
    accounts: readonly ChatUser[];
    terms: Sponsoring;
  }

  async function held(trx: Trx, { community, stream, accounts }: Wish): Promise<Handout | null> {
    for (const { platform, user } of accounts) {
      const rows = of(trx, community).where('stream', '=', stream).where('account_platform', '=', platform);
      const row = await rows.where('account', '=', user).executeTakeFirst();
      if (row) return { account: { platform, user }, amount: BigInt(row.amount) };
    }
    return null;
  }

  async function refusal(trx: Trx, { community, account, terms }: Wish): Promise<Refused | null> {
    if (account.born !== null && now() - account.born < terms.days * dayMs) return 'too_young';
    if (terms.daily === null) return null;
    const today = await of(trx, community)
      .where('at', '>', now() - dayMs)
      .execute();
    return sum(today) + terms.each > terms.daily ? 'budget' : null;
  }

  async function claimIn(trx: Trx, wish: Wish): Promise<Handout | Refused> {
    const { community, stream, account, terms } = wish;
    const before = (await held(trx, wish)) ?? (await refusal(trx, wish));
    if (before) return before;
    const place = { platform: community.platform, community: community.id, stream };
    const whose = { account_platform: account.platform, account: account.user };
    const row = { ...place, ...whose, amount: `${terms.each}`, at: now() };
    await trx.insertInto('bot_handouts').values(row).execute();
    return { account, amount: terms.each };
  }

  return {
    /** What this person has for the show: there already, or written now, in one transaction. */
    claim: (wish: Wish): Promise<Handout | Refused> => store.write((trx) => claimIn(trx, wish)),
    /** How many, and base units of them, in all and in the last 24 hours. */
    async given(community: Community): Promise<{ count: number; amount: bigint; today: bigint }> {
      const all = await of(store.db, community).execute();
      return { count: all.length, amount: sum(all), today: sum(all.filter(({ at }) => at > now() - dayMs)) };
    },
  };
}
