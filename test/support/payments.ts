// Makes ledgers, purses and vouchers for tests, on a real SQLite file or in memory.
import { pino } from 'pino';
import { type ExtendSponsor, openLedger } from '../../src/payments/ledger.js';
import type { Purse } from '../../src/payments/purse.js';
import { channelToRow } from '../../src/payments/rows.js';
import { addressOf, type Domain, passId, randomKey, sign, voucherDigest } from '../../src/payments/typed-data.js';
import { openStore, type Store } from '../../src/store/index.js';
import type { Hex } from '../../src/vocabulary/values.js';

export const domain: Domain = { chainId: 31337, contract: '0x4020074e9df2ce1dee5a9c1b5c3f541d02a10003' };
export const silent = pino({ level: 'silent' });

export async function addStream(store: Store, id = 'main'): Promise<void> {
  await store.db
    .insertInto('streams')
    .values({
      id,
      title: id,
      price: '1',
      preview_ms: 0,
      key_period_ms: 2000,
      min_tip: '1',
      media_base: '',
      stream_key: `key-${id}`,
      overlay_token: `overlay-${id}`,
      next_key: 1,
      watched: '0',
      tipped: '0',
      created_at: 1,
    })
    .execute();
  const cam = { stream: id, id: 'main', title: '', stream_key: `key-${id}`, created_at: 1 };
  await store.db.insertInto('cams').values(cam).execute();
}

export const voucher = (purse: Hex, amount: bigint, key: Hex, on: Domain = domain): Hex =>
  sign(voucherDigest(purse, amount, on), key);

/** A channel of its own key with `limit` in it, in the store and in the ledger. */
export async function addChannel(ledger: Ledger, limit: bigint, key: Hex = randomKey()) {
  const signer = addressOf(key);
  const id = randomKey();
  const config = {
    payer: signer,
    payerAuthorizer: signer,
    receiver: signer,
    receiverAuthorizer: signer,
    token: signer,
    withdrawDelay: 900,
    salt: id,
  };
  const chain = { balance: limit, claimed: 0n, withdrawing: 0n, withdrawAt: 0, asOf: 0 };
  const purse: Purse = { ...blank, id, kind: 'channel', signer, channel: id, stream: null, limit };
  await ledger.add([purse], async (trx) => {
    await trx
      .insertInto('channels')
      .values(channelToRow({ id, config, ...chain }, 1))
      .execute();
  });
  return { id, key, signer };
}

/** A watch link on `channel`. */
export async function addPass(
  ledger: Ledger,
  channel: Hex,
  limit: bigint,
  key: Hex = randomKey(),
  more: { expiresAt?: number } = {},
) {
  const signer = addressOf(key);
  const id = passId(channel, signer, domain);
  await ledger.add([{ ...blank, id, kind: 'pass', signer, channel, stream: 'main', limit, ...more }]);
  return { id, key, signer };
}

const blank = { label: '', createdAt: 1, authorized: 0n, spent: 0n, signature: null, closing: false };

export type Ledger = Awaited<ReturnType<typeof openLedger>>;

/** A fresh store with the stream `main`, and a ledger whose sponsors sign with `sponsorKeys`. */
export async function freshLedger(options: { path?: string; sponsorKeys?: Map<Hex, Hex>; now?: () => number } = {}) {
  const store = await openStore({ path: options.path ?? ':memory:' });
  const known = await store.db.selectFrom('streams').select('id').executeTakeFirst();
  if (!known) await addStream(store);
  const extendSponsor: ExtendSponsor = async (channel, total) => {
    const key = options.sponsorKeys?.get(channel);
    if (key) await ledger.acceptVoucher(channel, total, voucher(channel, total, key));
  };
  const ledger: Ledger = await openLedger({
    ...{ store, domain, extendSponsor },
    ...(options.now && { now: options.now }),
  });
  return { store, ledger };
}

/** A charge of a purse's own payer for watching. */
export const watch = (payer: Hex, n: number, amount: bigint) => ({
  payer,
  reason: `watch/main/${n}`,
  stream: 'main',
  kind: 'watch' as const,
  amount,
  durationMs: 2000,
});
