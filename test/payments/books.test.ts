// The books: reports from every charge, a check that finds any row that was touched, and a chain that is rewritten.
import { JsonRpcProvider } from 'ethers';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openFeed } from '../../src/feed/index.js';
import { createTips } from '../../src/payments/index.js';
import { costOf, judge } from '../../src/payments/settle-policy.js';
import { randomKey } from '../../src/payments/typed-data.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { dai, type MoneyHouse, openMoney } from '../support/money.js';
import { silent, watch } from '../support/payments.js';

let house: MoneyHouse;
let linkSigner: Hex;

beforeAll(async () => {
  house = await openMoney();
  const { chain, payments, store } = house.now;
  await store.db
    .insertInto('key_periods')
    .values([1, 2, 3].map((n) => ({ stream: 'main', n, at: 0, duration_ms: 2000, cost: `${n * 100}` })))
    .execute();
  await chain.mint(payments.sponsor.address, 10n * dai);
  await payments.sponsor.fund('main', 10n * dai);
  const link = await house.link(dai, dai);
  linkSigner = link.signer;
  await payments.ledger.charge(watch(link.signer, 1, 100n));
  await payments.ledger.charge(watch(link.signer, 2, 200n));
  const own = await house.viewer(dai);
  await own.pay(1, 100n);
  const free = { ...watch(link.signer, 3, 0n), kind: 'preview' as const };
  await payments.ledger.charge(free);
  const feed = await openFeed({ store, log: silent });
  const tips = createTips({ store, ledger: payments.ledger, feed, minimum: () => 1n });
  await tips.tip({ payer: link.signer, stream: 'main', id: 'tip-one', amount: 5000n, name: 'Ann', message: 'hi' });
  await house.settle();
});
afterAll(() => house.close());

const settledEvents = async () => {
  await vi.waitFor(
    async () => {
      const rows = await house.now.store.db.selectFrom('chain_events').select('name').execute();
      expect(rows.map((row) => row.name)).toContain('Settled');
    },
    { timeout: 5000 },
  );
};

describe('a report', () => {
  it('adds up every charge by stream, day and payer', async () => {
    const [stream, ...none] = await house.now.payments.report({ by: 'stream' });
    expect(none).toEqual([]);
    const sums = { watched: 400n, tipped: 5000n, claimed: 5400n, paidMs: 6000, freeMs: 2000, tips: 1 };
    expect(stream).toEqual({ of: 'main', label: 'main', ...sums });
    const days = await house.now.payments.report({ by: 'day' });
    expect(days.reduce((sum, line) => sum + line.watched + line.tipped, 0n)).toBe(5400n);
    expect(days[0]?.of).toMatch(/^\d{4}-\d\d-\d\d$/);
    const payers = await house.now.payments.report({ by: 'payer' });
    expect(payers.find((line) => line.of === linkSigner)).toMatchObject({ watched: 300n, tipped: 5000n });
    expect(await house.now.payments.report({ by: 'day', to: 1 })).toEqual([]);
  });
});

describe('the check of the books', () => {
  it('finds nothing in books that nobody touched', async () => {
    await settledEvents();
    const { checked, findings } = await house.now.payments.verify();
    expect(findings).toEqual([]);
    expect(checked).toEqual({ charges: 5, purses: 3, vouchers: 3, tips: 1, votes: 0, channels: 2 });
  });

  it('finds nothing in the moment when a payer has put money in, which the chain tells of a little later', async () => {
    await house.viewer(dai);
    expect((await house.now.payments.verify()).findings).toEqual([]);
  });

  const tampering: [string, string][] = [
    [`update charges set amount = '101' where reason = 'watch/main/1'`, 'a key was charged at another price'],
    [`delete from charges where reason = 'watch/main/2'`, 'spent is not the sum of its charges'],
    [`update purses set spent = '9' where kind = 'pass'`, 'spent is not the sum of its charges'],
    [`update purses set authorized = '1' where kind = 'pass'`, 'its voucher is not signed by its key'],
    [`update purses set authorized = '1' where kind = 'pass'`, 'more was spent than was signed for'],
    [`update streams set tipped = '4999'`, 'tipped is not the sum of its charges'],
    [`update tips set amount = '6000'`, 'a tip was not charged as it says'],
    [`update events set data = '{"id":"x","amount":"1"}' where type = 'tip'`, 'a tip’s event says something else'],
    [`delete from events where type = 'tip'`, 'tips kept, and tips shown'],
    [`delete from chain_events where name = 'Claimed'`, 'claimed is not what its events add up to'],
    [`update channels set balance = '1'`, 'the chain holds another balance'],
    [`update channels set claimed = '1'`, 'the chain has claimed another amount'],
  ];
  it.each(tampering)('finds out about: %s', async (statement, what) => {
    await settledEvents();
    const { store, payments } = house.now;
    const { sql } = await import('kysely');
    await store.db.executeQuery(sql.raw('savepoint before_it').compile(store.db));
    try {
      await store.db.executeQuery(sql.raw(statement).compile(store.db));
      // What is not committed is not in a snapshot of the file: look through the same connection instead.
      vi.spyOn(store, 'snapshot').mockResolvedValueOnce({ db: store.db, close: async () => {} });
      const { findings } = await payments.verify();
      expect(findings.map((finding) => finding.what)).toContain(what);
    } finally {
      await store.db.executeQuery(sql.raw('rollback to before_it').compile(store.db));
      await store.db.executeQuery(sql.raw('release before_it').compile(store.db));
    }
  });
});

