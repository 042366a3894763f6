// Money into chat purses: where to send it, test tokens, and the watch for what arrives.
import type { Logger } from '../../log.js';
import type { Turns } from '../../turns.js';
import { Problem } from '../../vocabulary/problems.js';
import type { Hex } from '../../vocabulary/values.js';
import type { Chain } from '../chain.js';
import { type ReceiveAuthorization, recover, transferDigest } from '../typed-data.js';
import type { Account, Accounts } from './accounts.js';
import { most, worded } from './amounts.js';
import { type Deposits, watchArrivals } from './arrivals.js';
import type { Keyring } from './keys.js';
import type { OwnPurses } from './purse.js';

/** For this long after the last `topUp` an address is looked at. */
const watchedMs = 24 * 3600_000;

export interface TopUp {
  /** Tokens sent here are deposited into the account's channel. */
  address: Hex;
  chainId: number;
  token: Chain['token'];
  /** EIP-681, for wallets and as a QR code. */
  uri: string;
  /** The page that shows all this. */
  page: string;
  /** Less than this waits at the address for more, base units and in words. */
  least: bigint;
  leastShown: string;
  /** Whether test tokens are to be had. */
  faucet: boolean;
}

/** What has come of it, base units. */
export interface Standing extends TopUp {
  /** In the account's purse, unspent. */
  left: bigint;
  /** At the address, and not yet in the purse. */
  waiting: bigint;
}

export function createTopUps(needs: {
  chain: Chain;
  accounts: Accounts;
  own: OwnPurses;
  deposits: Deposits;
  keyring: Keyring;
  withdrawing: (account: Account) => boolean;
  /** One thing at a time comes into or leaves a purse. */
  turn: Turns<string>;
  settings: { publicUrl: string; minDeposit: bigint; pollMs: number; faucet: bigint | null };
  log: Logger;
  now: () => number;
}) {
  const { chain, accounts, own, deposits, keyring, turn, settings, log, now } = needs;
  const least = most(settings.minDeposit, 1n);

  /** Deposits at once what lies at the account's address, if it is worth its gas. */
  const collect = (account: Account): Promise<void> =>
    turn(account.name, async () => {
      if (!needs.withdrawing(account)) await deposits.deposit(own.configOf(account), keyring.keyOf(account));
    });

  /** Where to send tokens; they are looked for from now on, for a day. */
  async function topUp(account: Account): Promise<TopUp> {
    await accounts.watch(account, now() + watchedMs);
    return facts(account);
  }

  /** For a page that asks again and again: looked for from now on too. */
  async function standing(account: Account): Promise<Standing> {
    if (account.watchUntil < now() + watchedMs / 2) await accounts.watch(account, now() + watchedMs);
    const waiting = await chain.balanceOf(account.address);
    return { ...facts(account), left: own.moneyOf(account).left, waiting };
  }

  /**
   * Tokens of anybody's to the account's address by an EIP-3009 signature; the gas is ours, so not for less than a
   * deposit. The same again moves nothing more. Problems: bad_request, wrong_signer, chain_refused, chain_unavailable.
   */
  async function payIn(account: Account, transfer: ReceiveAuthorization, signature: Hex): Promise<string> {
    if (transfer.to !== account.address || transfer.value < least)
      throw new Problem('bad_request', { reason: `at least ${worded(least, chain.token)} must go to the purse` });
    const digest = transferDigest(transfer, { ...chain.token, chainId: chain.chainId });
    if (recover(digest, signature) !== transfer.from) throw new Problem('wrong_signer');
    const done = await chain.depositUsed(transfer.from, transfer.nonce);
    const transaction = done ? '' : await chain.transferSigned(transfer, signature);
    await accounts.watch(account, now() + watchedMs);
    return transaction;
  }

  function facts(account: Account): TopUp {
    const { chainId, token } = chain;
    const { address } = account;
    return {
      ...{ address, chainId, token, least, leastShown: worded(least, token), faucet: settings.faucet !== null },
      uri: `ethereum:${token.address}@${chainId}/transfer?address=${address}`,
      page: `${settings.publicUrl}/chat#topup=${address}`,
    };
  }

  /** Test tokens, deposited; how many, in base units. Problem: faucet_off. */
  async function fromFaucet(account: Account): Promise<bigint> {
    if (settings.faucet === null) throw new Problem('faucet_off');
    await chain.mint(account.address, settings.faucet);
    await collect(account);
    return settings.faucet;
  }

  const watch = () =>
    watchArrivals({
      watched: () => accounts.all().filter(({ watchUntil }) => watchUntil > now()),
      balancesOf: chain.balancesOf,
      minimum: least,
      everyMs: settings.pollMs,
      onArrival: collect,
      log,
    });

  return { collect, topUp, standing, payIn, fromFaucet, watch };
}
