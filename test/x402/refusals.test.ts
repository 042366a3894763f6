// Every reason for which the gate takes no x402 payment: the standard's own word, a sentence, and nothing moved.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { PaymentPayload } from '@x402/core/types';
import { serializeErc6492Signature } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSignatures } from '../../src/payments/signatures.js';
import {
  addressOf,
  channelId,
  depositNonce,
  randomKey,
  receiveDigest,
  sign,
  voucherDigest,
} from '../../src/payments/typed-data.js';
import { createX402 } from '../../src/payments/x402.js';
import { noMatch, type PaymentReason, paymentReasons, x402Reason } from '../../src/vocabulary/payment-reasons.js';
import { Problem, type ProblemBody } from '../../src/vocabulary/problems.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { silent } from '../support/payments.js';
import { type House, openGate, price, type Told } from './house.js';

let house: House;
beforeAll(async () => {
  house = await openGate();
});
afterAll(() => house.close());

const threeKeys = { depositStrategy: () => `${3n * price}` };
const stranger = addressOf(randomKey());
const zero: Hex = `0x${'00'.repeat(20)}`;
const seen = new Set<string>();

/** A payload as tests change it. */
interface Loose {
  accepted: Record<string, unknown> & { extra: Record<string, unknown> };
  payload: {
    type: string;
    channelConfig: Record<string, unknown>;
    voucher: Record<string, unknown>;
    deposit: { amount: string; authorization: Record<string, Record<string, unknown>> };
    amount?: string;
  };
  extensions?: Record<string, { info: Record<string, unknown> }>;
}
type Payer = Awaited<ReturnType<House['payer']>>;

const loose = (payment: PaymentPayload): Loose => structuredClone(payment) as unknown as Loose;

/** The change made, and the channel's id and voucher made right again for it. */
function forged(payer: Payer, payment: PaymentPayload, change: (payment: Loose) => void): Loose {
  const copy = loose(payment);
  change(copy);
  const { domain } = house.money.now.payments;
  const config = Object.fromEntries(
    Object.entries(copy.payload.channelConfig).map(([k, v]) => [k, typeof v === 'string' ? v.toLowerCase() : v]),
  );
  const id = channelId(config as never, domain);
  const total = String(copy.payload.voucher.maxClaimableAmount);
  const signature = sign(voucherDigest(id, BigInt(total), domain), payer.key);
  copy.payload.voucher = { channelId: id, maxClaimableAmount: total, signature };
  return copy;
}

function expectRefusal(answer: Told, reason: string): void {
  const body = JSON.parse(answer.body.toString()) as ProblemBody;
  expect(answer.status).toBe(402);
  expect(body).toMatchObject({ status: 402, code: 'payment_refused', facts: { reason } });
  expect(answer.required?.error ?? answer.response?.errorReason).toBe(reason);
  expect(body.detail).toMatch(/^This payment cannot be taken: [a-z].*\.$/);
  expect(body.detail).not.toContain('invalid_');
  seen.add(reason);
}

/** A payer who has not begun, his first payment for a key, and what he has. */
async function newcomer(method = 'eip3009', tokens = 1000n) {
  const payer = await house.payer(tokens, threeKeys);
  const n = await house.openKey();
  const payment = await payer.client({}, method).sign(n);
  const refused = async (reason: PaymentReason, sent: unknown) =>
    expectRefusal(await house.send(n, sent), x402Reason(reason));
  return { payer, n, payment, refused };
}

const nothingMoved = async (payer: Payer) => {
  expect(await payer.tokens()).toBe(1000n);
  expect(payer.purse()).toBeUndefined();
};

