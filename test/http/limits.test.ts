// Who asks too much is told when to come back; what viewers and hosts need goes on meanwhile.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type House, openHouse, refusal } from './house.js';

const limit = 30;
let house: House;
beforeAll(async () => {
  house = await openHouse({ RATE_LIMIT: `${limit}` });
});
afterAll(() => house.stop());

it('an address that asks too much gets 429 and a time, whatever it asks and says it is', async () => {
  const viewer = await house.viewer(100n);
  const answers: Response[] = [];
  for (let i = 0; i < limit + 10; i++) {
    const headers = { 'x-forwarded-for': `10.0.0.${i}`, forwarded: `for=10.0.0.${i}`, 'x-real-ip': `10.0.0.${i}` };
    answers.push(await house.call('GET', '/api/streams', { headers }));
  }
  const refused = answers.filter(({ status }) => status !== 200);
  // The house itself asked a few times at the start.
  expect(refused.length).toBeGreaterThanOrEqual(10);
  expect(refused.length).toBeLessThan(20);
  for (const answer of refused) {
    const { detail } = await refusal(answer, 429, 'rate_limited');
    expect(detail).toContain('Wait');
    const after = Number(answer.headers.get('retry-after'));
    expect(after).toBeGreaterThan(0);
    expect(after).toBeLessThanOrEqual(60);
  }
  for (const [method, path] of [
    ['POST', '/api/sessions'],
    ['POST', '/api/vouchers'],
    ['POST', '/api/tips'],
    ['POST', '/api/faucet'],
    ['POST', '/api/channels'],
  ] as const) {
    // Not even read.
    await refusal(await house.call(method, path, { body: '{', token: viewer.session }), 429, 'rate_limited');
  }
  // Keys have their own limit, the host has none, and machines may look.
  await refusal(await house.call('GET', '/keys/main/1', { token: viewer.session }), 404, 'key_unknown');
  expect((await house.ask('hostStream')).info.id).toBe('main');
  for (const path of ['/healthz', '/metrics', '/watch/main']) {
    expect((await house.call('GET', path)).status).toBe(200);
  }

  // A session that asks for keys without end is slowed down; another one is not.
  const ask = async () => (await house.call('GET', '/keys/main/1', { token: viewer.session })).status;
  const statuses = await Promise.all([...Array(100)].map(ask));
  expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(40);
  expect(statuses).toContain(404);
});
