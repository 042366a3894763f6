// What the server puts on the ticker: tips whose alerts were let through, under names that may be shown, and results as they stand last.
import { expect, it } from 'vitest';
import { openFeed } from '../../src/feed/index.js';
import { createTicker } from '../../src/overlay/ticker.js';
import { openStore } from '../../src/store/index.js';
import type { AlertRow } from '../../src/store/rows/overlay.js';
import type { PredictionEvent } from '../../src/vocabulary/events.js';
import { addStream, silent } from '../support/payments.js';

const hour = 3_600_000;
const payer = `0x${'a'.repeat(40)}` as const;

async function house() {
  const store = await openStore({ path: ':memory:' });
  await addStream(store, 'main');
  await addStream(store, 'other');
  const clock = { now: 100 * hour };
  const now = () => clock.now;
  const feed = await openFeed({ store, log: silent, now });
  const hidden = new Set<string>();
  const ticker = createTicker({ store, hides: (_stream, _payer, name) => hidden.has(name), now });
  let n = 1000;

  async function tip(name: string, state: AlertRow['state'] = 'shown', change: Partial<AlertRow> = {}): Promise<void> {
    n += 1;
    const alert = {
      stream: 'main',
      event: n,
      payer,
      name,
      message: 'a word',
      amount: '5',
      at: now(),
      state,
      why: null,
    };
    const rest = {
      first: 1,
      with: null,
      showing: null,
      show_from: null,
      show_until: null,
      shown_at: null,
      overlays: 0,
    };
    const row = { ...alert, ...rest, ...change } as Omit<AlertRow, 'id'>;
    await store.db.insertInto('alerts').values(row).execute();
  }
  const shown = async (): Promise<string[]> =>
    (await ticker('main')).map((item) => {
      if (item.kind === 'tip') return `${item.name} ${item.amount}`;
      if (item.kind === 'goal') return item.title;
      return `${item.question} ${item.kind === 'poll' ? item.winners : item.winner}`;
    });
  return { store, clock, feed, hidden, tip, ticker, shown };
}

it('shows tips that were let through, newest first, of the last day, and no more than twenty', async () => {
  const { clock, hidden, tip, ticker, shown } = await house();
  await tip('old');
  clock.now += 24 * hour;
  for (const state of ['waiting', 'showing', 'shown', 'missed', 'held', 'skipped'] as const) await tip(state, state);
  await tip('a test', 'shown', { event: null, payer: null });
  await tip('elsewhere', 'shown', { stream: 'other' });
  expect(await shown()).toEqual(['missed 5', 'shown 5', 'showing 5', 'waiting 5']);
  hidden.add('shown');
  expect(await shown()).toEqual(['missed 5', 'showing 5', 'waiting 5']);
  expect(JSON.stringify(await ticker('main'))).not.toContain('a word');
  for (let i = 0; i < 30; i++) await tip(`fan ${i}`);
  expect([(await shown()).length, (await shown())[0]]).toEqual([20, 'fan 29 5']);
});

it('shows goals, and how polls and predictions ended, as they stand last', async () => {
  const { feed, shown } = await house();
  await feed.say({ stream: 'main', type: 'goal', data: { title: 'An amp', amount: '9' } });
  const definition = {
    ...{ id: '1', stream: 'main', question: 'Which?', options: ['Blue', 'Red'], votes: 'free' as const, price: '0' },
    ...{ change: true, secret: false, minAgeDays: 0, openedAt: 1, closesAt: 2 },
  };
  const lines = [1, 1].map((voters) => ({ votes: '1', voters, value: '0' }));
  const poll = (state: 'opened' | 'closed' | 'cancelled', leaders: number[]) =>
    feed.say({
      stream: 'main',
      type: 'poll',
      data: { state, poll: definition, result: state === 'closed' ? { voters: 2, value: '0', lines, leaders } : null },
    });
  await poll('opened', []);
  await poll('cancelled', []);
  await poll('closed', []);
  expect(await shown()).toEqual(['An amp']);
  await poll('closed', [0, 1]);
  expect(await shown()).toEqual(['Which? Blue,Red', 'An amp']);

  const said = (id: string, what: PredictionEvent['data']['what'], winner: number | null) => {
    const view = {
      ...{ id, stream: 'main', market: `0x${'1'.repeat(64)}` as const, escrow: `0x${'2'.repeat(40)}` as const },
      ...{
        question: `Who ${id}?`,
        options: ['Ann', 'Bob'],
        stakes: 0,
        pot: '0',
        totals: ['0', '0'],
        odds: [null, null],
      },
      ...{
        minStake: '1',
        feeBps: 0,
        openedAt: 1,
        lockAt: 2,
        resolveBy: 3,
        winner,
        finalAt: null,
        refunds: false,
        at: 1,
      },
      state: what === 'opened' ? ('open' as const) : what,
    };
    return feed.say({ stream: 'main', type: 'prediction', data: { what, prediction: view } });
  };
  for (const what of ['opened', 'locked'] as const) await said('1', what, null);
  expect(await shown()).toHaveLength(2);
  await said('1', 'resolved', 0);
  await said('1', 'resolved', 1);
  await said('2', 'resolved', 0);
  await said('2', 'cancelled', null);
  await said('1', 'paid', 1);
  expect(await shown()).toEqual(['Who 1? Bob', 'Which? Blue,Red', 'An amp']);
});