describe('a payment is refused', () => {
  it('when it is not one', async () => {
    const { n, payer, payment, refused } = await newcomer();
    for (const header of [
      'x',
      Buffer.from('[]').toString('base64'),
      Buffer.from('{"x402Version":2}').toString('base64'),
    ]) {
      expectRefusal(await house.send(n, header), x402Reason('payload_type'));
    }
    await refused('payload_type', { ...payment, x402Version: 1 });
    await refused('payload_type', { ...payment, payload: { ...payment.payload, type: 'claim' } });
    await nothingMoved(payer);
  });

  it('for another scheme, chain, token, receiver or price', async () => {
    const { n, payer, payment, refused } = await newcomer();
    const accepted = (change: Record<string, unknown>) => ({
      ...payment,
      accepted: { ...payment.accepted, ...change },
    });
    await refused('scheme', accepted({ scheme: 'exact' }));
    await refused('network_mismatch', accepted({ network: 'eip155:1' }));
    await refused('token_mismatch', accepted({ asset: stranger }));
    await refused('receiver_mismatch', accepted({ payTo: stranger }));
    expectRefusal(await house.send(n, accepted({ amount: '1' })), noMatch);
    const magic = accepted({ extra: { ...payment.accepted.extra, assetTransferMethod: 'magic' } });
    expectRefusal(await house.send(n, magic), noMatch);
    await nothingMoved(payer);
  });

  it('from a channel of other terms', async () => {
    const { payer, payment, refused } = await newcomer();
    let type = 'deposit';
    const config = (change: Record<string, unknown>) =>
      forged(payer, { ...payment, payload: { ...payment.payload, type } }, ({ payload }) =>
        Object.assign(payload.channelConfig, change),
      );
    for (type of ['deposit', 'voucher', 'refund']) {
      await refused('receiver_mismatch', config({ receiver: stranger }));
      await refused('receiver_authorizer_mismatch', config({ receiverAuthorizer: stranger }));
      await refused('token_mismatch', config({ token: stranger }));
      await refused('withdraw_delay_mismatch', config({ withdrawDelay: 901 }));
      await refused('voucher_signature', config({ payerAuthorizer: zero }));
      await refused('voucher_signature', config({ payerAuthorizer: stranger }));
    }
    const unbound = loose(payment);
    unbound.payload.channelConfig.withdrawDelay = 901;
    await refused('channel_id_mismatch', unbound);
    await nothingMoved(payer);
  });

  it('with a deposit that is not signed, not valid now, not covered, or that the chain would refuse', async () => {
    const { payer, payment, refused } = await newcomer();
    const authorization = (change: Record<string, unknown>) => {
      const copy = loose(payment);
      Object.assign(copy.payload.deposit.authorization.erc3009Authorization ?? {}, change);
      return copy;
    };
    const now = Math.floor(Date.now() / 1000);
    await refused('payload_authorization_valid_before', authorization({ validBefore: `${now + 3}` }));
    await refused('payload_authorization_valid_after', authorization({ validAfter: `${now + 100}` }));
    await refused('receive_authorization_signature', authorization({ salt: randomKey() }));
    const { erc3009Authorization } = loose(payment).payload.deposit.authorization;
    const wrapped = serializeErc6492Signature({
      ...{ address: stranger, data: '0x01', signature: erc3009Authorization?.signature as Hex },
    });
    await refused('eip6492_factory_not_allowed', authorization({ signature: wrapped }));
    const permit = (await newcomer('permit2')).payment.payload as unknown as Loose['payload'];
    const mixed = loose(payment);
    mixed.payload.deposit.authorization = permit.deposit.authorization;
    await refused('erc3009_authorization_required', mixed);
    await nothingMoved(payer);

    const poor = await newcomer('eip3009', 0n);
    await poor.refused('insufficient_balance', poor.payment);
    expect(poor.payer.purse()).toBeUndefined();
  });

  it('with a deposit of nothing, which the chain would refuse', async () => {
    const payer = await house.payer(1000n, threeKeys);
    const client = payer.client();
    await client.get(await house.openKey());
    const n = await house.openKey();
    const { payments, chain } = house.money.now;
    const payment = loose(await client.sign(n));
    const [once, validBefore] = [randomKey(), BigInt(Math.floor(Date.now() / 1000) + 100)];
    const nonce = depositNonce(payer.id(), once);
    const message = { from: payer.address, to: chain.depositCollector, value: 0n, validAfter: 0n, validBefore, nonce };
    const signature = sign(receiveDigest(message, { ...chain.token, chainId: payments.domain.chainId }), payer.key);
    const erc3009Authorization = { validAfter: '0', validBefore: `${validBefore}`, salt: once, signature };
    Object.assign(payment.payload, {
      type: 'deposit',
      deposit: { amount: '0', authorization: { erc3009Authorization } },
    });
    expectRefusal(await house.send(n, payment), x402Reason('deposit_simulation_failed'));
    expect(payer.purse()).toMatchObject({ spent: price, authorized: price });
  });

  it('with a Permit2 permit that does not fit', async () => {
    const { payer, payment, refused } = await newcomer('permit2');
    const permit = (change: (permit: Record<string, Record<string, unknown>>) => unknown) => {
      const copy = loose(payment);
      change(copy.payload.deposit.authorization.permit2Authorization as Record<string, Record<string, unknown>>);
      return copy;
    };
    await refused(
      'permit2_invalid_spender',
      permit((p) => Object.assign(p, { spender: stranger })),
    );
    await refused(
      'permit2_amount_mismatch',
      permit((p) => Object.assign(p.permitted ?? {}, { amount: '1' })),
    );
    await refused(
      'token_mismatch',
      permit((p) => Object.assign(p.permitted ?? {}, { token: stranger })),
    );
    await refused(
      'channel_id_mismatch',
      permit((p) => Object.assign(p.witness ?? {}, { channelId: randomKey() })),
    );
    await refused(
      'permit2_deadline_expired',
      permit((p) => Object.assign(p, { deadline: '1' })),
    );
    await refused(
      'permit2_invalid_signature',
      permit((p) => Object.assign(p, { from: stranger })),
    );
    await refused(
      'permit2_invalid_signature',
      permit((p) => Object.assign(p, { nonce: '7' })),
    );
    const { extensions, ...withoutAllowance } = loose(payment);
    await refused('permit2_allowance_required', withoutAllowance);
    const info = { ...extensions?.eip2612GasSponsoring?.info, amount: '1' };
    await refused('eip2612_amount_mismatch', { ...withoutAllowance, extensions: { eip2612GasSponsoring: { info } } });
    const plain = (await newcomer()).payment.payload as unknown as Loose['payload'];
    const mixed = loose(payment);
    mixed.payload.deposit.authorization = plain.deposit.authorization;
    await refused('permit2_authorization_required', mixed);
    await nothingMoved(payer);
  });

  it('with a voucher of no channel, of more than it holds, of the wrong total, or by a stranger', async () => {
    const { payer, n, payment, refused } = await newcomer();
    const { deposit: _, ...rest } = loose(payment).payload;
    await refused('channel_not_found', { ...payment, payload: { ...rest, type: 'voucher' } });
    await nothingMoved(payer);

    const client = payer.client();
    await client.get(n);
    const voucher = (total: bigint, key: Hex = payer.key) => {
      const digest = voucherDigest(payer.id(), total, house.money.now.payments.domain);
      return { channelId: payer.id(), maxClaimableAmount: `${total}`, signature: sign(digest, key) };
    };
    const next = await house.openKey();
    const pay = (v: unknown) => house.send(next, { ...payment, payload: { ...rest, type: 'voucher', voucher: v } });
    for (const total of [0n, price, 2n * price - 1n, 2n * price + 1n, 3n * price]) {
      expectRefusal(await pay(voucher(total)), x402Reason('cumulative_amount_mismatch'));
    }
    const forgedVoucher = await pay(voucher(2n * price, randomKey()));
    expectRefusal(forgedVoucher, x402Reason('voucher_signature'));
    // A stranger is not told where the channel stands.
    expect(forgedVoucher.required?.accepts[0]?.extra).not.toHaveProperty('channelState');
    expect(payer.purse()).toMatchObject({ spent: price, authorized: price });
    for (let i = 0; i < 2; i++) await client.get(await house.openKey());
    expectRefusal(await pay(voucher(4n * price)), x402Reason('cumulative_exceeds_balance'));
    expect(payer.purse()).toMatchObject({ spent: 3n * price, authorized: 3n * price });
  });

  it('while its channel is being refunded, and a refund of nothing or of no number', async () => {
    const payer = await house.payer(1000n, threeKeys);
    const client = payer.client();
    const first = await house.openKey();
    await client.get(first);
    const n = await house.openKey();
    const payment = loose(await client.sign(n));
    const { ledger } = house.money.now.payments;
    await ledger.adjust(payer.id(), (purse) => Object.assign(purse, { closing: true }));
    expectRefusal(await house.send(n, payment), x402Reason('channel_busy'));
    await ledger.adjust(payer.id(), (purse) => Object.assign(purse, { closing: false }));
    const refund = (total: bigint, amount?: string) =>
      forged(payer, payment as never, ({ payload }) => {
        Object.assign(payload, { type: 'refund', ...(amount !== undefined && { amount }) });
        payload.voucher.maxClaimableAmount = `${total}`;
      });
    for (const amount of ['0', '1.5', '-1', 'all', '']) {
      expectRefusal(await house.send(n, refund(price, amount)), x402Reason('refund_amount_invalid'));
    }
    expectRefusal(await house.send(n, refund(0n)), x402Reason('cumulative_amount_mismatch'));
    const stolen = refund(price);
    stolen.payload.voucher.signature = sign(
      voucherDigest(payer.id(), price, house.money.now.payments.domain),
      randomKey(),
    );
    expectRefusal(await house.send(n, stolen), x402Reason('voucher_signature'));
    expect(await payer.tokens()).toBe(1000n - 3n * price);
    expect((await house.send(n, refund(price))).status).toBe(200);
    expectRefusal(await house.send(n, refund(price)), x402Reason('refund_no_balance'));
  });

  it('when the chain refuses it after all, or cannot be asked', async () => {
    const { payments, store, chain } = house.money.now;
    const signatures = await openSignatures({});
    const failing = (settle: () => Promise<never>, close: () => Promise<never>) => {
      const { channels, ledger, domain, terms } = payments;
      const settled = async () => settle();
      const x402 = createX402({
        ...{ store, chain, channels, ledger, domain, terms, log: silent },
        ...{ settle: settled, settler: { close }, signatures },
      });
      return async (n: number, payment: PaymentPayload | Loose) => {
        const header = Buffer.from(JSON.stringify(payment)).toString('base64');
        const wish = {
          ...{ reason: `watch/show/${n}`, stream: 'show', kind: 'watch' as const, amount: price },
          ...{ durationMs: 2000, notBefore: 0 },
        };
        const outcome = await x402.pay({ header, url: house.url(n), wish });
        if (outcome.kind !== 'refused') throw new Error('it was taken');
        return { code: outcome.problem.code, status: outcome.problem.status, ...failureOf(outcome.headers) };
      };
    };
    const refusal = { success: false, errorReason: x402Reason('deposit_transaction_failed') } as never;
    const away = () => Promise.reject(new Problem('chain_unavailable'));
    const reverts = () => Promise.reject(new Problem('chain_refused', { reason: 'InvalidRefundNonce' }));
    const { payer, n, payment } = await newcomer();
    expect(await failing(async () => refusal, away)(n, payment)).toEqual({
      ...{ code: 'payment_refused', status: 402, reason: x402Reason('deposit_transaction_failed') },
    });
    expect(await failing(away, away)(n, payment)).toEqual({
      ...{ code: 'chain_unavailable', status: 503, reason: x402Reason('verification_state_unavailable') },
    });
    await nothingMoved(payer);
    await payer.client().get(n);
    const refund = forged(payer, payment, ({ payload }) => Object.assign(payload, { type: 'refund' }));
    expect(await failing(away, reverts)(n, refund)).toMatchObject({
      reason: x402Reason('refund_transaction_failed'),
    });
    for (const reason of [
      'deposit_transaction_failed',
      'verification_state_unavailable',
      'refund_transaction_failed',
    ]) {
      seen.add(x402Reason(reason as PaymentReason));
    }
  });

  it('for a key that is not there, before anything moves', async () => {
    const { payer, n, payment } = await newcomer();
    for (const missing of [0, n + 1]) {
      const answer = await house.send(missing, payment);
      expect(answer.status).toBe(404);
      expect(JSON.parse(answer.body.toString())).toMatchObject({ code: 'key_unknown' });
    }
    await nothingMoved(payer);
  });
});

