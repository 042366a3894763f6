// The gate's side of a sponsor elsewhere: what it shows, when it asks, what it does when nobody answers.
import { afterEach, expect, it } from 'vitest';
import { type Ledger, openLedger } from '../../src/payments/ledger.js';
import { createLinks } from '../../src/payments/links.js';
import { createRemoteSponsors, type Signed, type SignWish } from '../../src/payments/remote-sponsors.js';
import { addressOf, randomKey } from '../../src/payments/typed-data.js';
import { openStore, type Store } from '../../src/store/index.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { addChannel, addStream, domain, silent, voucher, watch } from '../support/payments.js';

const stores: Store[] = [];
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
});

/** A ledger whose sponsor is asked over a line that the test answers. */
async function house() {
  const clock = { now: 1_000_000 };
  const now = () => clock.now;
  const store = await openStore({ path: ':memory:' });
  stores.push(store);
  await addStream(store);
  const remote = createRemoteSponsors({ ledger: () => ledger, log: silent, now });
  const { extend: extendSponsor, agrees: sponsorAgrees } = remote;
  const ledger: Ledger = await openLedger({ store, domain, now, extendSponsor, sponsorAgrees });
  const channel = await addChannel(ledger, 10_000n);
  const links = createLinks({ store, ledger, domain, now });
  const asked: SignWish[] = [];
  const sponsor = { counted: new Map<Hex, bigint>(), ignored: [] as Hex[], cap: 10_000n, gone: false };

  /** An honest sponsor: signs for all that it was shown. */
  async function ask(wish: SignWish): Promise<Signed> {
    asked.push(wish);
    if (sponsor.gone) throw new Error('gone');
    for (const { signer, amount } of wish.vouchers) {
      if (!sponsor.ignored.includes(signer)) sponsor.counted.set(signer, amount);
    }
    const covered = [...sponsor.counted.values()].reduce((sum, amount) => sum + amount, 0n);
    const total = covered < sponsor.cap ? covered : sponsor.cap;
    const short = total >= wish.atLeast ? null : covered < wish.atLeast ? 'evidence' : 'bound';
    const signature = total > 0n ? voucher(channel.id, total, channel.key) : null;
    return { total, signature, short, ignored: sponsor.ignored };
  }

  async function viewer() {
    const key = randomKey();
    const [link] = await links.make('main', channel.id, [{ signer: addressOf(key), limit: 1000n, label: '' }]);
    const id = link?.id as Hex;
    const signUpTo = (total: bigint) => ledger.acceptVoucher(id, total, voucher(id, total, key));
    const pay = (n: number, amount = 10n) => ledger.charge(watch(addressOf(key), n, amount));
    return { id, signer: addressOf(key), signUpTo, pay };
  }
  const spent = () => ledger.purse(channel.id)?.spent;
  return { clock, remote, channel: channel.id, ask, asked, sponsor, viewer, spent };
}

const unavailable = expect.objectContaining({ code: 'sponsor_unavailable' });

it('asks once for all that wait, shows each voucher once, and nothing while its word is fresh', async () => {
  const { remote, channel, ask, asked, viewer, clock, spent } = await house();
  remote.attach(channel, ask);
  const viewers = await Promise.all([...Array(20)].map(viewer));
  await Promise.all(viewers.map(({ signUpTo }) => signUpTo(100n)));
  await Promise.all(viewers.map(({ pay }) => pay(1)));
  // The first one asks at once; those that come while it waits go together.
  expect(asked.length).toBeLessThanOrEqual(2);
  expect(asked.flatMap(({ vouchers }) => vouchers.map(({ signer }) => signer)).sort()).toEqual(
    viewers.map(({ signer }) => signer).sort(),
  );
  const before = asked.length;
  await Promise.all(viewers.map(({ pay }) => pay(2)));
  expect(asked).toHaveLength(before);
  clock.now += 1000;
  await Promise.all(viewers.map(({ pay }) => pay(3)));
  expect(asked.length).toBeGreaterThan(before);
  expect(asked.slice(before).flatMap(({ vouchers }) => vouchers)).toEqual([]);
  expect(spent()).toBe(600n);
});

it('charges nothing that the sponsor does not have on record', async () => {
  const { remote, channel, ask, asked, sponsor, viewer } = await house();
  remote.attach(channel, ask);
  const [a, b] = [await viewer(), await viewer()];
  await a.signUpTo(500n);
  await b.signUpTo(50n);
  await a.pay(1);
  // The channel's voucher would cover b, but its own voucher was not shown yet.
  expect(asked.flatMap(({ vouchers }) => vouchers.map(({ signer }) => signer))).toEqual([a.signer]);
  await b.pay(1);
  expect(sponsor.counted.get(b.signer)).toBe(50n);
  // A link that the sponsor does not count any more.
  sponsor.ignored = [b.signer];
  await b.pay(2);
  await b.signUpTo(100n);
  await expect(b.pay(3, 60n)).rejects.toEqual(unavailable);
  await a.pay(2);
});

it('cuts links off when the sponsor leaves, does not answer, or refuses, and goes on when it signs again', async () => {
  const { remote, channel, ask, sponsor, viewer, clock } = await house();
  const link = await viewer();
  await link.signUpTo(500n);
  await expect(link.pay(1)).rejects.toEqual(unavailable);
  const leave = remote.attach(channel, ask);
  expect(remote.online(channel)).toBe(true);
  await link.pay(1);
  leave();
  await expect(link.pay(2)).rejects.toEqual(unavailable);
  expect(remote.online(channel)).toBe(false);
  const second = remote.attach(channel, ask);
  leave();
  await link.pay(2);
  sponsor.gone = true;
  clock.now += 1000;
  await expect(link.pay(3)).rejects.toEqual(unavailable);
  await expect(link.pay(3)).rejects.toEqual(unavailable);
  sponsor.gone = false;
  await link.pay(3);
  second();
});

it('serves what is signed and no more when the sponsor’s bound is reached', async () => {
  const { remote, channel, ask, sponsor, viewer, spent } = await house();
  remote.attach(channel, ask);
  sponsor.cap = 25n;
  const [a, b] = [await viewer(), await viewer()];
  await Promise.all([a.signUpTo(100n), b.signUpTo(100n)]);
  const all = await Promise.allSettled([1, 2, 3, 4].flatMap((n) => [a.pay(n), b.pay(n)]));
  expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
  expect(spent()).toBe(20n);
});

it('shows everything again to a sponsor that lost its newest records', async () => {
  const { remote, channel, ask, asked, sponsor, viewer } = await house();
  remote.attach(channel, ask);
  const viewers = await Promise.all([...Array(250)].map(viewer));
  await Promise.all(viewers.map(({ signUpTo }) => signUpTo(10n)));
  await Promise.all(viewers.map(({ pay }) => pay(1)));
  sponsor.counted.clear();
  remote.attach(channel, ask);
  const [first] = viewers;
  await first?.signUpTo(20n);
  await first?.pay(2);
  expect([...sponsor.counted.values()].reduce((sum, amount) => sum + amount, 0n)).toBe(2510n);
  expect(Math.max(...asked.map(({ vouchers }) => vouchers.length))).toBeLessThanOrEqual(100);
});
