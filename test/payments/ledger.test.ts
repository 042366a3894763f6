// The ledger on a real SQLite file: vouchers, charges, repeats, sponsors, a disk that refuses, a restart.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { randomKey } from '../../src/payments/typed-data.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { addChannel, addPass, domain, freshLedger, type Ledger, voucher, watch } from '../support/payments.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dtok-ledger-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const refusal = (code: string) => expect.objectContaining({ code });
const spent = (ledger: Ledger, id: Hex) => ledger.purse(id)?.spent;

describe('a voucher', () => {
  it('is accepted when it is higher, within the limit and by the purse’s key', async () => {
    const { ledger } = await freshLedger();
    const { id, key } = await addChannel(ledger, 100n);
    expect((await ledger.acceptVoucher(id, 60n, voucher(id, 60n, key))).authorized).toBe(60n);
    expect((await ledger.acceptVoucher(id, 100n, voucher(id, 100n, key))).authorized).toBe(100n);
  });

  it('sent again changes nothing and is answered the same', async () => {
    const { ledger } = await freshLedger();
    const { id, key } = await addChannel(ledger, 100n);
    await ledger.acceptVoucher(id, 60n, voucher(id, 60n, key));
    expect((await ledger.acceptVoucher(id, 60n, voucher(id, 60n, key))).authorized).toBe(60n);
  });

  it('is refused when lower, over the limit, or for an unknown purse', async () => {
    const { ledger } = await freshLedger();
    const { id, key } = await addChannel(ledger, 100n);
    await ledger.acceptVoucher(id, 60n, voucher(id, 60n, key));
    await expect(ledger.acceptVoucher(id, 59n, voucher(id, 59n, key))).rejects.toEqual(refusal('voucher_too_low'));
    await expect(ledger.acceptVoucher(id, 101n, voucher(id, 101n, key))).rejects.toEqual(refusal('voucher_over_limit'));
    const other = randomKey();
    await expect(ledger.acceptVoucher(other, 1n, voucher(other, 1n, key))).rejects.toEqual(refusal('unknown_purse'));
    expect(ledger.purse(id)?.authorized).toBe(60n);
  });

  it('is refused when made by another key, for another amount, chain, contract or purse', async () => {
    const { ledger } = await freshLedger();
    const { id, key } = await addChannel(ledger, 100n);
    const elsewhere = await addChannel(ledger, 100n, key);
    const wrong = [
      voucher(id, 10n, randomKey()),
      voucher(id, 11n, key),
      voucher(id, 10n, key, { ...domain, chainId: 1 }),
      voucher(id, 10n, key, { ...domain, contract: '0x4020074e9df2ce1dee5a9c1b5c3f541d02a10004' }),
      voucher(elsewhere.id, 10n, key),
      `0x${'00'.repeat(65)}` as Hex,
      `0x${'ff'.repeat(65)}` as Hex,
    ];
    for (const signature of wrong) {
      await expect(ledger.acceptVoucher(id, 10n, signature)).rejects.toEqual(refusal('voucher_wrong_signature'));
    }
    expect(ledger.purse(id)?.authorized).toBe(0n);
  });
});

describe('a charge', () => {
  it('needs a voucher first, says how much, and then is taken once however often it is asked for', async () => {
    const { ledger } = await freshLedger();
    const { id, key, signer } = await addChannel(ledger, 100n);
    await expect(ledger.charge(watch(signer, 1, 10n))).rejects.toMatchObject({
      code: 'voucher_needed',
      facts: { purse: id, needed: '10' },
    });
    await ledger.acceptVoucher(id, 30n, voucher(id, 30n, key));
    await Promise.all([1, 1, 1, 2, 2].map((n) => ledger.charge(watch(signer, n, 10n))));
    await ledger.charge(watch(signer, 1, 10n));
    expect(spent(ledger, id)).toBe(20n);
    expect(ledger.earned('main')).toEqual({ watched: 20n, tipped: 0n });
  });

  it('never passes the voucher, whatever arrives at once', async () => {
    const { ledger } = await freshLedger();
    const { id, key, signer } = await addChannel(ledger, 100n);
    await ledger.acceptVoucher(id, 35n, voucher(id, 35n, key));
    const all = await Promise.allSettled([...Array(20).keys()].map((n) => ledger.charge(watch(signer, n, 10n))));
    expect(all.filter((r) => r.status === 'fulfilled')).toHaveLength(3);
    expect(spent(ledger, id)).toBe(30n);
  });

  it('is out of credit at the limit, and goes on after a top-up', async () => {
    const { ledger } = await freshLedger();
    const { id, key, signer } = await addChannel(ledger, 10n);
    await ledger.acceptVoucher(id, 10n, voucher(id, 10n, key));
    await ledger.charge(watch(signer, 1, 10n));
    await expect(ledger.charge(watch(signer, 2, 10n))).rejects.toEqual(refusal('out_of_credit'));
    await ledger.adjust(id, (purse) => {
      purse.limit += 10n;
    });
    await expect(ledger.charge(watch(signer, 2, 10n))).rejects.toEqual(refusal('voucher_needed'));
    await ledger.acceptVoucher(id, 20n, voucher(id, 20n, key));
    await ledger.charge(watch(signer, 2, 10n));
    expect(spent(ledger, id)).toBe(20n);
  });

  it('takes nothing from a purse that is closing', async () => {
    const { ledger } = await freshLedger();
    const { id, key, signer } = await addChannel(ledger, 10n);
    await ledger.acceptVoucher(id, 10n, voucher(id, 10n, key));
    await ledger.adjust(id, (purse) => {
      purse.closing = true;
    });
    await expect(ledger.charge(watch(signer, 1, 1n))).rejects.toEqual(refusal('out_of_credit'));
  });
});

