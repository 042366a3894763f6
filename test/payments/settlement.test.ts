// Money on a real chain: deposits, links behind one channel, claims to the unit, refunds, withdrawals, a chain that is away.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Contract, JsonRpcProvider, Wallet } from 'ethers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { x402BatchSettlement } from '../../src/chain/contracts.js';
import { type ChainPlace, chooseChain } from '../../src/chain/index.js';
import { type Chain, connectChain, openPayments, type Payments } from '../../src/payments/index.js';
import {
  addressOf,
  channelId,
  closeDigest,
  depositNonce,
  randomKey,
  receiveDigest,
  sign,
  voucherDigest,
} from '../../src/payments/typed-data.js';
import { readSettings } from '../../src/settings.js';
import { openStore, type Store } from '../../src/store/index.js';
import type { DepositRequest } from '../../src/vocabulary/api.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { addStream, silent, watch } from '../support/payments.js';

const folder = mkdtempSync(join(tmpdir(), 'dtok-settle-'));
const dai = 10n ** 18n;
const gateKey = randomKey();
const sponsorKey = randomKey();
let place: ChainPlace;
let chain: Chain;
let store: Store;
let payments: Payments;
let running: ReturnType<Payments['start']>;

async function open() {
  store = await openStore({ path: join(folder, 'dtok.sqlite') });
  if (!(await store.db.selectFrom('streams').select('id').executeTakeFirst())) await addStream(store);
  const settle = { minimum: 10n ** 30n, afterMs: 10 ** 9, everyMs: 100 };
  payments = await openPayments({
    store,
    chain,
    gateKey,
    sponsorKey,
    settings: { host: place.host, withdrawDelay: 900, pollMs: 100, settle, clockTolerance: 300_000 },
    onPurse: () => {},
    log: silent,
  });
  running = payments.start();
}

beforeAll(async () => {
  place = await chooseChain({ settings: readSettings({ DATA_DIR: folder }), log: silent });
  chain = await connectChain({ ...place, pollMs: 50 });
  await open();
});

afterAll(async () => {
  await running.stop();
  await store.close();
  chain.close();
  await place.stop();
  rmSync(folder, { recursive: true });
});

const refusal = (code: string) => expect.objectContaining({ code });

/** A viewer's own deposit, as the page signs it. */
function depositRequest(
  key: Hex,
  amount: bigint,
  change: Partial<DepositRequest['channelConfig']> = {},
): DepositRequest {
  const payer = addressOf(key);
  const channelConfig = {
    payer,
    payerAuthorizer: payer,
    ...payments.terms,
    salt: `0x${'11'.repeat(32)}` as Hex,
    ...change,
  };
  const id = channelId(channelConfig, payments.domain);
  const salt = randomKey();
  const authorization = { validAfter: 0n, validBefore: BigInt(Math.floor(Date.now() / 1000) + 3600) };
  const message = {
    from: payer,
    to: chain.depositCollector,
    value: amount,
    nonce: depositNonce(id, salt),
    ...authorization,
  };
  const signature = sign(receiveDigest(message, { ...chain.token, chainId: chain.chainId }), key);
  return {
    type: 'deposit',
    channelConfig,
    voucher: { channelId: id, maxClaimableAmount: '0', signature: sign(voucherDigest(id, 0n, payments.domain), key) },
    deposit: {
      amount: `${amount}`,
      authorization: {
        erc3009Authorization: { validAfter: '0', validBefore: `${authorization.validBefore}`, salt, signature },
      },
    },
  };
}

async function viewer(credit: bigint) {
  const key = randomKey();
  const signer = addressOf(key);
  await chain.mint(signer, credit);
  const { purse } = await payments.channels.deposit(depositRequest(key, credit));
  const pay = async (n: number, amount: bigint) => {
    const total = (payments.ledger.purse(purse.id)?.spent ?? 0n) + amount;
    await payments.ledger.acceptVoucher(purse.id, total, sign(voucherDigest(purse.id, total, payments.domain), key));
    await payments.ledger.charge(watch(signer, n, amount));
  };
  return { key, signer, id: purse.id, pay };
}