it('follows a chain that is rewritten: what is no more is forgotten, what is owed again is claimed again', async () => {
  const own = await house.viewer(dai);
  await own.pay(4, 777n);
  const provider = new JsonRpcProvider(house.now.place.rpcUrl, undefined, {
    staticNetwork: true,
    cacheTimeout: -1,
    batchMaxCount: 1,
  });
  const claimed = () => house.now.payments.channels.get(own.id)?.claimed;
  // A block between, so that the deposit stays.
  await provider.send('evm_mine', []);
  const depth = await provider.getBlockNumber();
  await house.settle();
  expect(claimed()).toBe(777n);
  await provider.send('anvil_reorg', [(await provider.getBlockNumber()) - depth, []]);
  await provider.send('evm_mine', []);
  await vi.waitFor(() => expect(claimed()).toBe(0n), { timeout: 20_000 });
  await vi.waitFor(() => expect(house.now.payments.onChain().unclaimed).toBe(777n), { timeout: 20_000 });
  const report = await house.settle();
  expect(report.claims).toMatchObject([{ channel: own.id, amount: '777' }]);
  await vi.waitFor(
    async () => {
      const findings = (await house.now.payments.verify()).findings;
      expect(findings.filter(({ where }) => where === own.id)).toEqual([]);
    },
    { timeout: 20_000 },
  );
  provider.destroy();
});

describe('the policy of settling', () => {
  const policy = { minimum: 100n, afterMs: 1000, everyMs: 1, coinPrice: 3000n * 10n ** 6n, mostCostPercent: 5n };
  const owing = { owed: 10n ** 9n, channels: 1, since: 0, urgent: false };

  it('waits for enough or for long enough, and for gas that is worth it, but never for a withdrawal', () => {
    expect(judge({ ...owing, owed: 0n, urgent: true }, policy, 0n, 0)).toBe('nothing');
    expect(judge({ ...owing, owed: 99n }, { ...policy, coinPrice: 0n }, 1n, 999)).toBe('waiting');
    expect(judge({ ...owing, owed: 99n }, { ...policy, coinPrice: 0n }, 1n, 1000)).toBe('due');
    expect(judge(owing, policy, 10n ** 8n, 0)).toBe('due');
    expect(judge({ ...owing, owed: 10n ** 6n }, policy, 10n ** 11n, 10 ** 9)).toBe('too_dear');
    expect(judge({ ...owing, owed: 1n, urgent: true }, policy, 10n ** 15n, 0)).toBe('due');
  });

  it('never pays more for gas than its share of what comes in', () => {
    fc.assert(
      fc.property(
        fc.bigInt(1n, 10n ** 12n),
        fc.integer({ min: 1, max: 200 }),
        fc.bigInt(0n, 10n ** 12n),
        (owed, n, gas) => {
          const verdict = judge({ owed, channels: n, since: 0, urgent: false }, policy, gas, 10 ** 9);
          if (verdict === 'due') expect(costOf(n, gas, policy.coinPrice) * 100n).toBeLessThanOrEqual(owed * 5n);
        },
      ),
    );
  });
});

it('keeps nothing of a snapshot', async () => {
  const { db, close } = await house.now.store.snapshot();
  expect(await db.selectFrom('streams').select('id').execute()).toHaveLength(1);
  await close();
  await expect(db.selectFrom('streams').select('id').execute()).rejects.toThrow();
  expect(randomKey()).toHaveLength(66);
});