describe('a watch link', () => {
  async function sponsored(limit: bigint) {
    const sponsorKeys = new Map<Hex, Hex>();
    const { ledger, store } = await freshLedger({ sponsorKeys });
    const sponsor = await addChannel(ledger, limit);
    sponsorKeys.set(sponsor.id, sponsor.key);
    return { ledger, store, sponsor, sponsorKeys };
  }

  it('spends its sponsor’s channel by the same amount, and the sponsor signs as it spends', async () => {
    const { ledger, sponsor } = await sponsored(100n);
    const link = await addPass(ledger, sponsor.id, 50n);
    await ledger.acceptVoucher(link.id, 50n, voucher(link.id, 50n, link.key));
    await ledger.charge(watch(link.signer, 1, 20n));
    expect(spent(ledger, link.id)).toBe(20n);
    expect(ledger.purse(sponsor.id)).toMatchObject({ spent: 20n, authorized: 20n });
  });

  it('stops when the sponsor stops signing or its channel is empty', async () => {
    const { ledger, sponsor, sponsorKeys } = await sponsored(30n);
    const link = await addPass(ledger, sponsor.id, 1000n);
    await ledger.acceptVoucher(link.id, 1000n, voucher(link.id, 1000n, link.key));
    await ledger.charge(watch(link.signer, 1, 20n));
    await expect(ledger.charge(watch(link.signer, 2, 20n))).rejects.toEqual(refusal('sponsor_unavailable'));
    sponsorKeys.clear();
    await expect(ledger.charge(watch(link.signer, 3, 5n))).rejects.toEqual(refusal('sponsor_unavailable'));
    expect(spent(ledger, link.id)).toBe(20n);
    // The viewer's own channel pays where the sponsor does not.
    const own = await addChannel(ledger, 100n, link.key);
    await ledger.acceptVoucher(own.id, 10n, voucher(own.id, 10n, link.key));
    expect((await ledger.charge(watch(link.signer, 4, 5n))).purse?.id).toBe(own.id);
  });

  it('is followed by the viewer’s own channel when it is used up', async () => {
    const { ledger, sponsor } = await sponsored(100n);
    const link = await addPass(ledger, sponsor.id, 10n);
    const own = await addChannel(ledger, 100n, link.key);
    await ledger.acceptVoucher(link.id, 10n, voucher(link.id, 10n, link.key));
    await ledger.acceptVoucher(own.id, 10n, voucher(own.id, 10n, link.key));
    expect((await ledger.charge(watch(link.signer, 1, 10n))).purse?.id).toBe(link.id);
    expect((await ledger.charge(watch(link.signer, 2, 10n))).purse?.id).toBe(own.id);
    expect((await ledger.charge(watch(link.signer, 1, 10n))).purse?.id).toBe(link.id);
  });
});

