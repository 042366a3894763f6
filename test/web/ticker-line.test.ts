// What comes next on the ticker: the new at once, then all in turn, none twice at the same time, and from where it was.
import { expect, it } from 'vitest';
import type { TickerItem } from '../../src/vocabulary/ticker.js';
import { wordsOf } from '../../src/web/overlay/ticker.js';
import { createTickerLine } from '../../src/web/overlay/ticker-line.js';

const tip = (n: number): TickerItem => ({ n, kind: 'tip', name: `tipper ${n}`, amount: '1' });
const told = (...numbers: number[]): TickerItem[] => numbers.map(tip);
const none = new Set<number>();

function taking(line: ReturnType<typeof createTickerLine>, count: number, standing: ReadonlySet<number> = none) {
  return Array.from({ length: count }, () => line.next(standing)?.n ?? null);
}

it('goes round, newest first, and says at once what is new, in the order in which it came', () => {
  const line = createTickerLine(null);
  line.told(told(5, 4, 3));
  expect(taking(line, 4)).toEqual([5, 4, 3, 5]);
  line.told(told(7, 6, 5, 4, 3));
  expect(taking(line, 6)).toEqual([6, 7, 4, 3, 7, 6]);
});

it('leaves out what stands already, and has nothing when all of it does', () => {
  const line = createTickerLine(null);
  line.told(told(3, 2, 1));
  expect(taking(line, 2, new Set([3, 2]))).toEqual([1, 1]);
  expect(line.next(new Set([1, 2, 3]))).toBeNull();
  line.told([]);
  expect(line.next(none)).toBeNull();
});

it('goes on from where an earlier visit was, which makes nothing news, also when that item is gone', () => {
  const line = createTickerLine(4);
  line.told(told(9, 5, 3, 2));
  expect(taking(line, 4)).toEqual([3, 2, 9, 5]);
});

it('puts each kind in words, whoever gave no name and however much it is', () => {
  const unit = { symbol: 'DAI', decimals: 18 };
  const words = (item: TickerItem) => wordsOf(item, unit).join(' | ');
  const n = 1;
  expect(words({ n, kind: 'tip', name: '', amount: '0' })).toBe('Somebody | 0.00 DAI');
  expect(words({ n, kind: 'tip', name: 'محمد', amount: `${10n ** 30n}` })).toBe(
    'محمد | 1\u202f000\u202f000\u202f000\u202f000.00 DAI',
  );
  expect(words({ n, kind: 'goal', title: 'An amp', amount: `${10n ** 18n}` })).toBe('Goal reached: An amp | 1.00 DAI');
  expect(words({ n, kind: 'goal', title: '', amount: `${10n ** 18n}` })).toBe('Goal reached: 1.00 DAI | ');
  expect(words({ n, kind: 'poll', question: 'Which?', winners: ['A', 'B', 'C'] })).toBe('Which? | a tie: A, B and C');
  expect(words({ n, kind: 'prediction', question: 'Who?', winner: 'Blue' })).toBe('Who? | Blue');
});
