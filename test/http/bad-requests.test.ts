// A request that is not right is answered with what is wrong with it, in one form, and changes nothing.
import { type RequestOptions, request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { routes } from '../../src/vocabulary/api.js';
import { type House, openHouse, refusal } from './house.js';

let house: House;
let before: Awaited<ReturnType<House['money']>>;
let viewer: Awaited<ReturnType<House['viewer']>>;
beforeAll(async () => {
  house = await openHouse();
  viewer = await house.viewer(1000n, 500n);
  before = await house.money();
});
afterAll(() => house.stop());
afterEach(async () => {
  expect(await house.money()).toEqual(before);
  expect(house.errors).toEqual([]);
});

/** A good voucher, changed. */
const voucher = (change: Record<string, unknown> = {}) => ({
  ...house.voucher(viewer.id, 600n, viewer.key),
  ...change,
});

/** Sends a path that fetch would put right, or the head of a request without its body. */
const raw = (path: string, options: RequestOptions = {}): Promise<{ status: number; body: string }> =>
  new Promise((resolve, reject) => {
    const sending = request(house.base, { path, ...options }, (res) => {
      let body = '';
      res
        .on('data', (chunk) => (body += chunk))
        .on('end', () => {
          resolve({ status: res.statusCode ?? 0, body });
          sending.destroy();
        });
    });
    sending.on('error', reject);
    if (options.headers) sending.flushHeaders();
    else sending.end();
  });

it('JSON that is none, or no object, is refused', async () => {
  for (const body of ['{', '{"a":}', 'null', '"text"', '7', "{'a':1}", '\u0000', '[1,2'] as const) {
    const { detail } = await refusal(await house.call('POST', '/api/vouchers', { body }), 400, 'bad_request');
    expect(detail).toContain('JSON');
  }
  await refusal(await house.call('POST', '/api/vouchers', { body: '[]' }), 400, 'bad_request');
  await refusal(await house.call('POST', '/api/vouchers'), 400, 'bad_request');
});

it('a body that is not sent as JSON is refused, also where none is needed', async () => {
  const token = house.hostToken;
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/octet-stream', 'nonsense']) {
    const sent = { headers: { 'content-type': type }, body: '{"refund":true}' };
    const { detail } = await refusal(await house.call('POST', '/api/host/settle', { ...sent, token }), 415, 'not_json');
    expect(detail).toContain('application/json');
    await refusal(await house.call('POST', '/api/sessions', sent), 415, 'not_json');
  }
});

it('a body in a wrong encoding or character set is refused, not called a fault of the server', async () => {
  const body = JSON.stringify(voucher());
  const send = (headers: Record<string, string>) => house.call('POST', '/api/vouchers', { body, headers });
  await refusal(await send({ 'content-type': 'application/json; charset=klingon' }), 415, 'not_json');
  await refusal(await send({ 'content-encoding': 'rot13' }), 415, 'not_json');
  await refusal(await send({ 'content-encoding': 'gzip' }), 400, 'bad_request');
});

it('a body that is too large is refused, packed or not', async () => {
  const large = JSON.stringify({ ...voucher(), more: 'x'.repeat(70_000) });
  await refusal(await house.call('POST', '/api/vouchers', { body: large }), 413, 'too_large');
  const packed = await fetch(`${house.base}/api/vouchers`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    body: gzipSync(large),
  });
  await refusal(packed, 413, 'too_large');
});

it('a host’s body is not read before the host is known', async () => {
  const headers = { 'content-type': 'application/json', 'content-length': '3000000', authorization: 'Bearer wrong' };
  const { status } = await raw('/api/host/streams/main/links', { method: 'POST', headers });
  expect(status).toBe(401);
});

it('unknown routes, streams and pages are not there, whatever the method', async () => {
  for (const path of ['/api', '/api/', '/api/nothing', '/api/streams/main/more', '/nothing', '/keys/main/x']) {
    for (const method of ['GET', 'POST', 'DELETE']) await refusal(await house.call(method, path), 404, 'not_found');
  }
  for (const id of ['nobody', 'constructor', 'valueof']) {
    const { detail } = await refusal(await house.call('GET', `/api/streams/${id}`), 404, 'unknown_stream');
    expect(detail).toContain(id);
  }
  for (const id of ['__proto__', 'MAIN', 'a'.repeat(33), '-a', '%00', '..%2f..%2fetc', '%F0%9F%98%80']) {
    await refusal(await house.call('GET', `/api/streams/${id}`), 400, 'bad_request');
  }
});

