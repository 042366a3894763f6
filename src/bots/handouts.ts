// Watch links that a community pays for: one for each person and show, written down before it is made, within a budget.
import { randomInt } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { ChatUser } from '../payments/chat/index.js';
import type { Store, Trx } from '../store/index.js';
import type { BotHandoutRow } from '../store/rows/bots.js';
import type { Community } from './command.js';
import type { Sponsoring } from './communities.js';
import type { Refused } from './sponsoring.js';
import { type Claimant, crowdMs, dayMs, drawDelay, hourMs, isCrowd, judgeBudget, judgeClaimant } from './sponsoring.js';

export interface Handout {
  /** Whose key the link has: another account of the same person may have asked first. */
  account: ChatUser;
  amount: bigint;
}

/** Everybody is asking: whose turn is when is drawn. */
export interface Waiting {
  waitMs: number;
}

export interface Wish {
  community: Community;
  stream: string;
  account: ChatUser & Claimant & { name: string };
  /** All accounts of this person as of now, its own among them. */
  accounts: () => readonly ChatUser[];
  terms: Sponsoring;
}

export interface Given extends Handout {
  stream: string;
  name: string;
  at: number;
  revokedAt: number | null;
}

const fromRow = (row: Selectable<BotHandoutRow>): Given => ({
  ...{ account: { platform: row.account_platform, user: row.account }, amount: BigInt(row.amount) },
  ...{ stream: row.stream, name: row.name, at: row.at, revokedAt: row.revoked_at },
});

const drawParts = 1_000_000;

export type Handouts = ReturnType<typeof createHandouts>;

