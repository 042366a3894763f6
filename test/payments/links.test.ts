// Watch links in the ledger: made by the thousand, ended, taken back, one for each person; and what all of them promise.
import { afterEach, describe, expect, it } from 'vitest';
import { openLedger } from '../../src/payments/ledger.js';
import { budgetOf, createLinks, findLinks, type LinkWish, linkState } from '../../src/payments/links.js';
import type { Purse } from '../../src/payments/purse.js';
import { addressOf, passId, randomKey } from '../../src/payments/typed-data.js';
import { openStore, type Store } from '../../src/store/index.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { addChannel, addStream, domain, voucher, watch } from '../support/payments.js';

const stores: Store[] = [];
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
});

/** A sponsor's channel with `funds`, whose owner signs whatever is asked for; a clock that stands still. */
async function house(funds = 1000n) {
  const clock = { now: 1_000_000 };
  const store = await openStore({ path: ':memory:' });
  stores.push(store);
  await addStream(store);
  await addStream(store, 'other');
  const key = randomKey();
  const open = () =>
    openLedger({
      store,
      domain,
      now: () => clock.now,
      extendSponsor: async (channel, total) => {
        await ledger.acceptVoucher(channel, total, voucher(channel, total, key));
      },
    });
  let ledger = await open();
  const channel = await addChannel(ledger, funds, key);
  const linksOf = () => createLinks({ store, ledger, domain, now: () => clock.now });
  let links = linksOf();

  async function one(wish: Partial<LinkWish> = {}) {
    const own = randomKey();
    const [made] = await links.make('main', channel.id, [{ signer: addressOf(own), limit: 100n, label: '', ...wish }]);
    if (!made) throw new Error('no link');
    const pay = async (n: number, amount: bigint) => {
      const total = (ledger.purse(made.id)?.spent ?? 0n) + amount;
      await ledger.acceptVoucher(made.id, total, voucher(made.id, total, own));
      return ledger.charge(watch(made.signer, n, amount));
    };
    return { ...made, key: own, pay };
  }
  return {
    clock,
    store,
    channel: channel.id,
    one,
    ledger: () => ledger,
    links: () => links,
    budget: () => budgetOf(ledger.purse(channel.id) as Purse, ledger.passesOf(channel.id), clock.now),
    reopen: async () => {
      ledger = await open();
      links = linksOf();
    },
  };
}

const refusal = (code: string) => expect.objectContaining({ code });
const wishes = (count: number, limit = 1n): LinkWish[] =>
  Array.from({ length: count }, (_, i) => ({
    signer: `0x${(i + 1).toString(16).padStart(40, '0')}` as Hex,
    limit,
    label: `guest ${i + 1}`,
    once: true,
  }));

describe('ten thousand links', () => {
  it('are made in one transaction, and again make none', async () => {
    const { store, links, channel, ledger, budget } = await house(10_000n);
    const transactions: number[] = [];
    const { write } = store;
    store.write = (work) => {
      transactions.push(1);
      return write(work);
    };
    await links().make('main', channel, wishes(10_000));
    expect(transactions).toHaveLength(1);
    expect(ledger().passesOf(channel)).toHaveLength(10_000);
    expect(await store.db.selectFrom('purses').select('id').where('kind', '=', 'pass').execute()).toHaveLength(10_000);
    expect(budget()).toMatchObject({ promised: 10_000n, links: 10_000, overcommitted: false });
    await links().make('main', channel, wishes(10_000));
    expect(ledger().passesOf(channel)).toHaveLength(10_000);
  });

  it('are all made or none', async () => {
    const { store, links, channel, ledger } = await house();
    const { write } = store;
    store.write = (work) =>
      write(async (trx) => {
        await work(trx);
        throw new Error('power cut');
      });
    await expect(links().make('main', channel, wishes(5000))).rejects.toThrow('power cut');
    store.write = write;
    expect(ledger().passesOf(channel)).toHaveLength(0);
    expect(await store.db.selectFrom('purses').select('id').where('kind', '=', 'pass').execute()).toHaveLength(0);
    expect(await store.db.selectFrom('link_people').selectAll().execute()).toHaveLength(0);
  });

  it('are found by label, state and order, a page of the newest first', async () => {
    const { links, channel, ledger, one, clock } = await house(10_000n);
    await links().make('main', channel, wishes(30));
    const rich = await one({ label: 'Zoë', limit: 500n });
    await rich.pay(1, 7n);
    const all = ledger().passesOf(channel);
    const find = (search: string, sort: 'newest' | 'spent' | 'left' | 'label' = 'newest') =>
      findLinks(all, { search, sort }, clock.now).map(({ label }) => label);
    expect(find('')[0]).toBe('Zoë');
    expect(find('GUEST 3')).toEqual(['guest 30', 'guest 3']);
    expect(find(rich.id.slice(0, 12))).toEqual(['Zoë']);
    expect(find('', 'spent')[0]).toBe('Zoë');
    expect(find('guest', 'label').slice(0, 3)).toEqual(['guest 1', 'guest 2', 'guest 3']);
    expect(findLinks(all, { search: '', sort: 'newest', state: 'revoked' }, clock.now)).toEqual([]);
  });
});

