// Money on a real chain: deposits, links behind one channel, claims to the unit, refunds, withdrawals, a chain that is away.
import { Contract, JsonRpcProvider, Wallet } from 'ethers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { x402BatchSettlement } from '../../src/chain/contracts.js';
import { addressOf, closeDigest, randomKey, sign } from '../../src/payments/typed-data.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { dai, type MoneyHouse, openMoney } from '../support/money.js';
import { watch } from '../support/payments.js';

let house: MoneyHouse;

beforeAll(async () => {
  house = await openMoney();
});
afterAll(() => house.close());

const refusal = (code: string) => expect.objectContaining({ code });

describe('a deposit', () => {
  it('opens a channel with exactly what was signed, sent by the server, once however often it arrives', async () => {
    const key = randomKey();
    await house.now.chain.mint(addressOf(key), 5n * dai);
    const request = house.depositRequest(key, 2n * dai);
    const [a, b] = await Promise.all([
      house.now.payments.channels.deposit(request),
      house.now.payments.channels.deposit(request),
    ]);
    expect(a.purse).toMatchObject({ kind: 'channel', limit: 2n * dai, spent: 0n, signer: addressOf(key) });
    expect(b.purse.limit).toBe(2n * dai);
    expect(await house.now.chain.balanceOf(addressOf(key))).toBe(3n * dai);
    await house.now.payments.channels.deposit(house.depositRequest(key, dai));
    expect(house.now.payments.ledger.purse(a.purse.id)?.limit).toBe(3n * dai);
  });

  it('is not sent again when it was mined but never written down', async () => {
    const key = randomKey();
    await house.now.chain.mint(addressOf(key), dai);
    const request = house.depositRequest(key, dai);
    const auth = request.deposit.authorization.erc3009Authorization;
    const authorization = { ...auth, validAfter: 0n, validBefore: BigInt(auth.validBefore) };
    await house.now.chain.deposit(request.channelConfig, dai, authorization);
    expect((await house.now.payments.channels.deposit(request)).purse.limit).toBe(dai);
  });

  it('is refused for another receiver, authorizer, token, delay, signer, or without the money', async () => {
    const key = randomKey();
    const other = addressOf(randomKey());
    const wrong = [{ receiver: other }, { receiverAuthorizer: other }, { token: other }, { withdrawDelay: 899 }];
    for (const change of wrong) {
      await expect(async () =>
        house.now.payments.channels.deposit(house.depositRequest(key, 1n, change)),
      ).rejects.toEqual(refusal('channel_not_ours'));
    }
    const forged = house.depositRequest(key, 1n);
    forged.deposit.amount = '2';
    await expect(house.now.payments.channels.deposit(forged)).rejects.toEqual(refusal('wrong_signer'));
    await expect(house.now.payments.channels.deposit(house.depositRequest(key, dai))).rejects.toEqual(
      refusal('chain_refused'),
    );
  });
});

describe('settling', () => {
  it('pays the host exactly what links and channels spent, and gives every payer the rest', async () => {
    await house.now.chain.mint(house.now.payments.sponsor.address, 10n * dai);
    await house.now.payments.sponsor.fund('main', 10n * dai);
    const links = await Promise.all([house.link(2n * dai, dai), house.link(dai, dai / 2n)]);
    const own = await house.viewer(3n * dai);
    const before = await house.now.chain.balanceOf(house.now.place.host);
    await house.now.payments.ledger.charge(watch(links[0].signer, 1, 123_456_789n));
    await house.now.payments.ledger.charge(watch(links[0].signer, 2, 1n));
    await house.now.payments.ledger.charge(watch(links[1].signer, 1, dai / 2n));
    await own.pay(1, 987_654_321n);
    const owed = 123_456_789n + 1n + dai / 2n + 987_654_321n;
    expect(house.now.payments.onChain().unclaimed).toBe(owed);
    const foreseen = await house.settle({ dryRun: true });
    expect(house.now.payments.onChain().unclaimed).toBe(owed);
    const report = await house.settle();
    expect(foreseen.claims.map(({ channel, amount }) => [channel, amount])).toEqual(
      report.claims.map(({ channel, amount }) => [channel, amount]),
    );
    expect(foreseen).toMatchObject({ settled: report.settled, transaction: null });
    expect(report.claims).toHaveLength(2);
    expect(BigInt(report.settled)).toBe(owed);
    expect((await house.now.chain.balanceOf(house.now.place.host)) - before).toBe(owed);
    expect(house.now.payments.onChain()).toMatchObject({ unclaimed: 0n });
    // Nothing new: nothing is sent.
    expect(await house.settle()).toMatchObject({ claims: [], settled: '0', transaction: null });

    const refunds = (await house.settle({ refund: true })).refunds;
    expect(refunds.find((r) => r.to === own.signer)?.amount).toBe(`${3n * dai - 987_654_321n}`);
    expect(await house.now.chain.balanceOf(own.signer)).toBe(3n * dai - 987_654_321n);
    expect(await house.now.chain.balanceOf(house.now.payments.sponsor.address)).toBe(
      10n * dai - (123_456_789n + 1n + dai / 2n),
    );
    expect((await house.now.chain.balanceOf(house.now.place.host)) - before).toBe(owed);
    await expect(house.now.payments.ledger.charge(watch(links[0].signer, 3, 1n))).rejects.toEqual(
      refusal('sponsor_unavailable'),
    );
  });

  it('closes a channel at its key’s wish only, and the channel can be filled again', async () => {
    const own = await house.viewer(dai);
    await own.pay(1, 1000n);
    const now = Date.now();
    const wish = (key: Hex, at: number) =>
      house.now.payments.close(own.id, at, sign(closeDigest(own.id, at, house.now.payments.domain), key));
    await expect(wish(randomKey(), now)).rejects.toEqual(refusal('wrong_signer'));
    await expect(wish(own.key, now - 3_600_000)).rejects.toEqual(refusal('clock_off'));
    expect(await wish(own.key, now)).toMatchObject({ claimed: '1000', refunded: `${dai - 1000n}`, to: own.signer });
    expect(await house.now.chain.balanceOf(own.signer)).toBe(dai - 1000n);
    await expect(own.pay(2, 1n)).rejects.toEqual(refusal('voucher_over_limit'));
    await house.now.payments.channels.deposit(house.depositRequest(own.key, 500n));
    await own.pay(2, 500n);
    expect(house.now.payments.ledger.purse(own.id)).toMatchObject({ spent: 1500n, limit: 1500n });
  });

  it('claims at once when a payer withdraws on his own, and serves no more than stays', async () => {
    const own = await house.viewer(dai);
    await own.pay(1, 7000n);
    const provider = new JsonRpcProvider(house.now.place.rpcUrl, undefined, { staticNetwork: true });
    await provider.send('anvil_setBalance', [own.signer, `0x${dai.toString(16)}`]);
    const contract = new Contract(house.now.place.contract, x402BatchSettlement.abi, new Wallet(own.key, provider));
    const config = house.now.payments.channels.get(own.id)?.config;
    await (await contract.getFunction('initiateWithdraw').send(config, dai - 7000n)).wait();
    await vi.waitFor(() => expect(house.now.payments.channels.get(own.id)?.claimed).toBe(7000n), { timeout: 5000 });
    expect(house.now.payments.ledger.purse(own.id)?.limit).toBe(7000n);
    provider.destroy();
  });
});

