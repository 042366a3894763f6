// A reader over a kill -9 and a restart on the same port: goes on by itself where it was, without a gap or a double.
import { afterAll, expect, it } from 'vitest';
import { addressOf, randomKey, sessionDigest, sign, voucherDigest } from '../../src/payments/typed-data.js';
import { followFeed } from '../../src/web/shared/feed.js';
import { type Dtok, removeFolder, startDtok, temporaryFolder } from '../support/dtok.js';
import { numbers, openReader } from './reader.js';

const data = temporaryFolder('readers');
let dtok: Dtok | undefined;
afterAll(async () => {
  await dtok?.stop();
  removeFolder(data);
});

async function tipper(house: Dtok) {
  const key = randomKey();
  const signer = addressOf(key);
  const params = { stream: 'main' };
  const { terms } = await house.api('getStream', { params });
  const domain = { chainId: terms.chainId, contract: terms.contract };
  const [link] = await house.api('makeLinks', { params, body: { links: [{ signer, limit: '1000' }] } });
  if (!link) throw new Error('no link');
  const signature = sign(voucherDigest(link.id, 1000n, domain), key);
  await house.api('postVoucher', { body: { channelId: link.id, maxClaimableAmount: '1000', signature } });
  return async (at: Dtok, id: string): Promise<Response> => {
    const issuedAt = Date.now();
    const proof = { stream: 'main', signer, issuedAt, signature: sign(sessionDigest('main', issuedAt, domain), key) };
    const { session } = await at.api('openSession', { body: proof });
    return fetch(`${at.base}/api/tips`, {
      method: 'POST',
      headers: { authorization: `Bearer ${session}`, 'content-type': 'application/json' },
      body: JSON.stringify({ id, amount: '1', name: 'a', message: id }),
    });
  };
}

it('hears every tip once and in order, also those of the instant of the kill', async () => {
  const env = { TEST_CARD: 'off', MIN_TIP: '0.000000000000000001', LOG_LEVEL: 'warn' };
  const first = await startDtok({ env, data });
  dtok = first;
  const tip = await tipper(first);
  const reader = await openReader(first.base);
  const shown: string[] = [];
  const follower = followFeed({
    socket: reader.socket,
    after: 0,
    who: () => ({ stream: 'main' }),
    onEvent: (event) => shown.push(event.type === 'tip' ? event.data.id : event.type),
    retryMs: 50,
  });
  const ids = (from: number, count: number) => [...Array(count).keys()].map((i) => `tip-over-kill-${from + i}`);
  for (const id of ids(0, 5)) expect((await tip(first, id)).status).toBe(200);

  // Sent into the kill: each may be there or not, but what was answered is.
  const sent = ids(5, 20).map(async (id) => ((await tip(first, id).catch(() => null))?.ok ? [id] : []));
  await Promise.race(sent);
  await first.kill();
  const answered = (await Promise.all(sent)).flat();

  const ports = { PORT: new URL(first.base).port, RTMP_PORT: new URL(first.rtmp).port };
  const second = await startDtok({ env: { ...env, ...ports }, data });
  dtok = second;
  for (const id of ids(5, 30)) expect((await tip(second, id)).status).toBe(200);
  const control = await openReader(second.base);
  await control.follow({ stream: 'main', after: 0 });
  const stored = (await control.heard(35)).map((event) => (event.type === 'tip' ? event.data.id : event.type));
  await expect.poll(() => shown.length, { timeout: 10_000 }).toBe(stored.length);
  expect(shown).toEqual(stored);
  expect(new Set(shown).size).toBe(shown.length);
  expect(shown).toEqual(expect.arrayContaining([...ids(0, 35), ...answered]));
  const all = numbers(control.events);
  expect(all).toEqual([...all].sort((a, b) => a - b));
  follower.stop();
  control.close();
});