describe('what was acknowledged', () => {
  it('is there after a restart, and repeats are still answered without charging', async () => {
    const path = join(folder, 'a.sqlite');
    const first = await freshLedger({ path });
    const { id, key, signer } = await addChannel(first.ledger, 1000n);
    await first.ledger.acceptVoucher(id, 500n, voucher(id, 500n, key));
    for (let n = 0; n < 30; n++) await first.ledger.charge(watch(signer, n, 10n));
    await first.store.close();
    const second = await freshLedger({ path });
    expect(second.ledger.purse(id)).toMatchObject({ authorized: 500n, spent: 300n, signature: voucher(id, 500n, key) });
    await second.ledger.charge(watch(signer, 7, 10n));
    await second.ledger.warm(signer);
    await second.ledger.charge(watch(signer, 8, 10n));
    expect(spent(second.ledger, id)).toBe(300n);
    await second.store.close();
  });

  it('is all there is: a write that fails leaves memory as it was, also under load', async () => {
    const { ledger, store } = await freshLedger();
    const { id, key, signer } = await addChannel(ledger, 1000n);
    await ledger.acceptVoucher(id, 1000n, voucher(id, 1000n, key));
    await ledger.charge(watch(signer, 0, 10n));
    const real = store.write;
    let failures = 2;
    store.write = (work) => (failures-- > 0 ? Promise.reject(new Error('disk full')) : real(work));
    const all = await Promise.allSettled([1, 2, 3].map((n) => ledger.charge(watch(signer, n, 10n))));
    expect(all.every((r) => r.status === 'rejected')).toBe(true);
    expect(spent(ledger, id)).toBe(10n);
    await expect(ledger.charge(watch(signer, 1, 10n))).rejects.toThrow('disk full');
    await ledger.charge(watch(signer, 1, 10n));
    expect(spent(ledger, id)).toBe(20n);
    expect(ledger.earned('main').watched).toBe(20n);
  });
});

it('a disk without room refuses with a sentence, charges nothing, and is left behind when there is room', async () => {
  const { ledger, store } = await freshLedger({ path: join(folder, 'full.sqlite') });
  const { id, key, signer } = await addChannel(ledger, 10n ** 9n);
  await ledger.acceptVoucher(id, 10n ** 9n, voucher(id, 10n ** 9n, key));
  const pages = async (most: string) => sql.raw(`pragma max_page_count = ${most}`).execute(store.db);
  // SQLite's own limit: what it answers is what it answers on a full disk.
  await pages('1');
  let n = 0;
  let error: unknown;
  while (!error && n < 20_000) {
    await ledger.charge(watch(signer, n, 1n)).then(
      () => n++,
      (reason) => {
        error = reason;
      },
    );
  }
  expect(error).toMatchObject({ code: 'storage_unavailable', status: 503 });
  expect(spent(ledger, id)).toBe(BigInt(n));
  await pages('1000000');
  await ledger.charge(watch(signer, n, 1n));
  expect(spent(ledger, id)).toBe(BigInt(n) + 1n);
  const { count } = await store.db
    .selectFrom('charges')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  expect(count).toBe(n + 1);
  await store.close();
});

it('agrees with a ten-line model over random orders of vouchers, charges, repeats and top-ups', async () => {
  const act = fc.oneof(
    fc.record({ kind: fc.constant('voucher' as const), amount: fc.bigInt(0n, 120n) }),
    fc.record({ kind: fc.constant('charge' as const), n: fc.integer({ min: 0, max: 12 }), amount: fc.bigInt(1n, 20n) }),
    fc.record({ kind: fc.constant('topUp' as const), amount: fc.bigInt(1n, 20n) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 40 }), async (acts) => {
      const { ledger, store } = await freshLedger();
      const { id, key, signer } = await addChannel(ledger, 60n);
      const model = { limit: 60n, authorized: 0n, spent: 0n, paid: new Set<number>() };
      for (const a of acts) {
        if (a.kind === 'voucher') {
          if (a.amount > model.authorized && a.amount <= model.limit) model.authorized = a.amount;
          await ledger.acceptVoucher(id, a.amount, voucher(id, a.amount, key)).catch(() => {});
        } else if (a.kind === 'charge') {
          const fits = model.spent + a.amount <= model.authorized;
          if (fits && !model.paid.has(a.n)) {
            model.spent += a.amount;
            model.paid.add(a.n);
          }
          await ledger.charge(watch(signer, a.n, a.amount)).catch(() => {});
        } else {
          model.limit += a.amount;
          await ledger.adjust(id, (purse) => {
            purse.limit += a.amount;
          });
        }
      }
      const { limit, authorized, spent: total } = model;
      expect(ledger.purse(id)).toMatchObject({ limit, authorized, spent: total });
      await store.close();
    }),
    { numRuns: 60 },
  );
});