async function link(limit: bigint, authorized: bigint) {
  const key = randomKey();
  const signer = addressOf(key);
  const [made] = await payments.links.make('main', payments.sponsor.channelOf('main'), [{ signer, limit, label: '' }]);
  if (!made) throw new Error('no link');
  const signature = sign(voucherDigest(made.id, authorized, payments.domain), key);
  await payments.ledger.acceptVoucher(made.id, authorized, signature);
  return { ...made, signer };
}

describe('a deposit', () => {
  it('opens a channel with exactly what was signed, sent by the server, once however often it arrives', async () => {
    const key = randomKey();
    await chain.mint(addressOf(key), 5n * dai);
    const request = depositRequest(key, 2n * dai);
    const [a, b] = await Promise.all([payments.channels.deposit(request), payments.channels.deposit(request)]);
    expect(a.purse).toMatchObject({ kind: 'channel', limit: 2n * dai, spent: 0n, signer: addressOf(key) });
    expect(b.purse.limit).toBe(2n * dai);
    expect(await chain.balanceOf(addressOf(key))).toBe(3n * dai);
    await payments.channels.deposit(depositRequest(key, dai));
    expect(payments.ledger.purse(a.purse.id)?.limit).toBe(3n * dai);
  });

  it('is not sent again when it was mined but never written down', async () => {
    const key = randomKey();
    await chain.mint(addressOf(key), dai);
    const request = depositRequest(key, dai);
    const auth = request.deposit.authorization.erc3009Authorization;
    const authorization = { ...auth, validAfter: 0n, validBefore: BigInt(auth.validBefore) };
    await chain.deposit(request.channelConfig, dai, authorization);
    expect((await payments.channels.deposit(request)).purse.limit).toBe(dai);
  });

  it('is refused for another receiver, authorizer, token, delay, signer, or without the money', async () => {
    const key = randomKey();
    const other = addressOf(randomKey());
    const wrong = [{ receiver: other }, { receiverAuthorizer: other }, { token: other }, { withdrawDelay: 899 }];
    for (const change of wrong) {
      await expect(async () => payments.channels.deposit(depositRequest(key, 1n, change))).rejects.toEqual(
        refusal('channel_not_ours'),
      );
    }
    const forged = depositRequest(key, 1n);
    forged.deposit.amount = '2';
    await expect(payments.channels.deposit(forged)).rejects.toEqual(refusal('wrong_signer'));
    await expect(payments.channels.deposit(depositRequest(key, dai))).rejects.toEqual(refusal('chain_refused'));
  });
});

