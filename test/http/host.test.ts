// The host's routes: nobody else may, limits hold, and what is asked twice happens once.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addressOf, randomKey } from '../../src/payments/typed-data.js';
import { routes } from '../../src/vocabulary/api.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { type House, openHouse, refusal } from './house.js';

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.stop());

const host = (method: string, path: string, body?: unknown) =>
  house.call(method, `/api/host${path}`, { body, token: house.hostToken });
const patch = (body: unknown) => host('PATCH', '/streams/main', body);

it('every one refuses whoever has not the host’s token in the right place, before it reads anything', async () => {
  const { session } = await house.viewer(1n);
  const token = house.hostToken;
  const wrong = [undefined, 'Bearer wrong', `Bearer ${session}`, `Basic ${token}`, token, `Bearer ${token}x`];
  wrong.push(
    `bearer${token}`,
    `Bearer ${token.slice(0, -1)}`,
    `Bearer ${token} ${token}`,
    'Bearer ',
    'Bearer __proto__',
  );
  for (const { who, method, path } of Object.values(routes)) {
    if (who !== 'host') continue;
    for (const authorization of wrong) {
      const sent = authorization ? { headers: { authorization } } : {};
      const body = method === 'get' ? {} : { body: '{not json' };
      const real = path.replace(/\{\w+\}/g, 'no such thing');
      await refusal(await house.call(method.toUpperCase(), real, { ...sent, ...body }), 401, 'host_token_needed');
    }
  }
  await refusal(await house.call('GET', `/api/host/streams/main?token=${token}&t=${token}`), 401, 'host_token_needed');
});

it('no answer to others, and no logged error, carries the host’s secrets', async () => {
  const { streamKey, overlayUrl } = await house.ask('hostStream');
  const answers = await Promise.all(
    ['/api/streams', '/api/openapi.json', '/metrics', '/healthz', '/'].map(async (path) =>
      (await house.call('GET', path)).text(),
    ),
  );
  for (const secret of [house.hostToken, streamKey, overlayUrl.split('#t=')[1] ?? '']) {
    expect(secret.length).toBeGreaterThan(20);
    expect([...answers, ...house.errors].join()).not.toContain(secret);
  }
});

it('links for the same key are one link, within a request and over many', async () => {
  const [a, b] = [addressOf(randomKey()), addressOf(randomKey())];
  const wish = (signer: Hex, limit: string) => ({ signer, limit });
  const make = (links: { signer: string; limit: string }[]) => house.ask('makeLinks', { body: { links } });
  const shout = `0x${a.slice(2).toUpperCase()}`;
  const made = await make([wish(a, '10'), wish(b, '20'), wish(a, '99'), { signer: shout, limit: '98' }]);
  expect(made.map(({ signer, limit }) => [signer, limit])).toEqual([
    [a, '10'],
    [b, '20'],
    [a, '10'],
    [a, '10'],
  ]);
  const again = await Promise.all([make([wish(a, '99')]), make([wish(b, '20'), wish(a, '10')])]);
  expect(new Set([...made, ...again.flat()].map(({ id }) => id)).size).toBe(2);
  const { links } = await house.ask('listLinks');
  expect(links.filter(({ signer }) => signer === a || signer === b)).toHaveLength(2);
});

it('a batch with one wrong link makes none', async () => {
  const before = await house.ask('listLinks');
  const good = { signer: addressOf(randomKey()), limit: '10' };
  const wrong = [{ ...good, limit: '-1' }, { ...good, limit: 10 }, { ...good, signer: '0x12' }, { limit: '10' }];
  for (const bad of [...wrong, { ...good, label: 'x'.repeat(81) }, { ...good, once: true }, null, 'link']) {
    const { detail } = await refusal(
      await host('POST', '/streams/main/links', { links: [good, bad] }),
      400,
      'bad_request',
    );
    expect(detail).toContain('links.1');
  }
  for (const links of [[], null, {}, 'all', Array(10_001).fill(good)]) {
    await refusal(await host('POST', '/streams/main/links', { links }), 400, 'bad_request');
  }
  expect(await house.ask('listLinks')).toEqual(before);
});

it('a link is raised once for each id', async () => {
  const { id } = await house.viewer(10n);
  const raise = (body: unknown) => host('POST', `/links/${id}/top-up`, body);
  const first = await Promise.all([...Array(5)].map(() => raise({ id: 'raise-it-1', amount: '5' })));
  for (const answer of first) expect(await answer.json()).toMatchObject({ limit: '15' });
  await refusal(await raise({ id: 'raise-it-1', amount: '6' }), 409, 'id_reused');
  await refusal(await raise({ id: 'short', amount: '6' }), 400, 'bad_request');
  await refusal(
    await host('POST', `/links/${randomKey()}/top-up`, { id: 'raise-it-2', amount: '5' }),
    404,
    'unknown_purse',
  );
});