it('keeps all of it over a restart', async () => {
  const own = await house.viewer(dai);
  await own.pay(1, 42n);
  await house.reopen();
  expect(house.now.payments.ledger.purse(own.id)).toMatchObject({ spent: 42n, limit: dai });
  const report = await house.settle();
  expect(report.claims.some((claim) => claim.channel === own.id && claim.amount === '42')).toBe(true);
});

it('keeps a channel closed until its refund is mined for good, also over a restart', async () => {
  const own = await house.viewer(dai);
  const provider = new JsonRpcProvider(house.now.place.rpcUrl, undefined, { staticNetwork: true });
  const close = () => {
    const at = Date.now();
    return house.now.payments.close(own.id, at, sign(closeDigest(own.id, at, house.now.payments.domain), own.key));
  };
  const purse = () => house.now.payments.ledger.purse(own.id);
  const seen = async (): Promise<number> => {
    const mark = house.now.store.db.selectFrom('meta').select('value').where('name', '=', 'block');
    return JSON.parse((await mark.executeTakeFirstOrThrow()).value).block;
  };
  await provider.send('evm_mine', []);
  await provider.send('evm_mine', []);
  await house.reopen(3);
  const cut = close().catch((error: unknown) => error);
  await vi.waitFor(async () => expect(await house.now.chain.balanceOf(own.signer)).toBe(dai), { timeout: 5000 });
  await house.reopen(3);
  expect(await cut).toEqual(refusal('chain_unavailable'));
  let over = false;
  const again = close().finally(() => {
    over = true;
  });
  await provider.send('evm_mine', []);
  await vi.waitFor(async () => expect(await seen()).toBe((await provider.getBlockNumber()) - 2), { timeout: 5000 });
  expect([over, purse()?.closing]).toEqual([false, true]);
  await provider.send('evm_mine', []);
  // The server itself had taken the closing up before.
  await expect(again).rejects.toEqual(refusal('nothing_to_refund'));
  expect(purse()).toMatchObject({ limit: 0n, closing: false });
  await house.reopen();
  provider.destroy();
});

it('reads a channel again once the block counts at which it was read: that one may have been rewritten', async () => {
  const own = await house.viewer(dai);
  const provider = new JsonRpcProvider(house.now.place.rpcUrl, undefined, { staticNetwork: true });
  const mine = () => provider.send('evm_mine', []);
  const limit = () => house.now.payments.ledger.purse(own.id)?.limit;
  await provider.send('anvil_setBalance', [own.signer, `0x${dai.toString(16)}`]);
  for (let i = 0; i < 3; i++) await mine();
  await house.reopen(3);
  const contract = new Contract(house.now.place.contract, x402BatchSettlement.abi, new Wallet(own.key, provider));
  const { config } = house.now.payments.channels.get(own.id) ?? {};
  await (await contract.getFunction('initiateWithdraw').send(config, dai)).wait();
  await house.now.payments.channels.refresh(own.id);
  expect(limit()).toBe(0n);
  await provider.send('anvil_reorg', [1, []]);
  for (let i = 0; i < 3; i++) await mine();
  await vi.waitFor(() => expect(limit()).toBe(dai), { timeout: 5000 });
  await house.reopen();
  provider.destroy();
});

it('says so while the chain is away, goes on serving, and settles when it is back', async () => {
  const own = await house.viewer(dai);
  await own.pay(1, 10n);
  await house.stopChain();
  await vi.waitFor(() => expect(house.now.running.reachable()).toBe(false), { timeout: 10_000 });
  await own.pay(2, 10n);
  await expect(house.settle()).rejects.toEqual(refusal('chain_unavailable'));
  await expect(house.now.payments.channels.deposit(house.depositRequest(own.key, 1n))).rejects.toEqual(
    refusal('chain_unavailable'),
  );
  await house.startChainAgain();
  await vi.waitFor(() => expect(house.now.running.reachable()).toBe(true), { timeout: 10_000 });
  const before = await house.now.chain.balanceOf(house.now.place.host);
  await house.settle();
  expect((await house.now.chain.balanceOf(house.now.place.host)) - before).toBe(20n);
});
