// Which chat accounts are the host's: each proved by a one-time code of the dashboard; and who else may steer the show.
import { createHash, randomInt } from 'node:crypto';
import type { ChatUser } from '../payments/chat/index.js';
import type { Store, Trx } from '../store/index.js';
import type { Ask } from './command.js';
import type { Communities } from './communities.js';
import { hourMs } from './sponsoring.js';

export interface HostAccount extends ChatUser {
  name: string;
  /** Since when, ms. */
  at: number;
}

export type Proved = 'linked' | 'wrong' | 'too_many';

const lifeMs = 10 * 60_000;
const wrongInAnHour = 5;
/** Nothing that is taken for another. */
const letters = 'ABCDEFGHJKMNPQRSTVWXYZ23456789';
const codeLength = 12;

const lettersOf = (code: string): string => code.toUpperCase().replace(/[^A-Z0-9]/g, '');
const hashOf = (code: string): string => createHash('sha256').update(lettersOf(code)).digest('base64url');

export type Hosts = ReturnType<typeof createHosts>;

export function createHosts({ store, now }: { store: Store; now: () => number }) {
  const find = (db: Pick<Trx, 'selectFrom'>, { platform, user }: ChatUser) =>
    db.selectFrom('bot_hosts').selectAll().where('platform', '=', platform).where('user', '=', user).executeTakeFirst();

  async function guess(trx: Trx, { platform, user }: ChatUser): Promise<Proved> {
    await trx.insertInto('bot_host_guesses').values({ platform, user, at: now() }).execute();
    return 'wrong';
  }

  async function guesses(trx: Trx, { platform, user }: ChatUser): Promise<number> {
    await trx
      .deleteFrom('bot_host_guesses')
      .where('at', '<=', now() - hourMs)
      .execute();
    const rows = trx.selectFrom('bot_host_guesses').select('at').where('platform', '=', platform);
    return (await rows.where('user', '=', user).execute()).length;
  }

  async function proveIn(trx: Trx, { platform, user }: ChatUser, name: string, code: string): Promise<Proved> {
    if (await find(trx, { platform, user })) return 'linked';
    if ((await guesses(trx, { platform, user })) >= wrongInAnHour) return 'too_many';
    const row = trx.deleteFrom('bot_host_codes').where('hash', '=', hashOf(code)).returning('expires_at');
    const found = await row.executeTakeFirst();
    if (!found || found.expires_at < now()) return guess(trx, { platform, user });
    await trx.insertInto('bot_hosts').values({ platform, user, name, at: now() }).execute();
    return 'linked';
  }

  return {
    /** A fresh code, for ten minutes and one account; an earlier one is worth nothing from now on. */
    async issue(): Promise<{ code: string; expiresAt: number }> {
      const code = Array.from({ length: codeLength }, () => letters[randomInt(letters.length)]).join('');
      const expiresAt = now() + lifeMs;
      await store.write(async (trx) => {
        await trx.deleteFrom('bot_host_codes').execute();
        await trx
          .insertInto('bot_host_codes')
          .values({ hash: hashOf(code), expires_at: expiresAt })
          .execute();
      });
      return { code: code.replace(/(.{4})(?=.)/g, '$1-'), expiresAt };
    },
    /** Makes the account one of the host's, when the code is right. */
    prove: (account: ChatUser, name: string, code: string): Promise<Proved> =>
      store.write((trx) => proveIn(trx, account, name, code)),
    isHost: async (account: ChatUser): Promise<boolean> => (await find(store.db, account)) !== undefined,
    /** In the order in which they came. */
    list: (): Promise<HostAccount[]> => store.db.selectFrom('bot_hosts').selectAll().orderBy('at').execute(),
    /** It is nobody special any more. */
    remove: ({ platform, user }: ChatUser): Promise<void> =>
      store.write(async (trx) => {
        const rows = trx.deleteFrom('bot_hosts').where('platform', '=', platform);
        await rows.where('user', '=', user).execute();
      }),
  };
}

/** Whether what the person says counts on stage; with a stream: on that one's. */
export type IsCrew = (ask: Pick<Ask, 'person' | 'community'>, stream?: string) => Promise<boolean>;

export const createCrew =
  ({ hosts, communities }: { hosts: Pick<Hosts, 'isHost'>; communities: Communities }): IsCrew =>
  async ({ person, community }, stream) => {
    if (await hosts.isHost(person)) return true;
    if (!person.moderator || !community) return false;
    const { home } = await communities.settings(community);
    return home !== null && (stream === undefined || stream === home);
  };