it('a wrong method is told which one is right', async () => {
  for (const { method, path } of Object.values(routes)) {
    const real = path.replace(/\{\w+\}/g, 'main');
    const wrong = await house.call('DELETE', real);
    const { detail } = await refusal(wrong, 405, 'wrong_method');
    expect(wrong.headers.get('allow')?.split(', ')).toContain(method.toUpperCase());
    expect(detail).toContain(method.toUpperCase());
  }
});

it('absurd addresses are refused or not there', async () => {
  const parts = ['%E0%A4%A', '%', '%c0%ae', '%zz'];
  for (const place of ['/', '/watch/', '/media/', '/assets/', '/api/streams/', '/keys/', '/keys/main/']) {
    for (const part of parts) {
      const { status, body } = await raw(`${place}${part}`);
      expect([400, 404]).toContain(status);
      expect(JSON.parse(body)).toMatchObject({ status, detail: expect.stringMatching(/\.$/) });
    }
  }
  expect((await raw(`/${'a'.repeat(20_000)}`)).status).toBe(431);
});

it('amounts that are not whole numbers of base units in 128 bits are refused', async () => {
  const wrong = ['-1', '0x10', '1.5', '1e3', '007', '+1', '', ' 1', '1 ', '١', '1_000', 'NaN', `${1n << 128n}`];
  for (const maxClaimableAmount of [...wrong, '9'.repeat(39), '9'.repeat(1000), 600, -1, null, true, ['1'], {}]) {
    const answer = await house.call('POST', '/api/vouchers', { body: voucher({ maxClaimableAmount }) });
    expect((await refusal(answer, 400, 'bad_request')).detail).toContain('maxClaimableAmount');
    const tip = { id: 'wrong-amount', amount: maxClaimableAmount, name: '', message: '' };
    const tipped = await house.call('POST', '/api/tips', { body: tip, token: viewer.session });
    expect((await refusal(tipped, 400, 'bad_request')).detail).toContain('amount');
  }
});

it('missing and misnamed fields are named', async () => {
  for (const field of ['channelId', 'maxClaimableAmount', 'signature']) {
    const answer = await house.call('POST', '/api/vouchers', { body: voucher({ [field]: undefined }) });
    expect((await refusal(answer, 400, 'bad_request')).detail).toContain(field);
  }
});

it('keys that mean something to the language mean nothing here, and nothing is inherited', async () => {
  const { channelId, maxClaimableAmount, signature } = voucher();
  const inherited = `{"__proto__":${JSON.stringify({ channelId, maxClaimableAmount, signature })}}`;
  await refusal(await house.call('POST', '/api/vouchers', { body: inherited }), 400, 'bad_request');
  const patch = '{"__proto__":{"price":"1"},"constructor":{"prototype":{"price":"1"}},"streamKey":"mine","id":"x"}';
  const patched = await house.call('PATCH', '/api/host/streams/main', { body: patch, token: house.hostToken });
  expect(patched.status).toBe(200);
  const { info, streamKey } = (await patched.json()) as { info: { id: string }; streamKey: string };
  expect([info.id, streamKey]).toEqual(['main', house.app.streamKey]);
  expect({} as { price?: string }).not.toHaveProperty('price');
  // Telling of a change is all that a patch without one does.
  before = await house.money();
});

it('unknown fields are ignored, and of a field given twice the last counts', async () => {
  const { channelId, maxClaimableAmount, signature } = house.voucher(viewer.id, 500n, viewer.key);
  const rest = `"channelId":"${channelId}","signature":"${signature}","unknown":{"deep":[1]}`;
  const body = `{"maxClaimableAmount":"900",${rest},"maxClaimableAmount":"${maxClaimableAmount}"}`;
  expect((await house.call('POST', '/api/vouchers', { body })).status).toBe(200);
});
