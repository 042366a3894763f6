// A batch of the ledger's changes: what is read back is what was written, in every field and however many there are.
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import type { Purse } from '../../src/payments/purse.js';
import { purseFromRow, purseMoney, saveEffects } from '../../src/payments/rows.js';
import { randomKey } from '../../src/payments/typed-data.js';
import { addChannel, addPass, freshLedger, voucher } from '../support/payments.js';

async function three() {
  const { store, ledger } = await freshLedger();
  const channel = await addChannel(ledger, 100n);
  const links = [await addPass(ledger, channel.id, 10n), await addPass(ledger, channel.id, 20n)];
  const read = async (): Promise<Purse[]> =>
    (await store.db.selectFrom('purses').selectAll().orderBy(sql`rowid`).execute()).map(purseFromRow);
  return { store, channel, links, read };
}

it('purses keep what did not change, and the newest of what did', async () => {
  const { store, channel, read } = await three();
  const before = await read();
  const most = 2n ** 128n - 1n;
  const signature = voucher(channel.id, most, channel.key);
  const [first, second] = before;
  if (!first || !second) throw new Error('no purses');
  const changed: Purse = { ...first, limit: most, authorized: most, spent: most - 1n, signature, closing: true };
  const revoked: Purse = { ...second, revokedAt: 1_764_000_000_123, spent: 3n };
  const older = { id: first.id, set: purseMoney({ ...first, authorized: 5n, signature: null }) };
  await store.write((trx) =>
    saveEffects(store, trx, [
      { purses: [older, { id: second.id, set: purseMoney(revoked) }] },
      { purses: [{ id: first.id, set: purseMoney(changed) }] },
    ]),
  );
  expect(await read()).toEqual([changed, revoked, ...before.slice(2)]);
  await store.write((trx) => saveEffects(store, trx, [{ purses: [{ id: first.id, set: purseMoney(first) }] }]));
  expect((await read())[0]).toEqual(first);
});

it('five thousand charges are one batch, and one repeated reason refuses all of it', async () => {
  const { store, channel } = await three();
  const charge = (n: number, purse: typeof channel.id | null) => ({
    ...{ payer: channel.signer, reason: `tip/${n}-"'ü`, purse, stream: 'main', kind: 'tip' as const },
    ...{ amount: `${2n ** 128n - 1n - BigInt(n)}`, duration_ms: n, at: 1_764_000_000_000 + n },
  });
  const charges = Array.from({ length: 5000 }, (_, n) => charge(n, n % 2 ? channel.id : null));
  await store.write((trx) =>
    saveEffects(
      store,
      trx,
      charges.map((one) => ({ charge: one })),
    ),
  );
  const kept = () => store.db.selectFrom('charges').selectAll().orderBy('at').execute();
  expect(await kept()).toEqual(charges);
  const again = [charge(5000, null), charge(7, null)].map((one) => ({ charge: one }));
  await expect(store.write((trx) => saveEffects(store, trx, again))).rejects.toMatchObject({
    code: /^SQLITE_CONSTRAINT/,
  });
  expect(await kept()).toHaveLength(5000);
  const stranger = { charge: charge(5001, randomKey()) };
  await expect(store.write((trx) => saveEffects(store, trx, [stranger]))).rejects.toThrow('FOREIGN KEY');
});