describe('settling', () => {
  it('pays the host exactly what links and channels spent, and gives every payer the rest', async () => {
    await chain.mint(payments.sponsor.address, 10n * dai);
    await payments.sponsor.fund('main', 10n * dai);
    const links = await Promise.all([link(2n * dai, dai), link(dai, dai / 2n)]);
    const own = await viewer(3n * dai);
    const before = await chain.balanceOf(place.host);
    await payments.ledger.charge(watch(links[0].signer, 1, 123_456_789n));
    await payments.ledger.charge(watch(links[0].signer, 2, 1n));
    await payments.ledger.charge(watch(links[1].signer, 1, dai / 2n));
    await own.pay(1, 987_654_321n);
    const owed = 123_456_789n + 1n + dai / 2n + 987_654_321n;
    expect(payments.onChain().unclaimed).toBe(owed);
    const report = await payments.settle({ refund: false });
    expect(report.claims).toHaveLength(2);
    expect(BigInt(report.settled)).toBe(owed);
    expect((await chain.balanceOf(place.host)) - before).toBe(owed);
    expect(payments.onChain()).toMatchObject({ unclaimed: 0n });
    // Nothing new: nothing is sent.
    expect(await payments.settle({ refund: false })).toMatchObject({ claims: [], settled: '0', transaction: null });

    const refunds = (await payments.settle({ refund: true })).refunds;
    expect(refunds.find((r) => r.to === own.signer)?.amount).toBe(`${3n * dai - 987_654_321n}`);
    expect(await chain.balanceOf(own.signer)).toBe(3n * dai - 987_654_321n);
    expect(await chain.balanceOf(payments.sponsor.address)).toBe(10n * dai - (123_456_789n + 1n + dai / 2n));
    expect((await chain.balanceOf(place.host)) - before).toBe(owed);
    await expect(payments.ledger.charge(watch(links[0].signer, 3, 1n))).rejects.toEqual(refusal('sponsor_unavailable'));
  });

  it('closes a channel at its key’s wish only, and the channel can be filled again', async () => {
    const own = await viewer(dai);
    await own.pay(1, 1000n);
    const now = Date.now();
    const wish = (key: Hex, at: number) =>
      payments.close(own.id, at, sign(closeDigest(own.id, at, payments.domain), key));
    await expect(wish(randomKey(), now)).rejects.toEqual(refusal('wrong_signer'));
    await expect(wish(own.key, now - 3_600_000)).rejects.toEqual(refusal('clock_off'));
    expect(await wish(own.key, now)).toMatchObject({ claimed: '1000', refunded: `${dai - 1000n}`, to: own.signer });
    expect(await chain.balanceOf(own.signer)).toBe(dai - 1000n);
    await expect(own.pay(2, 1n)).rejects.toEqual(refusal('voucher_over_limit'));
    await payments.channels.deposit(depositRequest(own.key, 500n));
    await own.pay(2, 500n);
    expect(payments.ledger.purse(own.id)).toMatchObject({ spent: 1500n, limit: 1500n });
  });

  it('claims at once when a payer withdraws on his own, and serves no more than stays', async () => {
    const own = await viewer(dai);
    await own.pay(1, 7000n);
    const provider = new JsonRpcProvider(place.rpcUrl, undefined, { staticNetwork: true });
    await provider.send('anvil_setBalance', [own.signer, `0x${dai.toString(16)}`]);
    const contract = new Contract(place.contract, x402BatchSettlement.abi, new Wallet(own.key, provider));
    const config = payments.channels.get(own.id)?.config;
    await (await contract.getFunction('initiateWithdraw').send(config, dai - 7000n)).wait();
    await vi.waitFor(() => expect(payments.channels.get(own.id)?.claimed).toBe(7000n), { timeout: 5000 });
    expect(payments.ledger.purse(own.id)?.limit).toBe(7000n);
    provider.destroy();
  });
});

it('keeps all of it over a restart', async () => {
  const own = await viewer(dai);
  await own.pay(1, 42n);
  await running.stop();
  await store.close();
  await open();
  expect(payments.ledger.purse(own.id)).toMatchObject({ spent: 42n, limit: dai });
  const report = await payments.settle({ refund: false });
  expect(report.claims.some((claim) => claim.channel === own.id && claim.amount === '42')).toBe(true);
});

it('says so while the chain is away, goes on serving, and settles when it is back', async () => {
  const own = await viewer(dai);
  await own.pay(1, 10n);
  const { port } = new URL(place.rpcUrl);
  await place.stop();
  await vi.waitFor(() => expect(running.reachable()).toBe(false), { timeout: 10_000 });
  await own.pay(2, 10n);
  await expect(payments.settle({ refund: false })).rejects.toEqual(refusal('chain_unavailable'));
  await expect(payments.channels.deposit(depositRequest(own.key, 1n))).rejects.toEqual(refusal('chain_unavailable'));
  place = await chooseChain({ settings: readSettings({ DATA_DIR: folder, CHAIN_PORT: port }), log: silent });
  await vi.waitFor(() => expect(running.reachable()).toBe(true), { timeout: 10_000 });
  const before = await chain.balanceOf(place.host);
  await payments.settle({ refund: false });
  expect((await chain.balanceOf(place.host)) - before).toBe(20n);
});
