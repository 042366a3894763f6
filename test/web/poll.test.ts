// The poll that a page shows, from what it hears in any order: told, events, tallies; and what more votes cost.
import { expect, it } from 'vitest';
import type { PollEvent } from '../../src/vocabulary/events.js';
import type { PollTally, PollView } from '../../src/vocabulary/polls.js';
import { Refusal } from '../../src/web/shared/api.js';
import {
  createPollEar,
  type LivePoll,
  leftOf,
  overSince,
  seconds,
  shares,
  verdict,
} from '../../src/web/shared/poll.js';
import { createStore } from '../../src/web/shared/store.js';
import { createActs } from '../../src/web/watch/acts.js';
import type { House } from '../../src/web/watch/house.js';
import { costOf } from '../../src/web/watch/poll-price.js';
import { balanceOf, fromState, merge, plan } from '../../src/web/watch/purses.js';
import { initialState } from '../../src/web/watch/state.js';

const definition = {
  ...{ id: '7', stream: 'main', question: 'Which?', options: ['Blue', 'Red'], votes: 'free' as const, price: '0' },
  ...{ change: true, secret: false, minAgeDays: 0, openedAt: 1000, closesAt: 61_000 },
};
const tally = (...votes: number[]): PollTally => ({
  voters: votes.reduce((sum, one) => sum + one, 0),
  value: '0',
  lines: votes.map((one) => ({ votes: `${one}`, voters: one, value: '0' })),
  leaders: [0],
});
const view = (change: Partial<PollView> = {}): PollView => ({
  ...{ ...definition, state: 'open', endedAt: null, at: 11_000, tally: tally(2, 1) },
  ...change,
});
const event = (n: number, state: PollEvent['data']['state'], id = '7', result: PollTally | null = null): PollEvent => {
  return { n, stream: 'main', at: 1000 * n, type: 'poll', data: { state, poll: { ...definition, id }, result } };
};

function listen() {
  const seen: (LivePoll | null)[] = [];
  const ear = createPollEar(
    (live) => seen.push(live),
    () => 500,
  );
  return { ear, now: () => seen.at(-1)?.poll ?? null, seen };
}

it('what was told on following stands; what older events said is not shown again', () => {
  const { ear, now, seen } = listen();
  ear.told({ poll: view(), n: 20 });
  for (const old of [event(18, 'opened', '6'), event(19, 'closed', '6', tally(1, 0)), event(20, 'opened')])
    ear.hear(old);
  expect([now(), seen.length]).toEqual([view(), 1]);
  ear.tally({ poll: '6', at: 12_000, tally: tally(9, 9) });
  expect(now()?.tally).toEqual(tally(2, 1));
  ear.tally({ poll: '7', at: 12_000, tally: tally(3, 1) });
  expect(now()).toEqual(view({ at: 12_000, tally: tally(3, 1) }));
  ear.hear(event(21, 'closed', '7', tally(3, 2)));
  expect(now()).toMatchObject({ state: 'closed', endedAt: 21_000, tally: tally(3, 2) });
  ear.tally({ poll: '7', at: 22_000, tally: tally(0, 0) });
  expect(now()?.tally).toEqual(tally(3, 2));
  ear.told({ poll: null, n: 30 });
  expect(now()).toBeNull();
});

it('an opening starts from nothing, and does not take back what is known of the same poll', () => {
  const { ear, now } = listen();
  ear.hear(event(5, 'opened'));
  expect(now()).toMatchObject({ state: 'open', tally: { voters: 0, lines: [{ votes: '0' }, { votes: '0' }] } });
  ear.answered(view({ tally: tally(1, 0) }));
  ear.hear(event(6, 'opened'));
  expect(now()?.tally).toEqual(tally(1, 0));
  ear.answered(view({ id: '6' }));
  expect(now()?.id).toBe('7');
});

