// Chat purses killed at their writes and transactions, one point after the other, and opened again: nothing lost, nothing twice.
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { ChatUser } from '../../src/payments/chat/index.js';
import { addressOf, randomKey } from '../../src/payments/typed-data.js';
import { dai, type House, type KillPoint, startHouse } from '../support/chat-house.js';

/** `EVERY=1` kills at every point; otherwise at every so many-th, which takes a few seconds. */
const every = Number(process.env.EVERY ?? 5);
const longMs = 300_000;

let site: Awaited<ReturnType<typeof startHouse>>;
let house: House;
let people = 1;

beforeAll(async () => {
  site = await startHouse();
  house = await site.open();
});
afterAll(() => site.stop());

async function funded(amount: bigint): Promise<ChatUser> {
  const user: ChatUser = { platform: 'telegram', user: `${people++}` };
  const { address } = await house.chat.account(user);
  await house.chain.mint(address, amount);
  await house.chat.collect(user);
  return user;
}

/** Kills `act` before and after its points until it has no more of them; `check` looks at what became of it. */
async function killEverywhere(each: () => Promise<{ act: () => Promise<unknown>; check: () => Promise<void> }>) {
  for (let at = 1, turn = 0; at < 100; at += every, turn++) {
    const { act, check } = await each();
    const point: KillPoint = { at, when: turn % 2 ? 'before' : 'after' };
    site.killAt(point.at, point.when);
    await act().catch(() => {});
    const killed = site.killed();
    house = await site.reopen();
    await check().catch((error) => {
      throw new Error(`killed ${point.when} point ${point.at}`, { cause: error });
    });
    if (!killed) return at;
  }
  throw new Error('it does not end');
}

it('a tip has one receipt, whenever it was killed and asked again', async () => {
  for (const at of [1, 2]) {
    for (const when of ['before', 'after'] as const) {
      const user = await funded(dai);
      const wish = { stream: 'main', id: 'i1', amount: 20n, name: 'ann', message: 'hi' };
      site.killAt(at, when);
      await house.chat.tip(user, wish).catch(() => {});
      expect(site.killed()).toBe(true);
      house = await site.reopen();
      const receipt = await house.chat.tip(user, wish);
      expect(await house.chat.tip(user, wish)).toEqual(receipt);
      const { address, own } = await house.chat.account(user);
      expect(own).toMatchObject({ spent: 20n, authorized: 20n });
      const rows = house.store.db.selectFrom('tips').select('event').where('payer', '=', address);
      expect(await rows.execute()).toEqual([{ event: receipt.n }]);
    }
  }
});

it(
  'a top-up is deposited once and whole',
  async () => {
    const points = await killEverywhere(async () => {
      const user: ChatUser = { platform: 'discord', user: `${people++}` };
      const { address } = await house.chat.account(user);
      await house.chain.mint(address, dai);
      return {
        act: () => house.chat.collect(user),
        check: async () => {
          await house.chat.collect(user);
          expect((await house.chat.account(user)).own).toMatchObject({ limit: dai });
          expect(await house.chain.balanceOf(address)).toBe(0n);
          expect(await house.store.db.selectFrom('chat_deposits').selectAll().execute()).toEqual([]);
        },
      };
    });
    expect(points).toBeGreaterThan(4);
  },
  longMs,
);

it(
  'a payout arrives whole and once, by itself or by asking again',
  async () => {
    let n = 0;
    const points = await killEverywhere(async () => {
      const user = await funded(dai);
      await house.chat.tip(user, { stream: 'main', id: 'i1', amount: 400n, name: '', message: '' });
      const wish = { id: 'w1', to: addressOf(randomKey()) };
      const there = async () => expect(await house.chain.balanceOf(wish.to)).toBe(dai - 400n);
      n += 1;
      return {
        act: () => house.chat.withdraw(user, wish),
        check: async () => {
          const known = (await house.chat.account(user)).withdrawing;
          const running = house.chat.start();
          if (known && n % 2) await vi.waitFor(there, { timeout: 5000 });
          expect(await house.chat.withdraw(user, wish)).toMatchObject({ amount: dai - 400n });
          await running.stop();
          await there();
          expect((await house.chat.account(user)).withdrawing).toBe(false);
          expect((await house.chat.withdraw(user, wish)).transaction).toMatch(/^0x.{64}$/);
        },
      };
    });
    expect(points).toBeGreaterThan(12);
  },
  longMs,
);

it('a payout that was signed too long ago is signed anew, and nothing is deposited meanwhile', async () => {
  const user = await funded(dai);
  const wish = { id: 'w1', to: addressOf(randomKey()) };
  site.clock.ahead = -2 * 3600_000;
  site.killAt('transferSigned', 'before');
  await house.chat.withdraw(user, wish).catch(() => {});
  house = await site.reopen();
  site.clock.ahead = 0;
  await house.chat.collect(user);
  expect((await house.chat.account(user)).own.left).toBe(0n);
  await house.chat.withdraw(user, wish);
  expect(await house.chain.balanceOf(wish.to)).toBe(dai);
});

it('a payout that was sent and not noted is not sent again', async () => {
  const user = await funded(dai);
  const wish = { id: 'w1', to: addressOf(randomKey()) };
  site.killAt('transferSigned', 'after');
  await house.chat.withdraw(user, wish).catch(() => {});
  house = await site.reopen();
  await house.chain.mint((await house.chat.account(user)).address, dai);
  const { transaction } = await house.chat.withdraw(user, wish);
  expect(transaction).toMatch(/^0x.{64}$/);
  expect(await house.chain.balanceOf(wish.to)).toBe(dai);
});

it('a top-up that was under way is paid out with the rest', async () => {
  for (const when of ['before', 'after'] as const) {
    const user = await funded(dai);
    const { address } = await house.chat.account(user);
    await house.chain.mint(address, dai);
    site.killAt('deposit', when);
    await house.chat.collect(user).catch(() => {});
    house = await site.reopen();
    const to = addressOf(randomKey());
    expect(await house.chat.withdraw(user, { id: 'w1', to })).toMatchObject({ amount: 2n * dai });
    expect(await house.store.db.selectFrom('chat_deposits').selectAll().execute()).toEqual([]);
  }
});
