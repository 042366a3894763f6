// The payments part on a real development chain, with payers who sign; it can be closed and opened again.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ChainPlace, chooseChain } from '../../src/chain/index.js';
import { type Chain, connectChain, openPayments, type Payments } from '../../src/payments/index.js';
import {
  addressOf,
  channelId,
  depositNonce,
  randomKey,
  receiveDigest,
  sign,
  voucherDigest,
} from '../../src/payments/typed-data.js';
import { readSettings } from '../../src/settings.js';
import { openStore, type Store } from '../../src/store/index.js';
import type { DepositRequest } from '../../src/vocabulary/channels.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { addStream, silent, watch } from './payments.js';

export const dai = 10n ** 18n;

export interface Money {
  place: ChainPlace;
  chain: Chain;
  store: Store;
  payments: Payments;
  running: ReturnType<Payments['start']>;
}

export type MoneyHouse = Awaited<ReturnType<typeof openMoney>>;

/** `house.now` is what is open; its parts change when it is closed and opened again. */
/** `lookEveryMs`: how often the settler looks for closings that a fault left unfinished. */
export async function openMoney({ lookEveryMs = 100 } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'dtok-money-'));
  const [gateKey, sponsorKey] = [randomKey(), randomKey()];
  const startChain = (port?: string) =>
    chooseChain({ settings: readSettings({ DATA_DIR: folder, ...(port && { CHAIN_PORT: port }) }), log: silent });

  async function open(place: ChainPlace, confirmations = 1): Promise<Money> {
    const store = await openStore({ path: join(folder, 'dtok.sqlite') });
    if (!(await store.db.selectFrom('streams').select('id').executeTakeFirst())) await addStream(store);
    const chain = await connectChain({ ...place, store, pollMs: 50, confirmations, log: silent });
    const settle = { minimum: 10n ** 30n, afterMs: 10 ** 9, everyMs: lookEveryMs, coinPrice: 0n, mostCostPercent: 5n };
    const payments = await openPayments({
      ...{ store, chain, gateKey, sponsorKey, onPurse: () => {}, log: silent },
      settings: { host: place.host, withdrawDelay: 900, pollMs: 100, settle, clockTolerance: 300_000 },
    });
    return { place, chain, store, payments, running: payments.start() };
  }

  async function shut({ running, chain, store }: Money): Promise<void> {
    await running.stop();
    chain.close();
    await store.close();
  }

  const house = {
    now: await open(await startChain()),
    reopen: async (confirmations = 1) => {
      await shut(house.now);
      house.now = await open(house.now.place, confirmations);
    },
    stopChain: () => house.now.place.stop(),
    startChainAgain: async () => {
      house.now.place = await startChain(new URL(house.now.place.rpcUrl).port);
    },
    close: async () => {
      await shut(house.now);
      await house.now.place.stop();
      rmSync(folder, { recursive: true });
    },
    settle: (wish: { refund?: boolean; dryRun?: boolean } = {}) =>
      house.now.payments.settle({ refund: false, dryRun: false, ...wish }),

    /** A viewer's own deposit, as the page signs it. */
    depositRequest(key: Hex, amount: bigint, change: Partial<DepositRequest['channelConfig']> = {}): DepositRequest {
      const { payments, chain } = house.now;
      const payer = addressOf(key);
      const salt: Hex = `0x${'11'.repeat(32)}`;
      const channelConfig = { payer, payerAuthorizer: payer, ...payments.terms, salt, ...change };
      const id = channelId(channelConfig, payments.domain);
      const once = randomKey();
      const validBefore = BigInt(Math.floor(Date.now() / 1000) + 3600);
      const nonce = depositNonce(id, once);
      const message = { from: payer, to: chain.depositCollector, value: amount, validAfter: 0n, validBefore, nonce };
      const signature = sign(receiveDigest(message, { ...chain.token, chainId: chain.chainId }), key);
      const erc3009Authorization = { validAfter: '0', validBefore: `${validBefore}`, salt: once, signature };
      return {
        type: 'deposit',
        channelConfig,
        voucher: {
          channelId: id,
          maxClaimableAmount: '0',
          signature: sign(voucherDigest(id, 0n, payments.domain), key),
        },
        deposit: { amount: `${amount}`, authorization: { erc3009Authorization } },
      };
    },

    /** A viewer with a channel of his own. */
    async viewer(credit: bigint) {
      const key = randomKey();
      const signer = addressOf(key);
      await house.now.chain.mint(signer, credit);
      const { purse } = await house.now.payments.channels.deposit(house.depositRequest(key, credit));
      const pay = async (n: number, amount: bigint) => {
        const { ledger, domain } = house.now.payments;
        const total = (ledger.purse(purse.id)?.spent ?? 0n) + amount;
        await ledger.acceptVoucher(purse.id, total, sign(voucherDigest(purse.id, total, domain), key));
        await ledger.charge(watch(signer, n, amount));
      };
      return { key, signer, id: purse.id, pay };
    },

    /** A watch link of the house's sponsor, whose holder has signed for `authorized`. */
    async link(limit: bigint, authorized: bigint) {
      const { links, sponsor, ledger, domain } = house.now.payments;
      const key = randomKey();
      const signer = addressOf(key);
      const [made] = await links.make('main', sponsor.channelOf('main'), [{ signer, limit, label: '' }]);
      if (!made) throw new Error('no link');
      await ledger.acceptVoucher(made.id, authorized, sign(voucherDigest(made.id, authorized, domain), key));
      return { ...made, signer };
    },
  };
  return house;
}
