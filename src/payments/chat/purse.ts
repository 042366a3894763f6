// An account's own money: one channel of its key, filled from its address, and the watch links that spend from it.
import { id as keccakText } from 'ethers';
import { Problem } from '../../vocabulary/problems.js';
import type { Hex } from '../../vocabulary/values.js';
import type { Payments } from '../index.js';
import { type Purse, remaining } from '../purse.js';
import { type ChannelFields, channelId, closeDigest, passId, sign } from '../typed-data.js';
import type { Account, Accounts } from './accounts.js';
import { worded } from './amounts.js';
import type { ChatUser, Keyring } from './keys.js';
import type { Signer } from './signer.js';

/** As every chat purse's: an account has one channel with a host. */
const salt = keccakText('dtok chat purse') as Hex;

export interface OwnMoney {
  limit: bigint;
  authorized: bigint;
  spent: bigint;
  left: bigint;
}

export type OwnPurses = ReturnType<typeof createOwnPurses>;

export function createOwnPurses(needs: {
  payments: Payments;
  accounts: Accounts;
  keyring: Keyring;
  signer: Signer;
  now: () => number;
}) {
  const { payments, accounts, keyring, signer, now } = needs;
  const { ledger, domain, chain, links } = payments;

  const configOf = ({ address }: Account): ChannelFields => ({
    ...{ payer: address, payerAuthorizer: address },
    ...payments.terms,
    salt,
  });
  const channelOf = (account: Account): Hex => channelId(configOf(account), domain);
  const answer = (account: Account): void => payments.answerFor(channelOf(account), signer.sponsorPort(account));
  accounts.all().forEach(answer);

  /** The account, ready to sign for links on its channel. Problem: bad_request. */
  async function get(user: ChatUser): Promise<Account> {
    const account = await accounts.get(user);
    answer(account);
    return account;
  }

  /** Today's channel, and those with a host's earlier terms. */
  const channelsOf = ({ address }: Account): Readonly<Purse>[] =>
    ledger.pursesOf(address, '').filter(({ kind }) => kind === 'channel');

  function moneyOf(account: Account): OwnMoney {
    const purses = channelsOf(account);
    const sum = (of: (purse: Readonly<Purse>) => bigint) => purses.reduce((total, purse) => total + of(purse), 0n);
    const [limit, authorized] = [sum((purse) => purse.limit), sum((purse) => purse.authorized)];
    return { limit, authorized, spent: sum((purse) => purse.spent), left: sum(remaining) };
  }

  /** Claims what a channel owes and gives the rest to the account's address. Problem: nothing_to_refund. */
  function close(account: Account, channel: Hex): Promise<unknown> {
    const at = now();
    return payments.close(channel, at, sign(closeDigest(channel, at, domain), keyring.keyOf(account)));
  }

  async function link(account: Account, wish: { stream: string; signer: Hex; limit: bigint; expiresAt?: number }) {
    const { stream, ...terms } = wish;
    const channel = channelOf(account);
    const none = { amount: worded(wish.limit, chain.token), left: worded(0n, chain.token) };
    if (!ledger.purse(channel)) throw new Problem('chat_top_up_needed', none);
    const [made] = await links.make(stream, channel, [{ ...terms, label: account.name }]);
    if (!made) throw new Problem('internal');
    return made;
  }

  const keysOf = (channel: Hex, signers: readonly Hex[]): Hex[] =>
    signers.map((signer) => passId(channel, signer, domain)).filter((id) => ledger.purse(id) !== undefined);

  /** What a link on the account's money has come to; null when there is none. */
  function linkOf(account: Account, signer: Hex): { limit: bigint; spent: bigint; revoked: boolean } | null {
    const [id] = channelsOf(account).flatMap((channel) => keysOf(channel.id, [signer]));
    const purse = id && ledger.purse(id);
    return purse ? { limit: purse.limit, spent: purse.spent, revoked: !!purse.revokedAt } : null;
  }

  /** Takes links on the account's money back for good, however often it is asked. */
  async function takeBack(account: Account, signers: readonly Hex[]): Promise<void> {
    for (const { id } of channelsOf(account)) await links.revoke(id, keysOf(id, signers));
  }

  return { get, configOf, channelOf, channelsOf, moneyOf, close, link, linkOf, takeBack };
}
