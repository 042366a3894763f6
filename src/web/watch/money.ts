// The viewer's own money: put in by address or wallet, taken out, sent on; remembers what is under way.
import { channelId } from '../../payments/typed-data.js';
import type { ChannelInfo } from '../../vocabulary/channels.js';
import type { StreamInfo } from '../../vocabulary/streams.js';
import type { Hex } from '../../vocabulary/values.js';
import { type Api, Refusal } from '../shared/api.js';
import type { Keep } from '../shared/keep.js';
import type { Store } from '../shared/store.js';
import { createArrivals } from './arrivals.js';
import { createCashOuts } from './cash-out.js';
import type { Clock } from './clock.js';
import { createDeposits, type Depositor, type Deposits, domainOf } from './deposit.js';
import { connectWallet, type FoundWallet, WalletTrouble } from './injected.js';
import type { Payer } from './payer.js';
import { room } from './purses.js';
import type { Session } from './session.js';
import type { WatchState } from './state.js';
import type { Wallet } from './wallet.js';
import { leave } from './withdraw.js';

export type Money = ReturnType<typeof createMoney>;

/** A wallet that is not asked again: only what it signed before is sent. */
const absent = (address: Hex): Depositor => ({ address, receive: () => Promise.reject(new Error('not asked')) });

export function createMoney(needs: {
  api: Api;
  keep: Keep;
  wallet: Wallet;
  terms: StreamInfo['terms'];
  clock: Clock;
  payer: Pick<Payer, 'list' | 'learn' | 'forget'>;
  session: Pick<Session, 'refresh'>;
  store: Store<WatchState>;
}) {
  const { api, keep, wallet, terms, clock, payer, session, store } = needs;
  const deposits = createDeposits({ api, wallet, terms, keep, clock });
  const arrivals = createArrivals({
    ...{ api, keep, deposits, purses: payer.list },
    onPurse: (purse) => payer.learn([purse]),
    onChange: (arrival) => store.set({ arrival }),
  });
  const cashOuts = createCashOuts({ api, keep, wallet, terms, clock, closeOwn });
  const payersSlot = `payers.${wallet.address}`;
  const tills = new Map<Hex, Deposits>();

  const payersKnown = (): Hex[] => JSON.parse(keep.get(payersSlot) ?? '[]') as Hex[];

  function till(of: Depositor): Deposits {
    const made = createDeposits({ api, wallet, payer: of, terms, keep, clock });
    tills.set(of.address, made);
    return made;
  }

  /** A channel's terms, from the server or as kept; they prove themselves by the channel's id. */
  async function channel(id: Hex): Promise<ChannelInfo> {
    const slot = `channel.${id}`;
    const found = await api('getChannel', { params: { purse: id } }).catch((error: unknown) => {
      const kept = keep.get(slot);
      if (kept && error instanceof Refusal && error.code === 'offline') return JSON.parse(kept) as ChannelInfo;
      throw error;
    });
    if (channelId(found.config, domainOf(terms)) !== id) {
      throw new Refusal('internal', 'The server told another channel’s terms. Nothing was done.', 0);
    }
    keep.set(slot, JSON.stringify(found));
    return found;
  }

  const own = () => payer.list().filter(({ kind }) => kind === 'channel');

  /** What the page knows of its channels, and of tokens that lie at its address, read anew. */
  async function look(): Promise<void> {
    const known = store.get().channels;
    const over = (id: Hex) => known.find((one) => one.id === id && one.balance === one.claimed);
    const [channels, { token }] = await Promise.all([
      Promise.all(own().map((purse) => (room(purse) === 0n && over(purse.id)) || channel(purse.id))),
      api('getAddress', { params: { address: wallet.address } }),
    ]);
    store.set({ channels, lying: BigInt(token), cashOut: cashOuts.kept() });
  }

  async function close(id: Hex): Promise<{ refunded: bigint; to: Hex }> {
    arrivals.stop();
    const { config } = await channel(id);
    const from = config.payer === wallet.address ? deposits : (tills.get(config.payer) ?? till(absent(config.payer)));
    const { refunded } = await from.close(id);
    payer.forget(id);
    await session.refresh().catch(() => {});
    return { refunded, to: config.payer };
  }

  async function closeOwn(): Promise<void> {
    arrivals.stop();
    for (const { id } of own()) {
      if ((await channel(id)).config.payer !== wallet.address) continue;
      await close(id).catch((error: unknown) => {
        if (!(error instanceof Refusal) || error.code !== 'nothing_to_refund') throw error;
      });
    }
  }

  async function payFrom(found: FoundWallet, amount: bigint): Promise<void> {
    const connected = await connectWallet(found, terms.chainId);
    const { token } = await api('getAddress', { params: { address: connected.address } });
    if (BigInt(token) < amount) {
      const short = `${connected.address.slice(0, 6)}…${connected.address.slice(-4)}`;
      throw new WalletTrouble('failed', `The account ${short} has less ${terms.token.symbol} than that on this chain.`);
    }
    const from = till({
      address: connected.address,
      receive: async (authorization, domain) => {
        store.set({ walletStep: 'signing' });
        const signature = await connected.receive(authorization, domain);
        store.set({ walletStep: 'paying-in' });
        return signature;
      },
    });
    keep.set(payersSlot, JSON.stringify([...new Set([...payersKnown(), connected.address])]));
    const purse = await from.payIn(payer.list, async () => amount);
    if (purse) payer.learn([purse]);
  }

  return {
    deposits,
    arrivals,
    cashOuts,
    look,
    close,
    /** Signs in the wallet and puts in `amount` base units. Throws `WalletTrouble`, `Refusal`. */
    async payFromWallet(found: FoundWallet, amount: bigint): Promise<void> {
      store.set({ walletStep: 'connecting' });
      await payFrom(found, amount).finally(() => store.set({ walletStep: null }));
    },
    /** The way out without the server, step by step. Throws `WalletTrouble`, `Refusal`. */
    async leaveBy(found: FoundWallet, id: Hex) {
      const info = await channel(id);
      const { config, claimed } = info;
      const connected = await connectWallet(found, terms.chainId);
      const done = await leave({ wallet: connected, contract: terms.contract, id, config, now: clock.now() });
      const { free, withdrawing, readyAt } = done.standing;
      const told: ChannelInfo = {
        ...info,
        balance: `${BigInt(claimed) + free}`,
        withdrawing: `${withdrawing}`,
        withdrawableAt: readyAt,
      };
      // The server hears of it a little later.
      store.set({ channels: store.get().channels.map((one) => (one.id === id ? told : one)) });
      return done;
    },
    /** What an earlier visit left under way: deposits that were signed, tokens waited for, a payout. */
    resume(): void {
      const ask = [deposits, ...payersKnown().map((address) => till(absent(address)))].filter((one) =>
        one.unfinished(),
      );
      for (const one of ask) {
        one
          .finish()
          .then((purse) => purse && payer.learn([purse]))
          // When it fails again, the next visit or the button tries again.
          .catch(() => {});
      }
      store.set({ cashOut: cashOuts.kept() });
      if (!cashOuts.kept()) arrivals.resume();
    },
  };
}
