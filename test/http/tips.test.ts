// Tips: charged, stored and shown once for each id, as they were written, or refused without a trace.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type House, openHouse, refusal } from './house.js';

let house: House;
let viewer: Awaited<ReturnType<House['viewer']>>;
beforeAll(async () => {
  house = await openHouse();
  viewer = await house.viewer(10_000n);
});
afterAll(() => house.stop());

const tip = (change: Record<string, unknown>, token = viewer.session) =>
  house.call('POST', '/api/tips', {
    body: { id: 'some-tip-1', amount: '100', name: 'Ann', message: 'hi', ...change },
    token,
  });
const spent = async () => Number((await viewer.purse())?.spent);
const lastEvent = async () => (await house.ask('getStream')).lastEvent;

it('the same id is one charge, one event and one answer, however often and however much at once', async () => {
  const before = { spent: await spent(), event: await lastEvent() };
  const answers = await Promise.all([...Array(20)].map(async () => (await tip({ id: 'often-tip' })).json()));
  answers.push(await (await tip({ id: 'often-tip' })).json());
  expect(answers[0]).toMatchObject({ id: 'often-tip', amount: '100', name: 'Ann', message: 'hi' });
  for (const answer of answers) expect(answer).toEqual(answers[0]);
  expect(await spent()).toBe(before.spent + 100);
  expect(await lastEvent()).toBe(before.event + 1);
});

it('the same id for another amount, name or message is refused, and the first one stands', async () => {
  expect((await tip({ id: 'twice-tip' })).status).toBe(200);
  const before = await spent();
  for (const change of [{ amount: '101' }, { amount: '1' }, { name: 'Bob' }, { message: 'ho' }]) {
    await refusal(await tip({ id: 'twice-tip', ...change }), 409, 'id_reused');
  }
  expect(await spent()).toBe(before);
});

it('two people may use the same id', async () => {
  const other = await house.viewer(1000n);
  const [mine, theirs] = await Promise.all([tip({ id: 'shared-id' }), tip({ id: 'shared-id' }, other.session)]);
  expect([mine.status, theirs.status]).toEqual([200, 200]);
  expect((await other.purse())?.spent).toBe('100');
});

it('nothing, less than the least, and more than there is are refused, and nothing is shown', async () => {
  const before = { spent: await spent(), event: await lastEvent() };
  await refusal(await tip({ id: 'nothing-tip', amount: '0' }), 400, 'tip_too_small');
  await refusal(await tip({ id: 'far-too-much', amount: '10001' }), 402, 'out_of_credit');
  await refusal(await tip({ id: 'far-too-much', amount: `${(1n << 128n) - 1n}` }), 402, 'out_of_credit');
  const unsigned = await house.viewer(1000n, 50n);
  const needed = await refusal(await tip({ id: 'unsigned-tip' }, unsigned.session), 402, 'voucher_needed');
  expect(needed.facts).toEqual({ purse: unsigned.id, needed: '100' });
  expect({ spent: await spent(), event: await lastEvent() }).toEqual(before);
});

it('the least that a host takes is said', async () => {
  await house.ask('patchStream', { body: { minTip: '50' } });
  const { detail } = await refusal(await tip({ id: 'small-tip', amount: '49' }), 400, 'tip_too_small');
  expect(detail).toContain('50');
  expect((await tip({ id: 'least-tip', amount: '50' })).status).toBe(200);
  await house.ask('patchStream', { body: { minTip: '1' } });
});

it('a refused id can be used again once there is credit', async () => {
  const poor = await house.viewer(1000n, 0n);
  await refusal(await tip({ id: 'later-tip' }, poor.session), 402, 'voucher_needed');
  await house.ask('postVoucher', { body: house.voucher(poor.id, 100n, poor.key) });
  expect((await tip({ id: 'later-tip' }, poor.session)).status).toBe(200);
});

it('many tips at once never spend more than is signed', async () => {
  const greedy = await house.viewer(1000n, 550n);
  const answers = await Promise.all([...Array(20).keys()].map((i) => tip({ id: `greedy-tip-${i}` }, greedy.session)));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(5);
  expect((await greedy.purse())?.spent).toBe('500');
});

it('texts that are too long, or ids that are none, are refused and named', async () => {
  const longest = { name: 'n'.repeat(40), message: '😀'.repeat(280) };
  expect(await (await tip({ id: 'longest-tip', ...longest })).json()).toMatchObject(longest);
  for (const [field, value] of [
    ['name', 'n'.repeat(41)],
    ['message', '😀'.repeat(281)],
    ['id', 'short'],
    ['id', 'x'.repeat(65)],
    ['id', 'with space'],
    ['id', '../../etc'],
    ['message', 7],
    ['name', undefined],
  ] as const) {
    const { detail } = await refusal(await tip({ id: 'refused-tip', [field]: value }), 400, 'bad_request');
    expect(detail).toContain(`${field}: `);
  }
});

it('markup and quotes stay as they were written: pages show them as text', async () => {
  const texts = ['<img src=x onerror=alert(1)>', '"\'`;DROP TABLE tips;--', '#{1+1} {{1}} %s &amp; \\u0041', '{"a":1}'];
  for (const [i, message] of texts.entries()) {
    const name = message.slice(0, 40).trim();
    const answer = await tip({ id: `markup-tip-${i}`, message, name });
    expect(await answer.json()).toMatchObject({ message, name });
  }
});

it('what cannot be seen is taken out, joined emoji and other scripts stay', async () => {
  const cases: [string, string][] = [
    ['  a\u0000b\r\n\tc  ', 'a b c'],
    ['evil\u202Etxt\u2066.exe', 'evil txt .exe'],
    ['\uFEFFhi\u00AD', 'hi'],
    ['👩‍🚀 👨‍👩‍👧 می‌خواهم', '👩‍🚀 👨‍👩‍👧 می‌خواهم'],
    ['half \ud83d of', 'half of'],
    ['\udc00', ''],
  ];
  for (const [i, [message, shown]] of cases.entries()) {
    // Twice: a repeat must find what was stored.
    for (const _ of [1, 2]) {
      const answer = await tip({ id: `unseen-tip-${i}`, message });
      expect([answer.status, ((await answer.json()) as { message: string }).message]).toEqual([200, shown]);
    }
  }
});
