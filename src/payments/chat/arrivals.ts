// Tokens that arrive at an address: watched on chain, then deposited into the address's channel by its key's signature.
import type { Logger } from '../../log.js';
import type { Store } from '../../store/index.js';
import { DepositRequest } from '../../vocabulary/channels.js';
import { Problem } from '../../vocabulary/problems.js';
import type { Hex } from '../../vocabulary/values.js';
import type { Chain } from '../chain.js';
import type { Channels } from '../channels.js';
import { sponsorDeposit } from '../sponsor-deposit.js';
import { type ChannelFields, channelId, type Domain, depositNonce } from '../typed-data.js';

/**
 * Looks every `everyMs` at the addresses that are watched now, and tells of each that holds `minimum` or more; of one
 * address, one telling is under way at a time. What a telling throws is said in the log, and told again later.
 */
export function watchArrivals<T extends { address: Hex }>(needs: {
  watched: () => readonly T[];
  /** In the order of the addresses. */
  balancesOf: (addresses: readonly Hex[]) => Promise<bigint[]>;
  minimum: bigint;
  everyMs: number;
  onArrival: (one: T) => Promise<void>;
  log: Logger;
}): { stop: () => Promise<void> } {
  const { watched, balancesOf, minimum, everyMs, onArrival, log } = needs;
  let stopped = false;
  let wake = () => {};

  async function tell(one: T): Promise<void> {
    if (stopped) return;
    await onArrival(one).catch((error) => {
      log.warn({ err: error, address: one.address }, 'what arrived could not be deposited; trying again');
    });
  }

  async function look(): Promise<void> {
    const all = watched();
    const balances = await balancesOf(all.map(({ address }) => address));
    for (const [i, one] of all.entries()) if ((balances[i] ?? 0n) >= minimum) await tell(one);
  }

  async function run(): Promise<void> {
    while (!stopped) {
      await look().catch((error) => log.warn({ err: error }, 'addresses could not be looked at; trying again'));
      if (stopped) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, everyMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  const running = run();
  return {
    stop: async () => {
      stopped = true;
      wake();
      await running;
    },
  };
}

export type Deposits = ReturnType<typeof createDeposits>;

export function createDeposits(needs: {
  store: Store;
  chain: Chain;
  channels: Channels;
  domain: Domain;
  /** Less is not worth its gas. */
  minimum: bigint;
  now: () => number;
}) {
  const { store, chain, channels, domain, minimum, now } = needs;

  async function drop(address: Hex): Promise<void> {
    await store.write(async (trx) => {
      await trx.deleteFrom('chat_deposits').where('address', '=', address).execute();
    });
  }

  /** One that the chain refuses for good is forgotten: what is at the address is signed for anew. */
  async function send(address: Hex, request: DepositRequest): Promise<void> {
    try {
      await channels.deposit(request);
    } catch (error) {
      const hopeless = error instanceof Problem && ['chain_refused', 'channel_not_ours'].includes(error.code);
      const { salt } = request.deposit.authorization.erc3009Authorization;
      const nonce = depositNonce(channelId(request.channelConfig, domain), salt);
      if (hopeless && !(await chain.depositUsed(address, nonce))) await drop(address);
      throw error;
    }
    await drop(address);
  }

  /** Ends what an earlier run left under way. */
  async function finish(address: Hex): Promise<void> {
    const rows = store.db.selectFrom('chat_deposits').select('request').where('address', '=', address);
    const row = await rows.executeTakeFirst();
    if (row) await send(address, DepositRequest.parse(JSON.parse(row.request)));
  }

  /** Deposits all that is at the key's address, if it is `minimum` or more; on disk before it is sent. */
  async function deposit(config: ChannelFields, key: Hex): Promise<void> {
    const address = config.payer;
    await finish(address);
    const amount = await chain.balanceOf(address);
    if (amount < minimum || amount === 0n) return;
    const { depositCollector, token } = chain;
    const request = sponsorDeposit({ key, config, amount, domain, depositCollector, token, now: now() });
    const row = { address, request: JSON.stringify(request), at: now() };
    await store.write(async (trx) => {
      await trx.insertInto('chat_deposits').values(row).execute();
    });
    await send(address, request);
  }

  return { deposit, finish };
}
