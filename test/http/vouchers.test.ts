// Vouchers over HTTP: only the purse's own key can raise what it owes, for this chain and contract, up to its limit.
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Domain, randomKey, sign, voucherDigest } from '../../src/payments/typed-data.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { type House, openHouse, refusal } from './house.js';

let house: House;
let viewer: Awaited<ReturnType<House['viewer']>>;
beforeAll(async () => {
  house = await openHouse();
  viewer = await house.viewer(1000n, 500n);
});
afterAll(() => house.stop());

const post = (body: unknown) => house.call('POST', '/api/vouchers', { body });
const withSignature = (amount: bigint, signature: string) =>
  post({ channelId: viewer.id, maxClaimableAmount: `${amount}`, signature });
const signedOn = (domain: Domain, amount: bigint) =>
  withSignature(amount, sign(voucherDigest(viewer.id, amount, domain), viewer.key));
const authorized = async () => (await viewer.purse())?.authorized;

/** The other signature that anybody can make of one: (r, n - s), v flipped. */
function malleable(signature: Hex): Hex {
  const [r, s, v] = [signature.slice(2, 66), signature.slice(66, 130), signature.slice(130)];
  const other = (secp256k1.Point.Fn.ORDER - BigInt(`0x${s}`)).toString(16).padStart(64, '0');
  return `0x${r}${other}${v === '1b' ? '1c' : '1b'}`;
}

it('a higher one is accepted, the same again is harmless, a lower one is refused', async () => {
  const good = house.voucher(viewer.id, 600n, viewer.key);
  for (let again = 0; again < 3; again++) {
    const answer = await post(good);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ id: viewer.id, authorized: '600', limit: '1000', spent: '0' });
  }
  const lower = await refusal(await post(house.voucher(viewer.id, 599n, viewer.key)), 409, 'voucher_too_low');
  expect(lower.facts).toMatchObject({ authorized: '600' });
  expect(await authorized()).toBe('600');
});

it('many at once leave the highest standing', async () => {
  const amounts = [...Array(20).keys()].map((i) => 601n + BigInt((i * 7) % 20));
  const answers = await Promise.all(amounts.map((amount) => post(house.voucher(viewer.id, amount, viewer.key))));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 409]));
  expect(await authorized()).toBe('620');
});

it('one over the limit is refused with both amounts, one up to it is not', async () => {
  const over = await refusal(await post(house.voucher(viewer.id, 1001n, viewer.key)), 409, 'voucher_over_limit');
  expect(over.detail).toContain('1001');
  expect(over.detail).toContain('1000');
  await refusal(await post(house.voucher(viewer.id, (1n << 128n) - 1n, viewer.key)), 409, 'voucher_over_limit');
  const full = await house.viewer(1000n, 0n);
  expect((await post(house.voucher(full.id, 1000n, full.key))).status).toBe(200);
});

it('one for another chain, another contract or another purse is refused', async () => {
  const { domain } = house;
  const contract: Hex = '0x4020074e9df2ce1dee5a9c1b5c3f541d02a10004';
  const other = await house.viewer(1000n);
  for (const answer of [
    await signedOn({ ...domain, chainId: 1 }, 700n),
    await signedOn({ ...domain, contract }, 700n),
    await withSignature(700n, house.voucher(other.id, 700n, viewer.key).signature),
    // For another amount than it says.
    await withSignature(701n, house.voucher(viewer.id, 700n, viewer.key).signature),
  ]) {
    const { detail } = await refusal(answer, 403, 'voucher_wrong_signature');
    expect(detail).toContain('31337');
  }
  expect(await authorized()).toBe('620');
});

it('one by another key is refused, also by a key that owns another purse', async () => {
  const other = await house.viewer(1000n);
  for (const key of [randomKey(), other.key]) {
    await refusal(await post(house.voucher(viewer.id, 700n, key)), 403, 'voucher_wrong_signature');
  }
  expect(await authorized()).toBe('620');
});

it('one with a signature that the contract would not take is refused, however it is bent', async () => {
  const { signature } = house.voucher(viewer.id, 700n, viewer.key);
  const body = signature.slice(0, 130);
  const zero = '00'.repeat(32);
  const n = secp256k1.Point.Fn.ORDER.toString(16);
  const bent = [malleable(signature), `${body}00`, `${body}01`, `${body}ff`, `0x${'00'.repeat(65)}`];
  bent.push(`0x${'ff'.repeat(65)}`, `0x${zero}${signature.slice(66)}`, `${signature.slice(0, 66)}${zero}1b`);
  bent.push(`0x${n}${signature.slice(66)}`, `${signature.slice(0, 66)}${n}1b`);
  for (const garbage of bent) await refusal(await withSignature(700n, garbage), 403, 'voucher_wrong_signature');
  expect(await authorized()).toBe('620');
});

it('a signature of another shape is refused with the shape that is right', async () => {
  const { signature } = house.voucher(viewer.id, 700n, viewer.key);
  const shapes = [
    signature.slice(0, 130),
    signature.slice(2),
    `${signature}00`,
    '0x',
    '',
    `${signature.slice(0, -1)}g`,
  ];
  for (const shape of shapes) {
    const { detail } = await refusal(await withSignature(700n, shape), 400, 'bad_request');
    expect(detail).toContain('0x and 130 hex digits');
  }
});

it('hex in capitals is the same voucher', async () => {
  const { signature } = house.voucher(viewer.id, 700n, viewer.key);
  const shout = (hex: string) => `0x${hex.slice(2).toUpperCase()}`;
  const answer = await post({ channelId: shout(viewer.id), maxClaimableAmount: '700', signature: shout(signature) });
  expect(await answer.json()).toMatchObject({ id: viewer.id, authorized: '700' });
});

it('one for a purse that is not known is refused, whoever signed', async () => {
  await refusal(await post(house.voucher(randomKey(), 1n, viewer.key)), 404, 'unknown_purse');
});

it('one for a link that was taken back is refused', async () => {
  const gone = await house.viewer(1000n, 100n);
  await house.ask('revokeLinks', { body: { links: [gone.id] } });
  await refusal(await post(house.voucher(gone.id, 200n, gone.key)), 402, 'link_revoked');
});
