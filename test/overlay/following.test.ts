// Following the feed: every event of one's stream, once and in order, and of purses only one's own.
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { type House, openHouse } from '../http/house.js';
import { numbers, openReader, type Reader } from './reader.js';

let house: House;
let viewer: Awaited<ReturnType<House['viewer']>>;
const readers: Reader[] = [];
beforeAll(async () => {
  house = await openHouse();
  await house.ask('createStream', { body: { id: 'other' } });
  viewer = await house.viewer(1_000_000n);
});
afterAll(() => house.stop());
afterEach(() => {
  for (const reader of readers.splice(0)) reader.close();
  expect(house.errors).toEqual([]);
});

async function reader(): Promise<Reader> {
  const made = await openReader(house.base);
  readers.push(made);
  return made;
}
const last = async () => (await house.ask('getStream')).lastEvent;
let tips = 0;
const tip = (message = '') =>
  house.ask('postTip', {
    token: viewer.session,
    body: { id: `tip-number-${tips++}`, amount: '1', name: 'a', message },
  });
const rename = (stream: string) =>
  house.ask('patchStream', { params: { stream }, body: { title: `${Math.random()}` } });
/** What was said before has arrived when this has: it goes the same way. */
const settled = async (...all: Reader[]) => {
  for (const each of all) await each.say('follow', { stream: 'no-such-stream' });
};

it('from a number on: what was missed, then what is new, in one order for all', async () => {
  const start = await last();
  for (let i = 0; i < 5; i++) await tip(`missed ${i}`);
  const [a, b, late] = [await reader(), await reader(), await reader()];
  const writing = Promise.all([...Array(60).keys()].map((i) => tip(`new ${i}`)));
  const followed = await Promise.all([a, b].map((each) => each.follow({ stream: 'main', after: start })));
  for (const answer of followed) expect(answer).toMatchObject({ ok: true });
  await writing;
  await late.follow({ stream: 'main', after: start + 3 });
  const all = [...Array(65).keys()].map((i) => start + 1 + i);
  expect(numbers(await a.heard(65))).toEqual(all);
  expect(await b.heard(65)).toEqual(a.events);
  expect(await late.heard(62)).toEqual(a.events.slice(3));
});

it('without a number: what is new only', async () => {
  const fresh = await reader();
  expect(await fresh.follow({ stream: 'main' })).toEqual({ ok: true, last: await last() });
  const { n } = await tip('new');
  expect(await fresh.heard(1)).toMatchObject([{ n, type: 'tip', data: { message: 'new' } }]);
});

it('from a number of another installation: what is new here', async () => {
  const lost = await reader();
  const answer = await lost.follow({ stream: 'main', after: 1_000_000 });
  expect(answer).toEqual({ ok: true, last: await last() });
  const { n } = await tip();
  expect(numbers(await lost.heard(1))).toEqual([n]);
});

it('followed twice, also at the same time, nothing comes twice', async () => {
  const eager = await reader();
  const start = await last();
  await Promise.all([...Array(10)].map(() => eager.follow({ stream: 'main', after: start })));
  const { n } = await tip();
  await eager.heard(1);
  await settled(eager);
  expect(numbers(eager.events)).toEqual([n]);
});

it('another stream followed, the first is over', async () => {
  const fickle = await reader();
  await fickle.follow({ stream: 'main' });
  await fickle.follow({ stream: 'other' });
  await tip();
  await rename('other');
  await fickle.heard(1);
  await settled(fickle);
  expect(fickle.events).toMatchObject([{ stream: 'other', type: 'changed' }]);
});

it('a purse’s changes come to whoever proved its key, for as long as he follows with that', async () => {
  const [owner, stranger, forger] = [await reader(), await reader(), await reader()];
  const other = await house.viewer(5n);
  await owner.follow({ stream: 'main', session: viewer.session });
  await stranger.follow({ stream: 'main', session: other.session });
  await forger.follow({ stream: 'main', session: viewer.id.slice(0, 60) });
  await tip();
  const raise = (id: string) => house.ask('topUpLink', { params: { purse: viewer.id }, body: { id, amount: '7' } });
  const { limit } = await raise('first-raise');
  await vi.waitFor(() => expect(owner.purses.at(-1)).toMatchObject({ id: viewer.id, limit }));
  await settled(stranger, forger);
  expect([...stranger.purses, ...forger.purses]).toEqual([]);
  // Followed anew without the session.
  await owner.follow({ stream: 'main' });
  const before = owner.purses.length;
  await raise('second-raise');
  await settled(owner);
  expect(owner.purses).toHaveLength(before);
});

it('a wrong overlay token and an unknown stream are refused, and the right one is counted', async () => {
  const overlay = await reader();
  const token = new URL(house.app.overlay).hash.slice(3);
  const counted = async () => (await house.ask('hostStream')).overlays;
  for (const wrong of ['', 'wrong', `${token}x`, token.slice(0, -1)]) {
    expect(await overlay.follow({ stream: 'main', overlay: wrong })).toMatchObject({ code: 'overlay_token_wrong' });
  }
  expect(await overlay.follow({ stream: 'other', overlay: token })).toMatchObject({ code: 'overlay_token_wrong' });
  expect(await overlay.follow({ stream: 'nobody', overlay: token })).toMatchObject({
    ok: false,
    code: 'unknown_stream',
  });
  expect(await counted()).toBe(0);
  expect(await overlay.follow({ stream: 'main', overlay: token })).toMatchObject({ ok: true });
  expect(await counted()).toBe(1);
  overlay.close();
  await vi.waitFor(async () => expect(await counted()).toBe(0));
});

it('garbage is answered or ignored, and harms nobody', async () => {
  const [good, bad] = [await reader(), await reader()];
  await good.follow({ stream: 'main' });
  const stream = 'main';
  const garbage: unknown[] = [null, 7, 'main', [], {}, { stream: 7 }, { stream: '__proto__' }, { stream, after: -1 }];
  garbage.push(
    { stream, after: 1.5 },
    { stream, after: '1' },
    { stream, session: {} },
    { stream, overlay: 'x'.repeat(65) },
  );
  for (const wish of [...garbage, { stream, after: 2 ** 60 }, JSON.parse('{"__proto__":{"stream":"main"}}')]) {
    expect(await bad.say('follow', wish)).toMatchObject({ ok: false, code: 'bad_request' });
  }
  // Without arguments, without an answer wanted, as bytes, under names that mean nothing, and too large.
  for (const given of [[], [null], [Buffer.alloc(100)], [{}, {}, {}]]) {
    bad.emit('follow', ...given);
    bad.emit('nothing', ...given);
  }
  expect(await bad.say('follow', { stream })).toMatchObject({ ok: true });
  const closed = new Promise((resolve) => bad.socket.once('disconnect', resolve));
  bad.emit('follow', 'x'.repeat(20_000));
  await closed;
  const { n } = await tip();
  expect(numbers(await good.heard(1))).toEqual([n]);
});

it('a reader that is too slow gets all of it, later', async () => {
  const [slow, quick] = [await reader(), await reader()];
  for (const each of [slow, quick]) await each.follow({ stream: 'main' });
  const { ws } = slow.socket.io.engine.transport as unknown as { ws: { pause(): void; resume(): void } };
  ws.pause();
  for (let i = 0; i < 10; i++) await Promise.all([...Array(40)].map(() => tip('😀'.repeat(280))));
  await quick.heard(400);
  expect(slow.events).toEqual([]);
  ws.resume();
  expect(await slow.heard(400)).toEqual(quick.events);
});
