// The stage over the wire: who is told to put up what, what counts as shown, and what hosts and strangers may ask.
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import type { Seen, Showing } from '../../src/vocabulary/alerts.js';
import type { Goal, Leaderboard } from '../../src/vocabulary/goals.js';
import { type House, openHouse, refusal } from '../http/house.js';
import { openReader, type Reader } from './reader.js';

let house: House;
let viewer: Awaited<ReturnType<House['viewer']>>;
const readers: Reader[] = [];
beforeAll(async () => {
  house = await openHouse();
  viewer = await house.viewer(1_000_000n);
  await house.ask('patchAlerts', { body: { tiers: [{ from: '0', standMs: 1000 }], gapMs: 100 } });
});
afterAll(() => house.stop());
afterEach(() => {
  for (const reader of readers.splice(0)) reader.close();
  expect(house.errors).toEqual([]);
});

/** A reader that keeps what it is told to show, and answers with `says`; null: it stays silent. */
async function openStage(wish: object, says: unknown = 'up') {
  const reader = await openReader(house.base);
  readers.push(reader);
  const shown: (Showing & { now: number })[] = [];
  const [hidden, goals, boards]: [string[], (Goal | null)[], Leaderboard[]] = [[], [], []];
  reader.socket.on('show', (showing, seen) => {
    shown.push(showing);
    if (says !== null) seen(says as Seen);
  });
  reader.socket.on('hide', (id) => hidden.push(id));
  reader.socket.on('goal', (goal) => goals.push(goal));
  reader.socket.on('leaderboard', (board) => boards.push(board));
  expect(await reader.follow({ stream: 'main', ...wish })).toMatchObject({ ok: true });
  return { reader, shown, hidden, goals, boards };
}
const token = async () => new URL((await house.ask('hostStream')).overlayUrl).hash.slice(3);
const overlay = async (says: unknown = 'up', parts = ['alerts', 'goal']) =>
  openStage({ overlay: await token(), parts }, says);
let tips = 0;
const tip = (name: string, amount = '1', who = viewer) =>
  house.ask('postTip', { token: who.session, body: { id: `wire-tip-${tips++}`, amount, name, message: '' } });
const act = (body: object) => house.ask('actOnAlerts', { body: body as never });
const newest = async () => (await house.ask('getAlerts')).past[0];
const names = ({ shown }: { shown: Showing[] }) => shown.map(({ name }) => name);

it('two overlays put up the same at the same time, and nobody else is told', async () => {
  const [one, two] = [await overlay(), await overlay()];
  const others = [await overlay('up', ['goal']), await openStage({}), await openStage({ parts: ['alerts'] })];
  expect((await house.ask('getAlerts')).overlays).toBe(2);
  for (const name of ['Ann', 'Bob']) await tip(name);
  await vi.waitFor(
    () =>
      expect([names(one), names(two)]).toEqual([
        ['Ann', 'Bob'],
        ['Ann', 'Bob'],
      ]),
    5000,
  );
  for (const other of others) expect(other.shown).toEqual([]);
  const bare = ({ now: _, ...showing }: Showing & { now: number }) => showing;
  expect(one.shown.map(bare)).toEqual(two.shown.map(bare));
  expect((one.shown[1]?.from ?? 0) - (one.shown[0]?.until ?? 0)).toBeGreaterThanOrEqual(100);
  await vi.waitFor(
    async () => expect(await newest()).toMatchObject({ name: 'Bob', state: 'shown', overlays: 2 }),
    5000,
  );
  expect(Math.abs(Number(await one.reader.say('clock')) - Date.now())).toBeLessThan(1000);
});

it('counts as shown only what an overlay says in so many words; until then it is sent again', async () => {
  const liar = await overlay({ up: true });
  await tip('Cy');
  await vi.waitFor(() => expect(names(liar)).toEqual(['Cy', 'Cy']), 5000);
  expect(liar.shown[1]?.id).toBe(liar.shown[0]?.id);
  expect((await house.ask('getAlerts')).now).toMatchObject({ name: 'Cy', shownAt: null, overlays: 0 });
  liar.reader.close();
  const honest = await overlay();
  await vi.waitFor(async () => expect(await newest()).toMatchObject({ name: 'Cy', state: 'shown', overlays: 1 }), 5000);
  expect(new Set(honest.shown.map(({ id }) => id))).toEqual(new Set([liar.shown[0]?.id]));
});

it('without an overlay alerts wait; skipped, the one on stage is taken down at once', async () => {
  await tip('Di');
  expect(await house.ask('getAlerts')).toMatchObject({ overlays: 0, now: null, counts: { waiting: 1 } });
  await house.ask('patchAlerts', { body: { tiers: [{ from: '0', standMs: 60_000 }] } });
  const late = await overlay();
  await vi.waitFor(() => expect(names(late)).toEqual(['Di']));
  await vi.waitFor(async () => expect((await house.ask('getAlerts')).now?.overlays).toBe(1));
  const { past } = await act({ act: 'skip' });
  expect(past[0]).toMatchObject({ name: 'Di', state: 'skipped', why: 'host' });
  await vi.waitFor(() => expect(late.hidden).toEqual(late.shown.map(({ id }) => id)));
  await house.ask('patchAlerts', { body: { tiers: [{ from: '0', standMs: 1000 }] } });
});

