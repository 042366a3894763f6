// The way out: everything unspent of a chat purse to an address, each step on disk, so that a kill at any of them loses nothing.
import { id as keccakText } from 'ethers';
import type { Logger } from '../../log.js';
import type { Store } from '../../store/index.js';
import type { ChatWithdrawalRow } from '../../store/rows/chat.js';
import { Problem, type ProblemCode } from '../../vocabulary/problems.js';
import type { Hex } from '../../vocabulary/values.js';
import type { Chain } from '../chain.js';
import { type ReceiveAuthorization, sign, transferDigest } from '../typed-data.js';
import type { Account, Accounts } from './accounts.js';
import type { Deposits } from './arrivals.js';
import type { Keyring } from './keys.js';
import type { OwnPurses } from './purse.js';

export interface Withdrawal {
  id: string;
  to: Hex;
  /** Base units. */
  amount: bigint;
  transaction: string;
}

type PayOut = (account: Account, id: string, to: Hex) => Promise<Withdrawal>;

const validSeconds = 3600;

const unless =
  (code: ProblemCode) =>
  (error: unknown): void => {
    if (!(error instanceof Problem) || error.code !== code) throw error;
  };

/** An address that somebody can hold, in lower case; `ours` are not. Problem: bad_request. */
export function checkRecipient(given: string, ours: readonly string[]): Hex {
  const to = given.toLowerCase();
  const wrong = !/^0x[0-9a-f]{40}$/.test(to) || /^0x0+$/.test(to) || ours.some((one) => one.toLowerCase() === to);
  if (wrong) throw new Problem('bad_request', { reason: 'money cannot be sent to that address' });
  return to as Hex;
}

export type Withdrawals = Awaited<ReturnType<typeof openWithdrawals>>;