describe('a link for one person', () => {
  it('is made once for a stream, a sponsor and a label, whatever key is asked with, also at once and after a restart', async () => {
    const { links, channel, reopen, ledger } = await house();
    const ask = (label: string, stream = 'main') =>
      links().make(stream, channel, [{ signer: addressOf(randomKey()), limit: 5n, label, once: true }]);
    const [first, second] = await Promise.all([ask('discord:1'), ask('discord:1')]);
    expect(second).toEqual(first);
    await reopen();
    expect((await ask('discord:1'))[0]?.id).toBe(first[0]?.id);
    expect((await ask('discord:2'))[0]?.id).not.toBe(first[0]?.id);
    expect((await ask('discord:1', 'other'))[0]?.id).not.toBe(first[0]?.id);
    expect(ledger().passesOf(channel)).toHaveLength(3);
    // One request that names somebody twice, and one that does not ask for it.
    const twice = ['ann', 'ann'].map((label) => ({ signer: addressOf(randomKey()), limit: 5n, label, once: true }));
    const [a, b] = await links().make('main', channel, twice);
    expect(b).toEqual(a);
    const free = twice.map((wish) => ({ ...wish, signer: addressOf(randomKey()), once: false }));
    expect(new Set((await links().make('main', channel, free)).map(({ id }) => id)).size).toBe(2);
  });

  it('stays the one when it was taken back', async () => {
    const { one, links, channel } = await house();
    const first = await one({ label: 'bob', once: true });
    await links().revoke(channel, [first.id]);
    expect((await one({ label: 'bob', once: true })).id).toBe(first.id);
  });
});

describe('a link that ended', () => {
  it('pays until its last moment, and not after', async () => {
    const { one, clock, ledger, budget } = await house();
    const link = await one({ expiresAt: clock.now + 60_000 });
    await link.pay(1, 10n);
    clock.now += 60_000;
    await link.pay(2, 10n);
    expect(budget().promised).toBe(80n);
    clock.now += 1;
    await expect(link.pay(3, 10n)).rejects.toEqual(refusal('link_expired'));
    await expect(ledger().charge(watch(link.signer, 3, 10n))).rejects.toEqual(refusal('link_expired'));
    expect(ledger().purse(link.id)?.spent).toBe(20n);
    expect(linkState(ledger().purse(link.id) as Purse, clock.now)).toBe('expired');
    expect(budget()).toMatchObject({ promised: 0n, spent: 20n });
    // What was paid for before is still given.
    expect((await ledger().charge(watch(link.signer, 2, 10n))).amount).toBe(10n);
  });

  it('is said to have expired only where it could have paid', async () => {
    const { one, clock, ledger } = await house();
    const link = await one({ expiresAt: clock.now + 1, limit: 10n });
    await link.pay(1, 10n);
    clock.now += 2;
    await expect(ledger().charge(watch(link.signer, 2, 10n))).rejects.toEqual(refusal('out_of_credit'));
  });

  it('lets another purse of the same key pay', async () => {
    const { one, links, channel, ledger } = await house();
    const link = await one();
    const own = await addChannel(ledger(), 50n, link.key);
    await links().revoke(channel, [link.id]);
    await ledger().acceptVoucher(own.id, 50n, voucher(own.id, 50n, link.key));
    expect((await ledger().charge(watch(link.signer, 1, 10n))).purse?.id).toBe(own.id);
  });
});

