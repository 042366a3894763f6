// Tokens at a viewer's own address: seen, and sent on without gas exactly once, for payers of channels only.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addressOf, randomKey, sign, transferDigest } from '../../src/payments/typed-data.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { dai, type MoneyHouse, openMoney } from '../support/money.js';

let house: MoneyHouse;
beforeAll(async () => {
  house = await openMoney();
});
afterAll(() => house.close());

const addresses = () => house.now.payments.addresses;
const held = (address: Hex) => house.now.chain.balanceOf(address);

function transfer(key: Hex, to: Hex, value: bigint, validSeconds = 3600) {
  const { chain } = house.now;
  const validBefore = BigInt(Math.floor(Date.now() / 1000) + validSeconds);
  const message = { from: addressOf(key), to, value, validAfter: 0n, validBefore, nonce: randomKey() };
  return { message, signature: sign(transferDigest(message, { ...chain.token, chainId: chain.chainId }), key) };
}

/** A viewer whose channel is closed: its tokens lie at his address. */
async function leftWith(amount: bigint) {
  const viewer = await house.viewer(amount);
  await house.now.payments.channels.refresh(viewer.id);
  await house.settle({ refund: true });
  expect(await held(viewer.signer)).toBe(amount);
  return { ...viewer, to: addressOf(randomKey()) };
}

it('sees what has arrived, of the token and of the chain’s own coin, and asks the chain once for many pages', async () => {
  const address = addressOf(randomKey());
  expect(await addresses().look(address)).toEqual({ token: 0n, coin: 0n });
  const again = addresses().look(address);
  expect(addresses().look(address)).toBe(again);
  const other = addressOf(randomKey());
  await house.now.chain.mint(other, 3n * dai);
  expect(await addresses().look(other)).toEqual({ token: 3n * dai, coin: 0n });
  expect((await addresses().look(house.now.chain.relayer)).coin).toBeGreaterThan(10n ** 18n);
});

it('sends on once, however often it is asked, also after a restart', async () => {
  const { key, signer, to } = await leftWith(7n * dai);
  const { message, signature } = transfer(key, to, 7n * dai);
  const both = await Promise.all([addresses().sendOn(message, signature), addresses().sendOn(message, signature)]);
  expect(both[0]).toMatch(/^0x[0-9a-f]{64}$/);
  expect(both[1]).toBe(both[0]);
  // Whether nothing is left there, or as much again.
  expect(await addresses().sendOn(message, signature)).toBe(both[0]);
  await house.now.chain.mint(signer, 7n * dai);
  await house.reopen();
  expect(await addresses().sendOn(message, signature)).toBe(both[0]);
  expect([await held(to), await held(signer)]).toEqual([7n * dai, 7n * dai]);
});

it('pays gas for nobody else: strangers, other keys, crumbs, too much and too late', async () => {
  const { key, signer, to } = await leftWith(4n * dai);
  const refused = async (code: string, given: ReturnType<typeof transfer>) => {
    await expect(addresses().sendOn(given.message, given.signature)).rejects.toMatchObject({ code });
  };
  const stranger = randomKey();
  await house.now.chain.mint(addressOf(stranger), dai);
  await refused('transfer_not_ours', transfer(stranger, to, dai));
  const good = transfer(key, to, 4n * dai);
  await refused('wrong_signer', { ...good, message: { ...good.message, to: signer } });
  await refused('bad_request', transfer(key, to, 2n * dai - 1n));
  await refused('bad_request', transfer(key, to, 0n));
  await refused('chain_refused', transfer(key, to, 4n * dai + 1n));
  await refused('chain_refused', transfer(key, to, 4n * dai, -10));
  expect([await held(to), await held(signer)]).toEqual([0n, 4n * dai]);
  await addresses().sendOn(good.message, good.signature);
  expect(await held(to)).toBe(4n * dai);
});
