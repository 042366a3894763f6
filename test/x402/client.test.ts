// The official x402 client, unmodified, watches: deposit, keys, top-up, lost memory, refund, by EIP-3009 and Permit2.
import { InMemoryClientChannelStorage } from '@x402/evm/batch-settlement/client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { canonical } from '../../src/chain/index.js';
import { randomKey, sign, voucherDigest } from '../../src/payments/typed-data.js';
import { type House, openGate, price } from './house.js';

let house: House;
beforeAll(async () => {
  house = await openGate();
});
afterAll(() => house.close());

const threeKeys = { depositStrategy: () => `${3n * price}` };

describe('a client that never heard of dTok', () => {
  it('opens a channel with its first key, pays each key once, and tops up when the channel runs low', async () => {
    const payer = await house.payer(10_000n, threeKeys);
    const client = payer.client();
    const types: string[][] = [];
    for (let i = 1n; i <= 5n; i++) {
      const n = await house.openKey();
      const answer = await client.get(n);
      expect(answer.status).toBe(200);
      expect(answer.body).toEqual(house.keyBytes(n));
      expect(answer.response).toMatchObject({ success: true, network: 'eip155:31337' });
      expect(answer.response?.extra).toMatchObject({
        chargedAmount: `${price}`,
        channelState: { channelId: payer.id(), chargedCumulativeAmount: `${i * price}`, refundNonce: '0' },
      });
      types.push(payer.wire.types());
    }
    expect(types).toEqual([['deposit'], ['voucher'], ['voucher'], ['deposit'], ['voucher']]);
    expect(payer.purse()).toMatchObject({ spent: 5n * price, authorized: 5n * price, limit: 6n * price });
    expect(await payer.tokens()).toBe(10_000n - 6n * price);
    expect(house.watching()).toBe(1);
  });

  it('is asked for a deposit that is worth its gas, unless it wants otherwise', async () => {
    const payer = await house.payer(100_000n);
    const answer = await payer.client().get(await house.openKey());
    expect(answer.response).toMatchObject({ amount: `${150n * price}` });
    expect(answer.response?.transaction).toMatch(/^0x[0-9a-f]{64}$/);
    expect(answer.response?.extra).toMatchObject({ channelState: { balance: `${150n * price}`, totalClaimed: '0' } });
  });

  it('gets a key that it has paid again for nothing, and stays in step', async () => {
    const payer = await house.payer(10_000n, threeKeys);
    const client = payer.client();
    const [a, b] = [await house.openKey(), await house.openKey()];
    for (const n of [a, b, a, a]) expect((await client.get(n)).status).toBe(200);
    expect(payer.purse()?.spent).toBe(2n * price);
    expect((await client.get(await house.openKey())).status).toBe(200);
    expect(payer.wire.types()).toEqual(['deposit', 'voucher', 'voucher', 'voucher', 'voucher']);
    expect(payer.purse()?.spent).toBe(3n * price);
  });

  it('that lost an answer gets the key for the same voucher, and is charged once', async () => {
    const payer = await house.payer(10_000n, threeKeys);
    const client = payer.client();
    await client.get(await house.openKey());
    const n = await house.openKey();
    const payment = await client.sign(n);
    // Its answer never arrives; the client tries anew.
    const [lost, also] = await Promise.all([house.send(n, payment), house.send(n, payment)]);
    expect([lost.status, also.status]).toEqual([200, 200]);
    expect(await client.get(n)).toMatchObject({ status: 200, response: { extra: { chargedAmount: `${price}` } } });
    expect(await client.get(await house.openKey())).toMatchObject({ status: 200 });
    expect(payer.wire.types()).toEqual(['deposit', 'voucher', 'voucher']);
    expect(payer.purse()).toMatchObject({ spent: 3n * price, authorized: 3n * price });
  });

  it('that lost its memory is told its channel’s state and its own last voucher, and goes on', async () => {
    const payer = await house.payer(10_000n, threeKeys);
    const before = payer.client();
    for (let i = 0; i < 2; i++) await before.get(await house.openKey());
    payer.wire.types();
    const after = payer.client();
    const n = await house.openKey();
    const stale = await house.send(n, await payer.client().sign(n));
    expect(stale.required).toMatchObject({ error: 'invalid_batch_settlement_evm_cumulative_amount_mismatch' });
    expect(stale.required?.accepts[0]?.extra).toMatchObject({
      channelState: { channelId: payer.id(), balance: `${3n * price}`, chargedCumulativeAmount: `${2n * price}` },
      voucherState: {
        signedMaxClaimable: `${2n * price}`,
        signature: sign(voucherDigest(payer.id(), 2n * price, house.money.now.payments.domain), payer.key),
      },
    });
    expect(await after.get(n)).toMatchObject({ status: 200 });
    expect(payer.wire.types()).toEqual(['voucher', 'voucher']);
    expect(payer.purse()).toMatchObject({ spent: 3n * price, authorized: 3n * price });
  });

  it('and a server that was restarted are in step, also after a claim', async () => {
    const payer = await house.payer(10_000n, threeKeys);
    const storage = new InMemoryClientChannelStorage();
    await payer.client({ storage }).get(await house.openKey());
    await house.restart();
    expect((await payer.client({ storage }).get(await house.openKey())).status).toBe(200);
    await house.money.settle();
    // Memory lost after the claim: the chain tells what was claimed, and that is what was charged.
    const answer = await payer.client().get(await house.openKey());
    expect(answer.response?.extra).toMatchObject({ channelState: { totalClaimed: `${2n * price}` } });
    expect(payer.purse()?.spent).toBe(3n * price);
  });

  it('shares a channel with a session of the same key: what one spends, the other is told', async () => {
    const payer = await house.payer(10_000n, threeKeys);
    const client = payer.client();
    await client.get(await house.openKey());
    const { ledger, domain } = house.money.now.payments;
    const total = 3n * price;
    await ledger.acceptVoucher(payer.id(), total, sign(voucherDigest(payer.id(), total, domain), payer.key));
    const bySession = { headers: { authorization: `Bearer ${house.openSession(payer.address)}` } };
    await ledger.warm(payer.address);
    for (let i = 0; i < 3; i++) await fetch(house.url(await house.openKey()), bySession);
    // Two were its preview.
    expect(payer.purse()).toMatchObject({ spent: 2n * price, authorized: total });
    const n = await house.openKey();
    expect((await client.get(n)).status).toBe(200);
    expect(payer.purse()).toMatchObject({ spent: total, authorized: total });
    const again = await fetch(house.url(n), bySession);
    expect([again.status, again.headers.get('dtok-charged')]).toEqual([200, `${price}`]);
    expect(payer.purse()?.spent).toBe(total);
  });

  it('asks for many keys at once and pays each once', async () => {
    const payer = await house.payer(10_000n, { depositStrategy: () => `${10n * price}` });
    const client = payer.client();
    await client.get(await house.openKey());
    const ns = [await house.openKey(), await house.openKey(), await house.openKey()];
    // Two of three are out of step with the first, and one try later some still are.
    for (const missing = new Set(ns); missing.size > 0; ) {
      const answers = await Promise.all([...missing].map(async (n) => ({ n, ...(await client.get(n)) })));
      const got = answers.filter(({ status }) => status === 200);
      expect(got.length).toBeGreaterThan(0);
      for (const { n } of got) missing.delete(n);
    }
    expect(payer.purse()).toMatchObject({ spent: 4n * price, authorized: 4n * price });
  });
});