describe('revoking', () => {
  it('stops a link at its next key, frees what it did not spend, and is kept over a restart', async () => {
    const { one, links, channel, ledger, budget, reopen } = await house();
    const [a, b] = [await one(), await one()];
    await a.pay(1, 30n);
    await ledger().acceptVoucher(a.id, 100n, voucher(a.id, 100n, a.key));
    expect(budget().promised).toBe(170n);
    // The key asked for in the same breath, after the revocation, is not given.
    const revoked = links().revoke(channel, [a.id, a.id]);
    await expect(ledger().charge(watch(a.signer, 2, 10n))).rejects.toEqual(refusal('link_revoked'));
    expect(await revoked).toHaveLength(1);
    expect(await links().revoke(channel, [a.id])).toHaveLength(0);
    expect(budget()).toMatchObject({ promised: 100n, spent: 30n });
    await reopen();
    await expect(ledger().charge(watch(a.signer, 2, 10n))).rejects.toEqual(refusal('link_revoked'));
    await expect(a.pay(3, 80n)).rejects.toEqual(refusal('link_revoked'));
    await expect(links().topUp('raise-it', a.id, 5n)).rejects.toEqual(refusal('link_revoked'));
    await b.pay(1, 10n);
    expect(linkState(ledger().purse(a.id) as Purse, 0)).toBe('revoked');
  });

  it('stops a charge that waits for the sponsor', async () => {
    const { store, clock, ledger, channel } = await house();
    let answer = () => {};
    const asked = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const slow = await openLedger({
      store,
      domain,
      now: () => clock.now,
      extendSponsor: async () => asked,
      sponsorAgrees: () => false,
    });
    expect(slow.purse(channel)).toEqual(ledger().purse(channel));
    const links = createLinks({ store, ledger: slow, domain, now: () => clock.now });
    const key = randomKey();
    const [link] = await links.make('main', channel, [{ signer: addressOf(key), limit: 10n, label: '' }]);
    const id = link?.id as Hex;
    await slow.acceptVoucher(id, 10n, voucher(id, 10n, key));
    const charge = slow.charge(watch(addressOf(key), 1, 5n));
    charge.catch(() => {});
    await links.revoke(channel, [id]);
    answer();
    await expect(charge).rejects.toEqual(refusal('link_revoked'));
  });

  it('takes many in one transaction, and none when one of them is another sponsor’s', async () => {
    const { links, channel, ledger, store } = await house();
    const made = await links().make('main', channel, wishes(2000));
    const other = await addChannel(ledger(), 5n);
    const [foreign] = await links().make('main', other.id, wishes(1));
    const ids = made.map(({ id }) => id);
    await expect(links().revoke(channel, [...ids, foreign?.id as Hex])).rejects.toEqual(refusal('unknown_purse'));
    await expect(links().revoke(channel, [other.id])).rejects.toEqual(refusal('unknown_purse'));
    expect(
      ledger()
        .passesOf(channel)
        .every(({ revokedAt }) => !revokedAt),
    ).toBe(true);
    const { write } = store;
    let transactions = 0;
    store.write = (work) => {
      transactions += 1;
      return write(work);
    };
    expect(await links().revoke(channel, ids)).toHaveLength(2000);
    expect(transactions).toBe(1);
  });

  it('is taken back in memory when the disk refuses it', async () => {
    const { one, links, channel, store } = await house();
    const link = await one();
    const { write } = store;
    store.write = () => Promise.reject(new Error('disk full'));
    await expect(links().revoke(channel, [link.id])).rejects.toThrow('disk full');
    store.write = write;
    await link.pay(1, 10n);
  });
});

it('says when more is promised than the channel holds', async () => {
  const { one, budget, links, channel } = await house(150n);
  const first = await one({ limit: 100n });
  expect(budget()).toMatchObject({ promised: 100n, overcommitted: false });
  await one({ limit: 51n });
  expect(budget()).toMatchObject({ promised: 151n, balance: 150n, overcommitted: true });
  await first.pay(1, 100n);
  expect(budget()).toMatchObject({ promised: 51n, spent: 100n, overcommitted: true });
  await links().revoke(channel, [passId(channel, first.signer, domain)]);
  expect(budget().overcommitted).toBe(true);
});