it('time left and since go by the server’s clock and this page’s steady one', () => {
  const live = { poll: view(), heard: 500 };
  expect([leftOf(live, 500), leftOf(live, 10_500), leftOf(live, 99_000)]).toEqual([50_000, 40_000, 0]);
  expect(overSince(live, 500)).toBeNull();
  expect(overSince({ poll: view({ state: 'closed', endedAt: 9000 }), heard: 500 }, 1500)).toBe(3000);
  expect([seconds(50_000), seconds(59_001), seconds(3_725_000)]).toEqual(['0:50', '1:00', '1:02:05']);
});

it('shares add up, and the end is said as it is', () => {
  expect(shares(view())).toEqual([0.6666, 0.3333]);
  expect(shares(view({ tally: { ...tally(0, 0), leaders: [] } }))).toEqual([0, 0]);
  expect(shares(view({ tally: { ...tally(), lines: [] } }))).toEqual([0, 0]);
  const ended = (leaders: number[]) => verdict(view({ state: 'closed', tally: { ...tally(1, 1), leaders } }));
  expect([ended([1]), ended([0, 1]), ended([])]).toEqual(['Red wins', 'A tie: Blue and Red', 'Nobody voted']);
  expect(verdict(view({ state: 'cancelled' }))).toBe('Called off');
});

it('more votes cost the same each, or, where the root counts, what makes the square', () => {
  expect(costOf({ votes: 'extra', price: '5' }, 10n, 3n)).toBe(15n);
  expect(costOf({ votes: 'quadratic', price: '5' }, 0n, 3n)).toBe(45n);
  expect(costOf({ votes: 'quadratic', price: '5' }, 45n, 1n)).toBe(35n);
  // Four paid credits make two votes; the third costs five more.
  expect(costOf({ votes: 'quadratic', price: '1' }, 4n, 1n)).toBe(5n);
});

it('what votes hold is no balance, and is signed for before anything else', () => {
  const id = `0x${'1'.repeat(64)}` as const;
  const state = { id, kind: 'pass' as const, limit: '100', authorized: '40', spent: '10', held: '30' };
  const purse = fromState(state);
  expect(balanceOf([purse])).toBe(60n);
  expect(plan([purse], { least: 5n, most: 8n, cost: 1n })).toEqual([{ id, total: 48n }]);
  const { held: _, ...charged } = { ...state, spent: '40' };
  expect(balanceOf([merge(purse, fromState(charged))])).toBe(60n);
  expect(balanceOf([merge(fromState(charged), purse)])).toBe(60n);
  const { held: __, ...released } = state;
  expect(balanceOf([merge(purse, fromState(released))])).toBe(90n);
});

it('what failed keeps its id while other things are done, so that it is paid once', async () => {
  const sent: { name: string; id: string }[] = [];
  let broken = true;
  const api = async (name: string, { body }: { body: { id: string } }) => {
    sent.push({ name, id: body.id });
    if (broken) throw new Refusal('rate_limited', 'Too many.', 429);
    return { purse: {}, purses: [], poll: view(), own: { free: 0, paid: ['0', '0'] } };
  };
  const house = {
    payer: { authorizeTip: async () => true, learn: () => {} },
    session: { with: (act: (token: string) => unknown) => act('token') },
    polls: { answered: () => {} },
  } as unknown as House;
  const acts = createActs({ api: api as never, store: createStore(initialState), house: Promise.resolve(house) });
  const tip = { amount: 5n, name: 'Ann', message: '' };
  const vote = { poll: '7', option: 0, amount: 5n };
  await acts.tip(tip);
  await acts.vote(vote);
  broken = false;
  await acts.vote({ ...vote, option: 1 });
  await acts.vote(vote);
  await acts.tip(tip);
  await acts.vote(vote);
  const [tipId, voteId, otherId] = sent.map(({ id }) => id);
  expect(sent.slice(3, 5)).toEqual([
    { name: 'postVote', id: voteId },
    { name: 'postTip', id: tipId },
  ]);
  expect(new Set([tipId, voteId, otherId, sent[5]?.id]).size).toBe(4);
});