function failureOf(headers: Record<string, string>) {
  const text = Buffer.from(headers['payment-response'] ?? '', 'base64').toString();
  const { success, errorReason } = JSON.parse(text) as { success: boolean; errorReason: string };
  expect(success).toBe(false);
  return { reason: errorReason };
}

describe('the reasons', () => {
  it('are all met above, but for one that another check comes before', () => {
    const met = paymentReasons.filter((reason) => seen.has(x402Reason(reason)));
    expect(paymentReasons.filter((reason) => !met.includes(reason))).toEqual(['cumulative_below_claimed']);
  });

  it('are the official packages’ own', () => {
    const folder = new URL('.', import.meta.resolve('@x402/evm'));
    const files = readdirSync(folder).filter((name) => name.endsWith('.mjs'));
    const text = files.map((name) => readFileSync(fileURLToPath(new URL(name, folder)), 'utf8')).join('\n');
    expect(paymentReasons.filter((reason) => !text.includes(`"${x402Reason(reason)}"`))).toEqual([]);
  });
});

describe('a payment sent again', () => {
  it('with a deposit deposits once and charges once, also when both come at once, or it was mined and never noted', async () => {
    const { payer, n, payment } = await newcomer();
    const answers = await Promise.all([house.send(n, payment), house.send(n, payment)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(await payer.tokens()).toBe(1000n - 3n * price);
    expect(payer.purse()).toMatchObject({ spent: price, limit: 3n * price });

    const other = await newcomer();
    const { channelConfig, deposit } = loose(other.payment).payload;
    const auth = deposit.authorization.erc3009Authorization as Record<string, string>;
    await house.money.now.chain.deposit(channelConfig as never, BigInt(deposit.amount), {
      ...{ validAfter: BigInt(auth.validAfter ?? 0), validBefore: BigInt(auth.validBefore ?? 0) },
      ...{ salt: auth.salt as Hex, signature: auth.signature as Hex },
    });
    expect(await house.send(other.n, other.payment)).toMatchObject({ status: 200 });
    expect(other.payer.purse()).toMatchObject({ spent: price, limit: 3n * price });
  });

  it('for another key is out of step', async () => {
    const { payer, n, payment } = await newcomer();
    await house.send(n, payment);
    expectRefusal(await house.send(await house.openKey(), payment), x402Reason('cumulative_amount_mismatch'));
    expect(await payer.tokens()).toBe(1000n - 3n * price);
    expect(payer.purse()?.spent).toBe(price);
  });
});

it('the channel that signed pays, not another one of the same key', async () => {
  const payer = await house.payer(1000n, threeKeys);
  await payer.client().get(await house.openKey());
  const { ledger, domain } = house.money.now.payments;
  const all = sign(voucherDigest(payer.id(), 3n * price, domain), payer.key);
  await ledger.acceptVoucher(payer.id(), 3n * price, all);
  const salt = randomKey();
  expect((await payer.client({ salt }).get(await house.openKey())).status).toBe(200);
  expect(ledger.purse(payer.id(salt))?.spent).toBe(price);
  expect(payer.purse()?.spent).toBe(price);
});

it('pages of any origin may ask, and read what x402 says', async () => {
  const answer = await fetch(house.url(0), { method: 'OPTIONS' });
  expect(answer.headers.get('access-control-allow-headers')).toContain('payment-signature');
  expect(answer.headers.get('access-control-expose-headers')).toMatch(/payment-required, payment-response/);
});