it('a goal is pushed to everybody as it moves, and its event is in the feed once', async () => {
  const [page, stage] = [await openStage({ after: 0 }), await overlay()];
  await house.ask('setGoal', { body: { title: 'New  amp\u0000', amount: '10' } });
  for (let i = 0; i < 6; i++) await tip('Eve', '3');
  for (const { goals } of [page, stage]) {
    await vi.waitFor(() => expect(goals.at(-1)).toMatchObject({ title: 'New amp', amount: '10', given: '18' }));
    expect(goals[0]).toBe(null);
    expect(goals.at(-1)?.reachedAt).toBeGreaterThan(0);
  }
  // Paid votes move it too, once the poll has ended and they are charged.
  const wish = { question: 'Which song?', options: ['Blue', 'Green'], durationMs: 60_000, votes: 'extra', price: '4' };
  const poll = await house.ask('createPoll', { body: { id: 'poll-for-the-goal', ...wish } as never });
  const vote = { id: 'vote-for-the-goal', option: 0, amount: '4' };
  const voted = await house.call('POST', `/api/polls/${poll.id}/votes`, { body: vote, token: viewer.session });
  expect(voted.status, await voted.text()).toBe(200);
  await house.call('POST', `/api/host/polls/${poll.id}/close`, { body: {}, token: house.hostToken });
  await vi.waitFor(() => expect(page.goals.at(-1)).toMatchObject({ given: '22' }));
  const reached = page.reader.events.filter(({ type }) => type === 'goal');
  expect(reached).toMatchObject([{ data: { title: 'New amp', amount: '10' } }]);
  expect(await house.ask('getGoal')).toMatchObject({ goal: { given: '22' } });
  await house.ask('clearGoal');
  await vi.waitFor(() => expect(page.goals.at(-1)).toBe(null));
});

it('the leaderboard is by person, for the overlay that has it, without names that are not for the stage', async () => {
  const board = await overlay('up', ['leaderboard']);
  const [rude, quiet] = [await house.viewer(1000n), await house.viewer(1000n)];
  await tip('Sh1t head', '200', rude);
  await tip('Quiet', '100', quiet);
  await act({ act: 'mute', who: quiet.signer });
  await tip('Quiet', '50', quiet);
  const { leaders } = await house.call('GET', '/api/streams/main/leaderboard?span=all&limit=2').then((r) => r.json());
  expect(leaders).toEqual([
    { name: '', amount: '200', tips: 1 },
    { name: '', amount: '150', tips: 2 },
  ]);
  await vi.waitFor(() => expect(board.boards.at(-1)?.leaders.slice(0, 2)).toEqual(leaders), 5000);
  // An overlay has the board that it asks for, and hears of no other.
  const hour = await openStage({ overlay: await token(), parts: ['leaderboard'], board: 'hour' });
  await tip('Quiet', '25', quiet);
  await vi.waitFor(() => expect(hour.boards.at(-1)?.leaders[1]).toMatchObject({ amount: '175' }), 5000);
  expect(new Set(hour.boards.map(({ span }) => span))).toEqual(new Set(['hour']));
  await vi.waitFor(() => expect(board.boards.at(-1)?.leaders[1]).toMatchObject({ amount: '175' }), 5000);
  expect(new Set(board.boards.map(({ span }) => span))).toEqual(new Set(['show']));
  await act({ act: 'unmute', who: 'quiet' });
  expect((await house.ask('getAlerts')).muted).toEqual([]);
});

it('a new overlay token drops the old overlays, and refuses them from then on', async () => {
  const [stage, page, old] = [await overlay(), await openStage({}), await token()];
  const gone = new Promise((resolve) => stage.reader.socket.once('disconnect', resolve));
  const { overlayUrl } = await house.ask('renewOverlayToken');
  await gone;
  expect(page.reader.socket.connected).toBe(true);
  expect(overlayUrl).not.toContain(old);
  const again = await openReader(house.base);
  readers.push(again);
  expect(await again.follow({ stream: 'main', overlay: old })).toMatchObject({ code: 'overlay_token_wrong' });
  await overlay();
});

it('is the host’s alone, and refuses what cannot be meant', async () => {
  const path = '/api/host/streams/main/alerts';
  const as = { token: house.hostToken };
  for (const [method, to] of [
    ['GET', path],
    ['POST', path],
    ['PATCH', path],
    ['POST', '/api/host/streams/main/goal'],
  ] as const) {
    await refusal(
      await house.call(method, to, { token: viewer.session, ...(method !== 'GET' && { body: {} }) }),
      401,
      'host_token_needed',
    );
  }
  await refusal(await house.call('GET', '/api/host/streams/none/alerts', as), 404, 'unknown_stream');
  const post = (body: object) => house.call('POST', path, { ...as, body });
  await act({ act: 'pause' });
  await vi.waitFor(async () => expect((await house.ask('getAlerts')).now).toBe(null), 5000);
  await refusal(await post({ act: 'skip' }), 409, 'no_alert_on_stage');
  await refusal(await post({ act: 'replay', id: 10 ** 9 }), 404, 'unknown_alert');
  await refusal(await post({ act: 'mute', who: 'nobody at all' }), 404, 'unknown_person');
  for (const body of [{}, { act: 'dance' }, { act: 'replay' }, { act: 'mute', who: '' }])
    await refusal(await post(body), 400, 'bad_request');
  const patch = (body: object) => house.call('PATCH', path, { ...as, body });
  for (const body of [
    { tiers: [] },
    {
      tiers: [
        { from: '5', standMs: 2000 },
        { from: '5', standMs: 2000 },
      ],
    },
    { tiers: [{ from: '0', standMs: 10 }] },
    { words: 'shout' },
    { waitMs: -1 },
    { ownWords: Array(301).fill('x') },
  ]) {
    await refusal(await patch(body), 400, 'bad_request');
  }
  await refusal(
    await house.call('POST', '/api/host/streams/main/goal', { ...as, body: { title: 'x', amount: '0' } }),
    400,
    'bad_request',
  );
  await refusal(await house.call('POST', '/api/host/streams/main/goal/clear', { ...as, body: {} }), 404, 'no_goal');
});
