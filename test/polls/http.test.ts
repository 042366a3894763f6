// Polls over HTTP and the socket: who may do what, what is refused at the edge, and what readers hear, early or late.
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import type { PollMessage, PollView, TallyMessage } from '../../src/vocabulary/polls.js';
import { type House, openHouse, refusal } from '../http/house.js';
import { openReader, type Reader } from '../overlay/reader.js';
import { voteId } from './house.js';

let house: House;
let viewer: Awaited<ReturnType<House['viewer']>>;
const readers: Reader[] = [];
beforeAll(async () => {
  house = await openHouse();
  viewer = await house.viewer(1000n);
});
afterAll(() => house.stop());
afterEach(async () => {
  for (const reader of readers.splice(0)) reader.close();
  for (const { id, state } of await house.ask('listPolls')) {
    if (state === 'open') await house.ask('cancelPoll', { params: { poll: id } });
  }
  expect(house.errors).toEqual([]);
});

const good = { question: 'Which song?', options: ['Blue', 'Red'], durationMs: 60_000 };
const open = (change: Record<string, unknown> = {}): Promise<PollView> =>
  house.ask('createPoll', { body: { id: voteId(), ...good, ...change } });
const vote = (poll: PollView, body: Record<string, unknown> = {}, token: string | undefined = viewer.session) =>
  house.call('POST', `/api/polls/${poll.id}/votes`, { body: { id: voteId(), option: 0, ...body }, token });
const ending = (poll: PollView, how: 'closePoll' | 'cancelPoll') => house.ask(how, { params: { poll: poll.id } });

const current = async () =>
  (await (await house.call('GET', '/api/streams/main/poll')).json()) as { poll: PollView | null };

async function listen(session?: string) {
  const reader = await openReader(house.base);
  readers.push(reader);
  const heard = { told: [] as PollMessage[], tallies: [] as TallyMessage[] };
  reader.socket.on('poll', (message) => void heard.told.push(message));
  reader.socket.on('tally', (message) => void heard.tallies.push(message));
  await reader.follow({ stream: 'main', ...(session && { session }) });
  return { reader, heard };
}

it('refuses polls that there cannot be, and all but the host', async () => {
  const create = (body: unknown, token: string | undefined = house.hostToken) =>
    house.call('POST', '/api/host/streams/main/polls', { body, token });
  const bad: Record<string, unknown>[] = [
    ...[{ options: ['one'] }, { options: [...'abcdefghijk'] }, { options: ['a', ' '] }, { question: '' }],
    ...[{ question: 'x'.repeat(121) }, { options: ['a', 'x'.repeat(61)] }, { durationMs: 9999 }],
    ...[{ durationMs: 86_400_001 }, { votes: 'most' }, { price: '1.5' }, { id: 'short' }, { minAgeDays: -1 }],
  ];
  for (const change of bad) await refusal(await create({ id: voteId(), ...good, ...change }), 400, 'bad_request');
  for (const change of [{ votes: 'extra' }, { price: '5' }, { options: ['a', 'A'] }]) {
    await refusal(await create({ id: voteId(), ...good, ...change }), 400, 'poll_wrong');
  }
  await refusal(await create({ id: voteId(), ...good }, viewer.session), 401, 'host_token_needed');
  const nowhere = await house.call('POST', '/api/host/streams/nowhere/polls', {
    body: { id: voteId(), ...good },
    token: house.hostToken,
  });
  await refusal(nowhere, 404, 'unknown_stream');
  expect(await current()).toEqual({ poll: null, own: null });
});

it('takes votes of sessions only, for options there are, and refuses the rest with a sentence', async () => {
  const poll = await open();
  expect((await vote(poll)).status).toBe(200);
  await refusal(await vote(poll, {}, 'no-such-session'), 401, 'session_needed');
  await refusal(await vote(poll, { option: 2 }), 400, 'vote_no_option');
  for (const change of [{ option: -1 }, { option: 0.5 }, { option: '1' }, { amount: '-1' }, { id: 'x' }]) {
    await refusal(await vote(poll, change), 400, 'bad_request');
  }
  await refusal(await vote(poll, { amount: '5' }), 400, 'vote_free_only');
  await refusal(await vote({ ...poll, id: '999' }), 404, 'poll_unknown');
  await refusal(await vote({ ...poll, id: 'x' }), 400, 'bad_request');
  const bare = await house.ask('openSession', { body: house.sessionRequest(`0x${'17'.repeat(32)}`) });
  await refusal(await vote(poll, {}, bare.session), 403, 'vote_needs_purse');
  await ending(poll, 'closePoll');
  await refusal(await vote(poll), 409, 'poll_closed');
});