it('settings are changed within their limits, all or none', async () => {
  const { settings } = await house.ask('hostStream');
  const wrong: [string, unknown][] = [
    ['title', 'x'.repeat(121)],
    ['title', null],
    ['price', '-1'],
    ['price', 1],
    ['price', '0.5'],
    ['price', `${1n << 128n}`],
    ['minTip', '1e3'],
    ['previewMs', -1],
    ['previewMs', 3_600_001],
    ['previewMs', 0.5],
    ['keyPeriodMs', 999],
    ['keyPeriodMs', 10_001],
    ['keyPeriodMs', '2000'],
    ['mediaBase', 'javascript:alert(1)'],
    ['mediaBase', 'ftp://example.org/'],
    ['mediaBase', '//example.org/'],
    ['mediaBase', 'media'],
    ['mediaBase', 'https://a.test/?x'],
    ['mediaBase', 'https://user@a.test/'],
    ['mediaBase', 'https://1.test https://2.test https://3.test https://4.test https://5.test'],
    ['discord', 'http://discord.gg/abc'],
    ['discord', 'https://discord.gg.evil.example/abc'],
    ['discord', 'https://t.me/abc'],
    ['discord', 'javascript:alert(1)'],
    ['telegram', 'https://someone@t.me/abc'],
    ['telegram', 'https://evil.example/https://t.me/abc'],
    ['telegram', `https://t.me/${'x'.repeat(200)}`],
  ];
  for (const [field, value] of wrong) {
    const { detail } = await refusal(await patch({ title: 'Half done', [field]: value }), 400, 'bad_request');
    expect(detail).toContain(`${field}: `);
  }
  expect((await house.ask('hostStream')).settings).toEqual(settings);
  const invited = { discord: 'https://discord.gg/blue', telegram: 'https://t.me/blue' };
  const times = { previewMs: 3_600_000, keyPeriodMs: 1000 };
  const edges = { price: '0', minTip: '0', ...times, mediaBase: 'https://cdn.test/a  /mirror', ...invited };
  const changed = await (await patch({ ...edges, title: ' <b>New</b>\u0007 ' })).json();
  expect(changed).toMatchObject({
    settings: { ...edges, title: '<b>New</b>', mediaBase: 'https://cdn.test/a/ /mirror/' },
  });
  expect(changed.info.communities).toEqual([
    { platform: 'discord', url: invited.discord },
    { platform: 'telegram', url: invited.telegram },
  ]);
  const back = await (await patch(settings)).json();
  expect(back).toMatchObject({ settings, info: { communities: [] } });
  await refusal(await host('PATCH', '/streams/nobody', { title: 'x' }), 404, 'unknown_stream');
});

it('a stream is made once, under a name that fits into an address', async () => {
  expect((await host('POST', '/streams', { id: 'second', price: '7' })).status).toBe(200);
  for (const id of ['second', 'main']) {
    const { detail } = await refusal(await host('POST', '/streams', { id }), 409, 'stream_exists');
    expect(detail).toContain(id);
  }
  expect((await house.ask('hostStream', { params: { stream: 'second' } })).settings.price).toBe('7');
  for (const id of ['', '-x', 'Main', 'a b', '../etc', 'x'.repeat(33), 7, undefined]) {
    await refusal(await host('POST', '/streams', { id }), 400, 'bad_request');
  }
});

it('a stream made twice at once is made once', async () => {
  const make = () => house.call('POST', '/api/host/streams', { body: { id: 'twice' }, token: house.hostToken });
  const statuses = (await Promise.all([make(), make()])).map(({ status }) => status);
  expect(statuses.sort()).toEqual([200, 409]);
});

it('settled twice at once, what was earned is paid once', async () => {
  const viewer = await house.viewer(1000n);
  const body = { id: 'tip-to-settle', amount: '700', name: '', message: '' };
  expect((await house.call('POST', '/api/tips', { body, token: viewer.session })).status).toBe(200);
  const reports = await Promise.all([1, 2, 3].map(() => house.ask('settle', { body: {} })));
  expect(reports.map(({ settled }) => settled).sort()).toEqual(['0', '0', '700']);
  const { earnings, hostBalance } = await house.ask('hostStream');
  expect([earnings.claimed, earnings.settled, earnings.unclaimed, hostBalance]).toEqual(['700', '700', '0', '700']);
});

it('gives codes for chat, lists who used one, and takes that back', async () => {
  const { code, expiresAt } = await house.ask('issueChatCode');
  expect(code).toMatch(/^\w{4}-\w{4}-\w{4}$/);
  expect(expiresAt).toBeGreaterThan(Date.now());
  expect(await house.ask('listChatAccounts')).toEqual([]);
  expect(await house.ask('removeChatAccount', { body: { platform: 'discord', user: '7' } })).toEqual([]);
  const wrong = { body: { platform: 'discord', user: 'Hanna' }, token: house.hostToken };
  await refusal(await house.call('POST', '/api/host/chat-accounts/remove', wrong), 400, 'bad_request');
});

it('stops a stream and starts it again, and changes nothing else by that', async () => {
  const before = await house.ask('hostStream');
  expect(before.open).toBe(true);
  const stopped = await house.ask('patchStream', { body: { open: false } });
  expect(stopped).toMatchObject({ open: false, settings: before.settings });
  expect((await house.ask('hostStream')).open).toBe(false);
  expect((await house.ask('patchStream', { body: { open: true, title: 'Back' } })).settings.title).toBe('Back');
  expect((await house.ask('hostStream')).open).toBe(true);
});
