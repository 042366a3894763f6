// Sessions: who proves a key for a stream may act for its purses on that stream, and nobody else, and not later.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addressOf, randomKey, sessionDigest, sign } from '../../src/payments/typed-data.js';
import { type House, openHouse, refusal } from './house.js';

let house: House;
beforeAll(async () => {
  house = await openHouse();
  await house.ask('createStream', { body: { id: 'other' } });
});
afterAll(() => house.stop());

const open = (body: unknown) => house.call('POST', '/api/sessions', { body });
const minutes = 60_000;

it('a proof from a clock that is off is refused, and says by how much', async () => {
  const key = randomKey();
  for (const off of [-6 * minutes, 6 * minutes, -24 * 60 * minutes]) {
    const { facts, detail } = await refusal(
      await open(house.sessionRequest(key, 'main', Date.now() + off)),
      400,
      'clock_off',
    );
    const seconds = Math.abs(off) / 1000;
    expect(Number(facts?.seconds)).toBeGreaterThanOrEqual(seconds - 2);
    expect(Number(facts?.seconds)).toBeLessThanOrEqual(seconds + 2);
    expect(detail).toContain(`${facts?.seconds} s`);
    // What a page needs to put its proof right.
    expect(Math.abs(Number(facts?.serverTime) - Date.now())).toBeLessThan(2000);
    expect((await open(house.sessionRequest(key, 'main', Number(facts?.serverTime)))).status).toBe(200);
  }
  for (const off of [-4 * minutes, 4 * minutes]) {
    expect((await open(house.sessionRequest(key, 'main', Date.now() + off))).status).toBe(200);
  }
});

it('times that are none are refused', async () => {
  for (const issuedAt of [-1, 1.5, '1700000000000', null, 2 ** 60, 1e300]) {
    await refusal(await open({ ...house.sessionRequest(randomKey()), issuedAt }), 400, 'bad_request');
  }
});

it('a proof for another stream, time, chain or key is refused', async () => {
  const key = randomKey();
  const proof = house.sessionRequest(key);
  const abroad = sign(sessionDigest('main', proof.issuedAt, { ...house.domain, chainId: 1 }), key);
  for (const forged of [
    { ...proof, stream: 'other' },
    { ...proof, issuedAt: proof.issuedAt + 1 },
    { ...proof, signature: abroad },
    { ...proof, signer: addressOf(randomKey()) },
    { ...proof, signature: `0x${'00'.repeat(65)}` },
    { ...proof, signer: `0x${'00'.repeat(20)}`, signature: `0x${'00'.repeat(65)}` },
  ]) {
    await refusal(await open(forged), 403, 'wrong_signer');
  }
  await refusal(await open(house.sessionRequest(key, 'nowhere')), 404, 'unknown_stream');
});

it('a key without a purse gets a session with nothing in it', async () => {
  const answer = await open(house.sessionRequest(randomKey()));
  expect(await answer.json()).toMatchObject({ stream: 'main', purses: [], previewLeftMs: 10_000 });
});

it('a token is good for its own stream’s keys only, and only as a bearer’s', async () => {
  const { session } = await house.viewer(100n);
  const key = (stream: string, authorization?: string) =>
    house.call('GET', `/keys/${stream}/1`, authorization ? { headers: { authorization } } : {});
  // The session is good: there is no such key.
  await refusal(await key('main', `Bearer ${session}`), 404, 'key_unknown');
  await refusal(await key('other', `Bearer ${session}`), 401, 'session_needed');
  await refusal(await key('main'), 404, 'key_unknown');
  await refusal(await key('main', `Basic ${session}`), 401, 'session_needed');
  await refusal(await key('main', `Bearer ${session}x`), 401, 'session_needed');
});

it('a link is money on the stream it was made for only', async () => {
  const { key } = await house.viewer(100n);
  const { session } = await house.ask('openSession', { body: house.sessionRequest(key, 'other') });
  const elsewhere = await house.ask('getSession', { token: session });
  expect(elsewhere.purses).toEqual([]);
  const tip = { id: 'elsewhere', amount: '1', name: '', message: '' };
  await refusal(await house.call('POST', '/api/tips', { body: tip, token: session }), 402, 'out_of_credit');
});

it('without a token, with a wrong one, or with the host’s, there is no session', async () => {
  for (const token of [undefined, 'wrong', house.hostToken, '', 'a b', '__proto__', 'x'.repeat(5000)]) {
    await refusal(await house.call('GET', '/api/session', { token }), 401, 'session_needed');
    const body = { id: 'nobodys-tip', amount: '1', name: '', message: '' };
    await refusal(await house.call('POST', '/api/tips', { body, token }), 401, 'session_needed');
  }
});

it('a used-up link still opens its page, and is asked to be filled', async () => {
  const spent = await house.viewer(10n);
  const tip = (id: string, amount: string) =>
    house.call('POST', '/api/tips', { body: { id, amount, name: '', message: '' }, token: spent.session });
  expect((await tip('all-of-it', '10')).status).toBe(200);
  await refusal(await tip('one-more', '1'), 402, 'out_of_credit');
  const again = await open(house.sessionRequest(spent.key));
  expect(await again.json()).toMatchObject({ purses: [{ id: spent.id, limit: '10', spent: '10' }] });
  await house.ask('topUpLink', { params: { purse: spent.id }, body: { id: 'filled-again', amount: '5' } });
  await refusal(await tip('one-more', '1'), 402, 'voucher_needed');
  await house.ask('postVoucher', { body: house.voucher(spent.id, 15n, spent.key) });
  expect((await tip('one-more', '1')).status).toBe(200);
});

it('a link that was taken back says so', async () => {
  const revoked = await house.viewer(10n);
  await house.ask('revokeLinks', { body: { links: [revoked.id] } });
  const tip = { body: { id: 'too-late-1', amount: '1', name: '', message: '' } };
  await refusal(await house.call('POST', '/api/tips', { ...tip, token: revoked.session }), 402, 'link_revoked');
});