it('a paid vote asks for a voucher as a tip does, is set aside, and shows in the purse', async () => {
  const payer = await house.viewer(100n, 10n);
  const poll = await open({ votes: 'extra', price: '10' });
  const body = { id: voteId(), option: 1, amount: '30' };
  const refused = await vote(poll, body, payer.session);
  const { facts } = await refusal(refused, 402, 'voucher_needed');
  expect(facts).toEqual({ purse: payer.id, needed: '30' });
  await house.ask('postVoucher', { body: house.voucher(payer.id, 30n, payer.key) });
  const answers = await Promise.all([1, 2, 3].map(async () => (await vote(poll, body, payer.session)).json()));
  expect(answers[0]).toMatchObject({ option: 1, amount: '30', state: 'held', own: { free: null, paid: ['0', '30'] } });
  expect(await payer.purse()).toMatchObject({ spent: '0', held: '30', authorized: '30' });
  const mine = await (await house.call('GET', '/api/streams/main/poll', { token: payer.session })).json();
  expect(mine).toMatchObject({ poll: { id: poll.id, tally: { value: '30' } }, own: { paid: ['0', '30'] } });
  await ending(poll, 'closePoll');
  expect(await payer.purse()).toMatchObject({ spent: '30' });
  expect(await payer.purse()).not.toHaveProperty('held');
  expect((await house.ask('verify')).findings).toEqual([]);
});

it('the host takes every vote away as a table, with people as numbers; of a secret poll not before its end', async () => {
  const other = await house.viewer(50n);
  const poll = await open({ options: ['=Blue', 'Red'], votes: 'extra', price: '10', secret: true });
  const csv = () => house.call('GET', `/api/host/polls/${poll.id}/votes?format=csv`, { token: house.hostToken });
  await vote(poll, { option: 1 });
  await vote(poll, { option: 0 }, other.session);
  await vote(poll, { option: 0, amount: '20' }, other.session);
  const { tally } = (await current()).poll ?? {};
  expect(tally).toEqual({ voters: 2, value: '0', lines: [], leaders: [] });
  await refusal(await csv(), 409, 'poll_secret');
  await ending(poll, 'closePoll');
  const lines = (await (await csv()).text()).trimEnd().split('\r\n');
  expect(lines).toHaveLength(4);
  expect(lines[0]).toBe('"vote","time","person","option","text","paid DAI","paid base units","state"');
  const cells = lines.slice(1).map((line) => line.split(',').slice(2).join(','));
  expect(cells).toEqual([
    `"1","2","Red","0","0","free"`,
    `"2","1","'=Blue","0","0","free"`,
    `"2","1","'=Blue","0.00000000000000002","20","charged"`,
  ]);
  expect(lines.join()).not.toContain(viewer.signer);
});

it('readers hear of its opening and end in the feed, of tallies twice a second at most, and who comes late is told at once', async () => {
  const early = await listen();
  expect(early.heard.told).toHaveLength(1);
  expect(early.heard.told[0]?.poll?.state).not.toBe('open');
  const poll = await open();
  const [opened] = await early.reader.heard(1);
  expect(opened).toMatchObject({ type: 'poll', data: { state: 'opened', poll: { id: poll.id }, result: null } });
  const people = await Promise.all([...Array(8)].map(() => house.viewer(10n)));
  const began = Date.now();
  for (const [i, { session }] of people.entries()) await vote(poll, { option: i % 3 === 0 ? 0 : 1 }, session);
  await vi.waitFor(() => expect(early.heard.tallies.at(-1)?.tally.voters).toBe(8), { timeout: 3000, interval: 20 });
  expect(early.heard.tallies.length).toBeLessThanOrEqual(Math.ceil((Date.now() - began) / 500) + 2);
  expect(early.heard.tallies.at(-1)?.tally.lines.map(({ votes }) => votes)).toEqual(['3', '5']);
  const late = await listen();
  expect(late.heard.told[0]?.poll).toMatchObject({ id: poll.id, state: 'open', tally: { voters: 8, leaders: [1] } });
  await ending(poll, 'closePoll');
  const events = await early.reader.heard(2);
  expect(events[1]).toMatchObject({ type: 'poll', data: { state: 'closed', result: { voters: 8, leaders: [1] } } });
  const after = await listen();
  expect(after.heard.told[0]?.poll).toMatchObject({ id: poll.id, state: 'closed', tally: { leaders: [1] } });
  expect(events).toHaveLength(2);
});
