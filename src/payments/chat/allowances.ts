// What a sponsor lets chat accounts spend on a stream: one for each person, written down before its purse is made.
import type { Store } from '../../store/index.js';
import type { ChatAllowanceRow } from '../../store/rows/chat.js';
import type { Hex } from '../../vocabulary/values.js';
import type { Ledger } from '../ledger.js';
import type { Links } from '../links.js';
import { type Purse, remaining, shutBy } from '../purse.js';
import { type Domain, passId } from '../typed-data.js';
import type { Account, Accounts } from './accounts.js';
import type { People } from './people.js';

export interface Allowance {
  stream: string;
  /** Whose it is: another account of the same person may have it. */
  account: string;
  purse: Hex;
  /** Base units. */
  limit: bigint;
  spent: bigint;
  /** 0 once it was taken back. */
  left: bigint;
  revoked: boolean;
}

export function createAllowances(needs: {
  store: Store;
  ledger: Ledger;
  links: Links;
  accounts: Accounts;
  people: People;
  domain: Domain;
  /** The channel of our own sponsor for a stream. */
  houseChannel: (stream: string) => Hex;
  now: () => number;
}) {
  const { store, ledger, links, accounts, people, domain, now } = needs;

  function view(row: Pick<ChatAllowanceRow, 'stream'>, account: Account, purse: Readonly<Purse>): Allowance {
    const { limit, spent, revokedAt } = purse;
    const left = shutBy(purse, now()) ? 0n : remaining(purse);
    return { stream: row.stream, account: account.name, purse: purse.id, limit, spent, left, revoked: !!revokedAt };
  }

  /** The row of this person for the stream: there already, or written now; one transaction. */
  async function rowOf(account: Account, stream: string, channel: Hex, limit: bigint): Promise<ChatAllowanceRow> {
    const { platform, user } = account;
    const persons = new Set(people.members(account.name));
    return store.write(async (trx) => {
      const names = [...persons].flatMap((name) => accounts.named(name) ?? []);
      for (const one of [account, ...names]) {
        const rows = trx.selectFrom('chat_allowances').selectAll().where('stream', '=', stream);
        const mine = rows.where('platform', '=', one.platform).where('user', '=', one.user);
        const row = await mine.executeTakeFirst();
        if (row) return row;
      }
      const row = { stream, platform, user, channel, amount: `${limit}`, at: now(), revoked_at: null };
      await trx.insertInto('chat_allowances').values(row).execute();
      return row;
    });
  }

  /**
   * Lets an account spend up to `limit` of a sponsor's channel on a stream, by vouchers of its chat key. Once for a
   * person and stream: again, by another of his accounts, at once or after a restart, the answer is what is there.
   * Problem: sponsor_unavailable, when the channel is not funded; ask again when it is.
   */
  async function allow(account: Account, wish: { stream: string; limit: bigint; channel?: Hex }): Promise<Allowance> {
    const { stream, limit, channel = needs.houseChannel(stream) } = wish;
    const row = await rowOf(account, stream, channel, limit);
    const holder = await accounts.get(row);
    const own = { signer: holder.address, limit: BigInt(row.amount), label: holder.name };
    const [purse] = await links.make(stream, row.channel, [own]);
    if (!purse) throw new Error('a link was asked for and not made');
    if (row.revoked_at !== null) await links.revoke(row.channel, [purse.id]);
    return view(row, holder, purse);
  }

  /** Takes it back; the person gets no other for this stream. False when there is none. */
  async function revoke(account: Account, stream: string): Promise<boolean> {
    const { platform, user } = account;
    const at = now();
    const channel = await store.write(async (trx) => {
      const rows = trx.updateTable('chat_allowances').set({ revoked_at: at }).where('stream', '=', stream);
      const mine = rows.where('platform', '=', platform).where('user', '=', user);
      return (await mine.returning('channel').executeTakeFirst())?.channel;
    });
    if (!channel) return false;
    const id = passId(channel, account.address, domain);
    if (ledger.purse(id)) await links.revoke(channel, [id]);
    return true;
  }

  /** All of an account's, newest first. */
  async function list(account: Account): Promise<Allowance[]> {
    const { platform, user } = account;
    const rows = store.db.selectFrom('chat_allowances').selectAll().where('platform', '=', platform);
    const mine = await rows.where('user', '=', user).orderBy('at', 'desc').execute();
    return mine.flatMap((row) => {
      const purse = ledger.purse(passId(row.channel, account.address, domain));
      return purse ? [view(row, account, purse)] : [];
    });
  }

  return { allow, revoke, list };
}
