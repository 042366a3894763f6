// Chat accounts that are known here: each with its purse's address and its caps; rows in the store, all in memory.
import type { Store } from '../../store/index.js';
import type { ChatAccountRow } from '../../store/rows/chat.js';
import type { Hex } from '../../vocabulary/values.js';
import { addressOf } from '../typed-data.js';
import type { Caps } from './caps.js';
import { type ChatUser, type Keyring, nameOf } from './keys.js';

export interface Account extends ChatUser {
  /** `platform:user` */
  readonly name: string;
  /** Of the purse's key. */
  readonly address: Hex;
  /** Until when tokens that arrive at the address are looked for, ms. */
  watchUntil: number;
  /** Null: the installation's own. */
  caps: Caps | null;
}

const fromRow = (row: ChatAccountRow): Account => ({
  platform: row.platform,
  user: row.user,
  name: nameOf(row),
  address: row.address,
  watchUntil: row.watch_until,
  caps:
    row.per_command === null || row.per_day === null
      ? null
      : { perCommand: BigInt(row.per_command), perDay: BigInt(row.per_day) },
});

export type Accounts = Awaited<ReturnType<typeof openAccounts>>;

export async function openAccounts({ store, keyring, now }: { store: Store; keyring: Keyring; now: () => number }) {
  const byName = new Map<string, Account>();
  const byAddress = new Map<Hex, Account>();
  for (const row of await store.db.selectFrom('chat_accounts').selectAll().execute()) remember(fromRow(row));

  function remember(account: Account): Account {
    const known = byName.get(account.name);
    if (known) return known;
    byName.set(account.name, account);
    byAddress.set(account.address, account);
    return account;
  }

  /** The account, made known on its first use. Problem: bad_request. */
  async function get({ platform, user }: ChatUser): Promise<Account> {
    const known = byName.get(nameOf({ platform, user }));
    if (known) return known;
    const address = addressOf(keyring.keyOf({ platform, user }));
    const row = { platform, user, address, per_command: null, per_day: null, watch_until: 0, created_at: now() };
    await store.write(async (trx) => {
      await trx
        .insertInto('chat_accounts')
        .values(row)
        .onConflict((c) => c.doNothing())
        .execute();
    });
    return remember(fromRow(row));
  }

  const update = (account: Account, set: Partial<ChatAccountRow>) =>
    store.write(async (trx) => {
      const { platform, user } = account;
      const rows = trx.updateTable('chat_accounts').set(set);
      await rows.where('platform', '=', platform).where('user', '=', user).execute();
    });

  return {
    get,
    all: (): Account[] => [...byName.values()],
    named: (name: string): Account | undefined => byName.get(name),
    ofAddress: (address: Hex): Account | undefined => byAddress.get(address),
    async setCaps(account: Account, caps: Caps | null): Promise<void> {
      await update(account, { per_command: caps && `${caps.perCommand}`, per_day: caps && `${caps.perDay}` });
      account.caps = caps;
    },
    async watch(account: Account, until: number): Promise<void> {
      await update(account, { watch_until: until });
      account.watchUntil = until;
    },
  };
}
