// The prediction that a page shows, from what it hears in any order: told, events, odds, answers; and how it is put in words.
import { expect, it } from 'vitest';
import type { PredictionEvent } from '../../src/vocabulary/events.js';
import type { PredictionView } from '../../src/vocabulary/predictions.js';
import {
  createPredictionEar,
  disputedFor,
  type LivePrediction,
  leftOf,
  overSince,
  percents,
  shares,
  times,
  verdict,
} from '../../src/web/shared/prediction.js';

const view = (change: Partial<PredictionView> = {}): PredictionView => ({
  ...{ id: '7', stream: 'main', market: `0x${'1'.repeat(64)}`, escrow: `0x${'2'.repeat(40)}` },
  ...{ question: 'Who wins?', options: ['Blue', 'Red'], state: 'open', stakes: 3, pot: '400', totals: ['300', '100'] },
  ...{ odds: [1333, 4000], minStake: '1', feeBps: 0, openedAt: 1000, lockAt: 61_000, resolveBy: 90_000_000 },
  ...{ winner: null, finalAt: null, refunds: false, at: 11_000, ...change },
});
const event = (n: number, what: PredictionEvent['data']['what'], change: Partial<PredictionView>): PredictionEvent => {
  const prediction = view({ at: 1000 * n, state: what === 'opened' ? 'open' : what, ...change });
  return { n, stream: 'main', at: 1000 * n, type: 'prediction', data: { what, prediction } };
};
const odds = { prediction: '7', at: 12_000, stakes: 4, pot: '500', totals: ['300', '200'], odds: [1666, 2500] };

function listen() {
  const seen: (LivePrediction | null)[] = [];
  const ear = createPredictionEar(
    (live) => seen.push(live),
    () => 500,
  );
  return { ear, now: () => seen.at(-1) ?? null, seen };
}

it('what was told on following stands; older events, odds of others and overtaken answers change nothing', () => {
  const { ear, now, seen } = listen();
  ear.told({ prediction: view(), endedAt: null, n: 20 });
  ear.hear(event(19, 'cancelled', { id: '6' }));
  ear.hear(event(20, 'opened', {}));
  ear.odds({ ...odds, prediction: '6' });
  ear.answered(view({ at: 10_000, pot: '9' }));
  ear.answered(view({ id: '6', at: 99_000 }));
  expect([now()?.prediction, seen.length]).toEqual([view(), 1]);
  ear.odds(odds);
  const { prediction: _, ...news } = odds;
  expect(now()?.prediction).toEqual(view(news));
  ear.hear(event(21, 'locked', news));
  ear.odds({ ...odds, pot: '9' });
  expect(now()).toMatchObject({ endedAt: null, prediction: { state: 'locked', pot: '500' } });
  ear.hear(event(22, 'paid', { id: '6' }));
  expect(now()?.prediction.id).toBe('7');
  ear.told({ prediction: null, endedAt: null, n: 30 });
  expect(now()).toBeNull();
});

it('a result is from when it was said, anew where it is corrected, and paying it out begins nothing', () => {
  const { ear, now } = listen();
  const since = () => [now()?.prediction.winner, now() && overSince(now() as LivePrediction, 500)];
  ear.hear(event(30, 'resolved', { winner: 0, finalAt: 90_000 }));
  expect([...since(), disputedFor(now() as LivePrediction, 10_500)]).toEqual([0, 0, 50_000]);
  ear.hear(event(40, 'resolved', { winner: 1, finalAt: 100_000 }));
  expect(since()).toEqual([1, 0]);
  ear.hear(event(55, 'paid', { winner: 1, finalAt: 100_000 }));
  expect([...since(), disputedFor(now() as LivePrediction)]).toEqual([1, 15_000, 0]);
  ear.hear(event(56, 'opened', { id: '8' }));
  expect(now()).toMatchObject({ endedAt: null, prediction: { id: '8', state: 'open' } });
  ear.told({ prediction: view({ state: 'refunded', at: 70_000 }), endedAt: 60_000, n: 60 });
  expect(overSince(now() as LivePrediction, 1500)).toBe(11_000);
  ear.answered(view({ state: 'refunded', at: 71_000 }));
  expect(now()?.endedAt).toBe(60_000);
});

it('the time to the lock goes by the server’s clock and this page’s steady one', () => {
  const live = { prediction: view(), heard: 500, endedAt: null };
  expect([leftOf(live, 500), leftOf(live, 10_500), leftOf(live, 99_000)]).toEqual([50_000, 40_000, 0]);
  expect(leftOf({ ...live, prediction: view({ state: 'locked' }) }, 500)).toBe(0);
  expect(overSince(live)).toBeNull();
});

it('shares, multipliers and results are said as they are', () => {
  expect([shares(view()), shares(view({ totals: ['0', '0'] }))]).toEqual([
    [0.75, 0.25],
    [0, 0],
  ]);
  expect(percents([0.375, 0.625])).toEqual(['38 %', '62 %']);
  expect(percents([0.3333, 0.3333, 0.3333])).toEqual(['33 %', '34 %', '33 %']);
  expect([1000, 1339, 9999, 10_000, 54_990, 123_456, 12_345_678, null].map(times)).toEqual([
    '1.00 ×',
    '1.33 ×',
    '9.99 ×',
    '10.0 ×',
    '54.9 ×',
    '123 ×',
    '12\u202f345 ×',
    '–',
  ]);
  const { ear, now } = listen();
  const ended = (change: Partial<PredictionView>) => {
    ear.told({ prediction: view({ state: 'resolved', winner: 0, ...change }), endedAt: 1, n: 1 });
    return verdict(now()?.prediction as PredictionView);
  };
  expect([ended({}), ended({ state: 'paid' })]).toEqual(['Blue wins', 'Blue wins']);
  expect(ended({ totals: ['0', '400'] })).toBe('Blue: all stakes go back');
  expect(ended({ totals: ['400', '0'] })).toBe('Blue: all stakes go back');
  expect(ended({ totals: ['0', '0'], pot: '0' })).toBe('Blue: nobody staked');
  expect(ended({ state: 'cancelled', winner: null })).toBe('Called off: all stakes go back');
  expect(ended({ state: 'locked', winner: null })).toBe('Locked: waiting for the result');
});
