// Amounts set aside in the ledger: they leave no room for anything else, are taken or let go once, and outlive a restart.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Hex } from '../../src/vocabulary/values.js';
import { addChannel, addPass, freshLedger, type Ledger, voucher, watch } from '../support/payments.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dtok-holds-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const refusal = (code: string, facts = {}) => expect.objectContaining({ code, ...facts });
const vote = (payer: Hex, id: number, amount: bigint) => ({
  ...{ payer, reason: `vote/1/${payer}/${id}`, stream: 'main', kind: 'vote' as const, amount, durationMs: 0 },
});
const money = (ledger: Ledger, id: Hex) => {
  const { spent = 0n, held = 0n } = ledger.purse(id) ?? {};
  return { spent, held };
};
const nothing = async () => {};

it('is held once for a reason, needs a voucher over all of it, and leaves no room for anything else', async () => {
  const { ledger } = await freshLedger();
  const { id, key, signer } = await addChannel(ledger, 100n);
  await ledger.acceptVoucher(id, 50n, voucher(id, 50n, key));
  await Promise.all([ledger.hold(vote(signer, 1, 40n)), ledger.hold(vote(signer, 1, 40n))]);
  await ledger.hold(vote(signer, 1, 40n));
  expect(money(ledger, id)).toEqual({ spent: 0n, held: 40n });
  const lacking = { facts: { purse: id, needed: '60' } };
  await expect(ledger.charge(watch(signer, 1, 20n))).rejects.toEqual(refusal('voucher_needed', lacking));
  await ledger.acceptVoucher(id, 100n, voucher(id, 100n, key));
  await ledger.charge(watch(signer, 1, 60n));
  await expect(ledger.charge(watch(signer, 2, 1n))).rejects.toEqual(refusal('out_of_credit'));
  await expect(ledger.hold(vote(signer, 2, 1n))).rejects.toEqual(refusal('out_of_credit'));
  await ledger.release(signer, vote(signer, 1, 40n).reason, nothing);
  await ledger.charge(watch(signer, 2, 40n));
  expect(money(ledger, id)).toEqual({ spent: 100n, held: 0n });
});

it('is taken once, from the link and from its sponsor’s channel, and let go once', async () => {
  const sponsorKeys = new Map<Hex, Hex>();
  const { ledger, store } = await freshLedger({ sponsorKeys });
  const channel = await addChannel(ledger, 1000n);
  sponsorKeys.set(channel.id, channel.key);
  const link = await addPass(ledger, channel.id, 100n);
  await ledger.acceptVoucher(link.id, 100n, voucher(link.id, 100n, link.key));
  for (const [i, amount] of [30n, 20n].entries()) await ledger.hold(vote(link.signer, i, amount));
  expect([money(ledger, link.id), money(ledger, channel.id)]).toEqual(Array(2).fill({ spent: 0n, held: 50n }));
  const told: boolean[] = [];
  const also = async (_: unknown, paid: boolean) => void told.push(paid);
  const { reason } = vote(link.signer, 0, 30n);
  const taken = await Promise.all([
    ledger.capture(link.signer, reason, also),
    ledger.capture(link.signer, reason, also),
  ]);
  expect([taken, told]).toEqual([[true, false], [true]]);
  expect(await ledger.release(link.signer, vote(link.signer, 1, 20n).reason, nothing)).toBe(true);
  expect(await ledger.release(link.signer, vote(link.signer, 1, 20n).reason, nothing)).toBe(false);
  expect([money(ledger, link.id), money(ledger, channel.id)]).toEqual(Array(2).fill({ spent: 30n, held: 0n }));
  expect(ledger.earned('main')).toEqual({ watched: 0n, tipped: 30n });
  expect(await store.db.selectFrom('holds').selectAll().execute()).toEqual([]);
  const charges = await store.db.selectFrom('charges').select(['reason', 'kind', 'amount']).execute();
  expect(charges).toEqual([{ reason, kind: 'vote', amount: '30' }]);
});

it('is let go instead when the owner has withdrawn it, or the link was taken back: its sponsor was told what it spent', async () => {
  const { ledger } = await freshLedger();
  const { id, key, signer } = await addChannel(ledger, 100n);
  await ledger.acceptVoucher(id, 100n, voucher(id, 100n, key));
  await ledger.hold(vote(signer, 1, 40n));
  await ledger.hold(vote(signer, 2, 40n));
  const told: boolean[] = [];
  const take = (n: number) =>
    ledger.capture(signer, vote(signer, n, 40n).reason, async (_, paid) => void told.push(paid));
  await ledger.adjust(id, (purse) => {
    purse.limit = 50n;
  });
  expect([await take(1), await take(2), told]).toEqual([true, false, [true, false]]);
  expect(money(ledger, id)).toEqual({ spent: 40n, held: 0n });

  const sponsorKeys = new Map<Hex, Hex>();
  const other = await freshLedger({ sponsorKeys });
  const channel = await addChannel(other.ledger, 1000n);
  sponsorKeys.set(channel.id, channel.key);
  const link = await addPass(other.ledger, channel.id, 100n);
  await other.ledger.acceptVoucher(link.id, 100n, voucher(link.id, 100n, link.key));
  await other.ledger.hold(vote(link.signer, 1, 10n));
  await other.ledger.adjust(link.id, (purse) => {
    purse.revokedAt = Date.now();
  });
  expect(await other.ledger.capture(link.signer, vote(link.signer, 1, 10n).reason, nothing)).toBe(false);
  expect(money(other.ledger, channel.id)).toEqual({ spent: 0n, held: 0n });
});

it('outlives a restart, and a disk that refuses changes nothing', async () => {
  const path = join(folder, 'dtok.sqlite');
  const first = await freshLedger({ path });
  const { id, key, signer } = await addChannel(first.ledger, 100n);
  await first.ledger.acceptVoucher(id, 100n, voucher(id, 100n, key));
  await first.ledger.hold(vote(signer, 1, 40n));
  const broken = async () => {
    throw new Error('no');
  };
  await expect(first.ledger.hold({ ...vote(signer, 2, 30n), also: broken })).rejects.toThrow('no');
  await expect(first.ledger.capture(signer, vote(signer, 1, 40n).reason, broken)).rejects.toThrow('no');
  await expect(first.ledger.release(signer, vote(signer, 1, 40n).reason, broken)).rejects.toThrow('no');
  expect(money(first.ledger, id)).toEqual({ spent: 0n, held: 40n });
  expect(first.ledger.earned('main').tipped).toBe(0n);
  await first.store.close();
  const second = await freshLedger({ path });
  expect(money(second.ledger, id)).toEqual({ spent: 0n, held: 40n });
  await second.ledger.warm(signer);
  await second.ledger.hold(vote(signer, 1, 40n));
  await expect(second.ledger.charge(watch(signer, 1, 61n))).rejects.toEqual(refusal('out_of_credit'));
  expect(await second.ledger.capture(signer, vote(signer, 1, 40n).reason, nothing)).toBe(true);
  // A late repeat is the same charge, also when somebody has asked once more whether it is taken.
  expect(await second.ledger.capture(signer, vote(signer, 1, 40n).reason, nothing)).toBe(false);
  await second.ledger.hold(vote(signer, 1, 40n));
  expect(money(second.ledger, id)).toEqual({ spent: 40n, held: 0n });
  await second.store.close();
  const third = await freshLedger({ path });
  expect(money(third.ledger, id)).toEqual({ spent: 40n, held: 0n });
  await third.store.close();
});