export async function openWithdrawals(needs: {
  store: Store;
  chain: Chain;
  keyring: Keyring;
  accounts: Accounts;
  own: OwnPurses;
  deposits: Deposits;
  now: () => number;
}) {
  const { store, chain, keyring, accounts, own, deposits, now } = needs;
  const leaving = new Set<Hex>();
  for (const { address } of await unfinished().execute()) leaving.add(address);

  function unfinished() {
    return store.db.selectFrom('chat_withdrawals').selectAll().where('state', 'in', ['closing', 'paying']);
  }

  const rowOf = (address: Hex, id: string) => {
    const rows = store.db.selectFrom('chat_withdrawals').selectAll().where('address', '=', address);
    return rows.where('id', '=', id).executeTakeFirst();
  };

  async function update(row: ChatWithdrawalRow, set: Partial<ChatWithdrawalRow>): Promise<ChatWithdrawalRow> {
    await store.write(async (trx) => {
      const rows = trx.updateTable('chat_withdrawals').set(set).where('address', '=', row.address);
      await rows.where('id', '=', row.id).execute();
    });
    return { ...row, ...set };
  }

  async function fail(row: ChatWithdrawalRow, problem: Problem): Promise<never> {
    await update(row, { state: 'failed', reason: problem.code });
    leaving.delete(row.address);
    throw problem;
  }

  async function begin(account: Account, id: string, to: Hex): Promise<ChatWithdrawalRow> {
    if (leaving.has(account.address)) throw new Problem('chat_withdrawing');
    const money = { state: 'closing' as const, amount: '0', valid_before: 0, tx: '', reason: '' };
    const row = { address: account.address, id, recipient: to, ...money, at: now() };
    leaving.add(account.address);
    await store
      .write(async (trx) => void (await trx.insertInto('chat_withdrawals').values(row).execute()))
      .catch((error) => {
        leaving.delete(account.address);
        throw error;
      });
    return row;
  }

  /** Everything spent is claimed, everything else comes to the key's address. */
  async function closeAll(account: Account, row: ChatWithdrawalRow): Promise<ChatWithdrawalRow> {
    // A deposit under way ends first: then all is in the channel or at the address.
    await deposits.finish(account.address).catch(unless('chain_refused'));
    for (const { id } of own.channelsOf(account)) await own.close(account, id).catch(unless('nothing_to_refund'));
    const amount = await chain.balanceOf(account.address);
    if (amount === 0n) return fail(row, new Problem('chat_nothing_left'));
    return update(row, { state: 'paying', amount: `${amount}`, valid_before: soon() });
  }

  const soon = (): number => Math.floor(now() / 1000) + validSeconds;

  /** Bound to the request: whatever is signed for it again, the token lets it happen once. */
  const nonceOf = ({ address, id }: ChatWithdrawalRow): Hex => keccakText(`dtok withdrawal ${address} ${id}`) as Hex;

  function authorization(row: ChatWithdrawalRow): ReceiveAuthorization {
    const { address: from, recipient: to, amount, valid_before } = row;
    const times = { validAfter: 0n, validBefore: BigInt(valid_before) };
    return { from, to, value: BigInt(amount), ...times, nonce: nonceOf(row) };
  }

  const signature = (account: Account, transfer: ReceiveAuthorization): Hex =>
    sign(transferDigest(transfer, { ...chain.token, chainId: chain.chainId }), keyring.keyOf(account));

  async function sentAs(nonce: Hex): Promise<string> {
    const rows = store.db.selectFrom('transactions').select('hashes').where('name', '=', `transfer/${nonce}`);
    const row = await rows.orderBy('id', 'desc').executeTakeFirst();
    return row?.hashes.split(' ').at(-1) ?? '';
  }

  async function payOut(account: Account, given: ChatWithdrawalRow): Promise<ChatWithdrawalRow> {
    const nonce = nonceOf(given);
    const stale = given.valid_before * 1000 < now() + 60_000;
    const row = stale ? await update(given, { valid_before: soon() }) : given;
    const transfer = authorization(row);
    try {
      return await paid(row, await chain.transferSigned(transfer, signature(account, transfer)));
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'chain_refused') throw error;
      // An earlier run had sent it already.
      if (await chain.depositUsed(row.address, nonce)) return paid(row, await sentAs(nonce));
      return fail(row, error);
    }
  }

  async function paid(row: ChatWithdrawalRow, tx: string): Promise<ChatWithdrawalRow> {
    const done = await update(row, { state: 'paid', tx });
    leaving.delete(row.address);
    return done;
  }

  async function finish(account: Account, given: ChatWithdrawalRow): Promise<Withdrawal> {
    const closed = given.state === 'closing' ? await closeAll(account, given) : given;
    const row = closed.state === 'paying' ? await payOut(account, closed) : closed;
    if (row.state === 'failed') {
      if (row.reason === 'chat_nothing_left') throw new Problem('chat_nothing_left');
      throw new Problem('chain_refused', { reason: 'the payout was refused; ask anew' });
    }
    return { id: row.id, to: row.recipient, amount: BigInt(row.amount), transaction: row.tx };
  }

  async function resume(payOut: PayOut, log: Logger): Promise<void> {
    if (leaving.size === 0) return;
    for (const { address, id, recipient } of await unfinished().execute()) {
      const account = accounts.ofAddress(address);
      const warn = (err: unknown) => log.warn({ err, address }, 'a payout to a chat user does not go on yet');
      if (account) await payOut(account, id, recipient).catch(warn);
    }
  }

  return {
    withdrawing: ({ address }: Account): boolean => leaving.has(address),
    /**
     * Pays everything unspent out to `to`, once for each `id`; resolves when it is mined for good.
     * Problems: id_reused, chat_withdrawing, chat_nothing_left, chain_refused, chain_unavailable, relayer_empty; after
     * the last two it goes on by itself, and the same id asks how far it is.
     */
    async withdraw(account: Account, id: string, to: Hex): Promise<Withdrawal> {
      const row = (await rowOf(account.address, id)) ?? (await begin(account, id, to));
      if (row.recipient !== to) throw new Problem('id_reused');
      return finish(account, row);
    },
    /** Goes on with what is unfinished until stopped; `payOut` is `withdraw` in its turn. */
    follow({ payOut, everyMs, log }: { payOut: PayOut; everyMs: number; log: Logger }): { stop: () => Promise<void> } {
      let busy: Promise<void> | null = null;
      const look = (): void => {
        busy ??= resume(payOut, log).finally(() => {
          busy = null;
        });
      };
      const timer = setInterval(look, everyMs);
      look();
      return {
        stop: async () => {
          clearInterval(timer);
          await busy;
        },
      };
    },
  };
}