it('a contract wallet deposits, and a key that it names signs its vouchers', async () => {
  const owner = randomKey();
  const wallet = await house.contractWallet(owner);
  const payer = await house.payer(1000n, { ...threeKeys }, wallet, owner);
  const client = payer.client();
  for (let i = 0; i < 2; i++) expect((await client.get(await house.openKey())).status).toBe(200);
  expect(payer.purse()).toMatchObject({ signer: payer.address, spent: 2n * price });
  expect(await client.refund(0)).toMatchObject({ success: true, amount: `${price}` });
  expect(await payer.tokens()).toBe(1000n - 2n * price);
});

describe('a refund', () => {
  it('gives back everything unspent, and the host keeps what was earned', async () => {
    const payer = await house.payer(1000n, threeKeys);
    const client = payer.client();
    await client.get(await house.openKey());
    const refunded = await client.refund(0);
    expect(refunded).toMatchObject({ success: true, amount: `${2n * price}` });
    expect(refunded.extra).toMatchObject({
      channelState: { balance: `${price}`, totalClaimed: `${price}`, refundNonce: '1' },
    });
    expect(await payer.tokens()).toBe(1000n - price);
    // The same channel again.
    expect(await client.get(await house.openKey())).toMatchObject({ status: 200 });
    expect(payer.purse()).toMatchObject({ spent: 2n * price, limit: 4n * price });
    const { verify } = house.money.now.payments;
    await vi.waitFor(async () => expect((await verify()).findings).toEqual([]), { timeout: 20_000, interval: 200 });
  });

  it('gives back a part, when a part is asked for', async () => {
    const payer = await house.payer(1000n, threeKeys);
    const client = payer.client();
    const n = await house.openKey();
    await client.get(n);
    expect(await client.refund(n, '150')).toMatchObject({ success: true, amount: '150' });
    expect(payer.purse()).toMatchObject({ spent: price, limit: 150n, closing: false });
    // A key more does not fit: the client tops up.
    expect(await client.get(await house.openKey())).toMatchObject({ status: 200 });
    expect(payer.wire.types()).toEqual(['deposit', 'refund', 'deposit']);
    expect(await client.refund(0)).toMatchObject({ success: true });
  });

  it('works for a client that lost its memory', async () => {
    const payer = await house.payer(1000n, threeKeys);
    await payer.client().get(await house.openKey());
    expect(await payer.client().refund(0)).toMatchObject({ success: true, amount: `${2n * price}` });
    expect(payer.wire.types()).toEqual(['deposit', 'refund', 'refund']);
    await expect(payer.client().refund(0)).rejects.toThrow('no remaining balance');
  });
});

describe('by Permit2', () => {
  it('deposits with an allowance that was there', async () => {
    const payer = await house.payer(1000n, threeKeys);
    await house.act(payer.key, house.money.now.chain.token.address, 'approve(address spender, uint256 amount)', [
      canonical.permit2,
      10_000n,
    ]);
    const client = payer.client({}, 'permit2');
    for (let i = 0; i < 4; i++) expect((await client.get(await house.openKey())).status).toBe(200);
    expect(payer.wire.types()).toEqual(['deposit', 'voucher', 'voucher', 'deposit']);
    expect(await payer.tokens()).toBe(1000n - 6n * price);
    expect(payer.purse()?.spent).toBe(4n * price);
  });

  it('deposits with the token’s own permit along, without any transaction of the payer’s', async () => {
    const payer = await house.payer(1000n, threeKeys);
    const client = payer.client({}, 'permit2');
    const payment = await client.sign(await house.openKey());
    expect(payment.extensions).toHaveProperty('eip2612GasSponsoring');
    expect((await client.get(await house.openKey())).status).toBe(200);
    expect(await payer.tokens()).toBe(1000n - 3n * price);
  });
});