export function createHandouts(needs: {
  store: Store;
  /** In a crowd, everybody's turn comes within this long. */
  drawMs: number;
  now: () => number;
  draw?: () => number;
}) {
  const { store, drawMs, now, draw = () => randomInt(drawParts) / drawParts } = needs;
  const of = (db: Pick<Trx, 'selectFrom'>, { platform, id }: Community) => {
    const rows = db.selectFrom('bot_handouts').selectAll().where('platform', '=', platform);
    return rows.where('community', '=', id);
  };
  const queued = (db: Pick<Trx, 'selectFrom'>, { platform, id }: Community) => {
    const rows = db.selectFrom('bot_queue').selectAll().where('platform', '=', platform);
    return rows.where('community', '=', id);
  };
  const sum = (rows: readonly { amount: string }[]): bigint =>
    rows.reduce((total, row) => total + BigInt(row.amount), 0n);

  async function held(trx: Trx, { community, stream }: Wish, accounts: readonly ChatUser[]) {
    for (const { platform, user } of accounts) {
      const rows = of(trx, community).where('stream', '=', stream).where('account_platform', '=', platform);
      const row = await rows.where('account', '=', user).executeTakeFirst();
      if (row?.revoked_at) return 'revoked';
      if (row) return { account: { platform, user }, amount: BigInt(row.amount) };
    }
    return null;
  }

  async function waiting(
    trx: Trx,
    { community, stream }: Wish,
    accounts: readonly ChatUser[],
  ): Promise<Waiting | null> {
    for (const { platform, user } of accounts) {
      const rows = queued(trx, community).where('stream', '=', stream).where('account_platform', '=', platform);
      const row = await rows.where('account', '=', user).executeTakeFirst();
      if (row) return { waitMs: Math.max(0, row.draw_at - now()) };
    }
    return null;
  }

  async function leaveQueue(trx: Trx, { community, stream }: Wish, accounts: readonly ChatUser[]): Promise<void> {
    for (const { platform, user } of accounts) {
      const rows = trx.deleteFrom('bot_queue').where('platform', '=', community.platform);
      const here = rows.where('community', '=', community.id).where('stream', '=', stream);
      await here.where('account_platform', '=', platform).where('account', '=', user).execute();
    }
  }

  async function givenIn(trx: Pick<Trx, 'selectFrom'>, community: Community): Promise<{ hour: bigint; day: bigint }> {
    const rows = await of(trx, community)
      .where('at', '>', now() - dayMs)
      .execute();
    return { hour: sum(rows.filter(({ at }) => at > now() - hourMs)), day: sum(rows) };
  }

  /** Claims of the last minute, in the queue and past it. */
  async function lately(trx: Trx, community: Community): Promise<number> {
    const since = now() - crowdMs;
    const [given, waits] = [
      await of(trx, community).where('at', '>', since).execute(),
      await queued(trx, community).where('at', '>', since).execute(),
    ];
    return given.length + waits.length;
  }

  const whereTo = ({ community, stream, account }: Wish) => ({
    ...{ platform: community.platform, community: community.id, stream },
    ...{ account_platform: account.platform, account: account.user, at: now() },
  });

  async function enqueue(trx: Trx, wish: Wish): Promise<Waiting> {
    const waitMs = drawDelay(draw(), drawMs);
    await trx
      .insertInto('bot_queue')
      .values({ ...whereTo(wish), draw_at: now() + waitMs })
      .execute();
    return { waitMs };
  }

  async function claimIn(trx: Trx, wish: Wish): Promise<Handout | Refused | Waiting> {
    const { community, account, terms } = wish;
    const accounts = wish.accounts();
    const before = await held(trx, wish, accounts);
    if (before) return before;
    const turn = await waiting(trx, wish, accounts);
    if (turn && turn.waitMs > 0) return turn;
    await leaveQueue(trx, wish, accounts);
    const refused = judgeClaimant(terms, account, now()) ?? judgeBudget(terms, await givenIn(trx, community));
    if (refused) return refused;
    if (!turn && isCrowd(await lately(trx, community))) return enqueue(trx, wish);
    const row = { ...whereTo(wish), name: account.name, amount: `${terms.each}` };
    await trx.insertInto('bot_handouts').values(row).execute();
    return { account: { platform: account.platform, user: account.user }, amount: terms.each };
  }

  return {
    /** What this person has for the show: there already, or written now, in one transaction; or when it is his turn. */
    claim: (wish: Wish): Promise<Handout | Refused | Waiting> => store.write((trx) => claimIn(trx, wish)),
    /** How many, and base units of them: in all, in the last hour, in the last 24. */
    async given(community: Community) {
      const all = await of(store.db, community).execute();
      return { count: all.length, amount: sum(all), ...(await givenIn(store.db, community)) };
    },
    /** Newest first. */
    async list(community: Community, page?: { limit: number; offset: number }): Promise<Given[]> {
      const rows = of(store.db, community).orderBy('at', 'desc').orderBy('account');
      const some = await (page ? rows.limit(page.limit).offset(page.offset) : rows).execute();
      return some.map(fromRow);
    },
    isRevoked: async (community: Community, stream: string, { platform, user }: ChatUser): Promise<boolean> => {
      const rows = of(store.db, community).where('stream', '=', stream).where('account_platform', '=', platform);
      return !!(await rows.where('account', '=', user).executeTakeFirst())?.revoked_at;
    },
    /** These (null: all) have had their last link here; resolves to every one that they have had. */
    revoke: (community: Community, accounts: readonly ChatUser[] | null): Promise<Given[]> =>
      store.write(async (trx) => {
        const theirs = ({ account }: Given): boolean =>
          accounts === null || accounts.some((one) => one.platform === account.platform && one.user === account.user);
        const taken = (await of(trx, community).execute()).map(fromRow).filter(theirs);
        for (const { account, stream } of taken) {
          const rows = trx.updateTable('bot_handouts').set({ revoked_at: now() }).where('revoked_at', 'is', null);
          const here = rows.where('platform', '=', community.platform).where('community', '=', community.id);
          const mine = here.where('stream', '=', stream).where('account_platform', '=', account.platform);
          await mine.where('account', '=', account.user).execute();
        }
        return taken;
      }),
  };
}
