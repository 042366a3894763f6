// Going back in a show: who is behind by choice, where a moment is, what was not seen costs, and which keys are asked for.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createFares, fareOf } from '../../src/web/watch/fares.js';
import { createStanding } from '../../src/web/watch/place.js';
import { clock, fareInWords } from '../../src/web/watch/seek-bar.js';
import { dateAt, keysBetween, type Piece, seenIn, timeAt } from '../../src/web/watch/timeline.js';

const at = (time: number) => ({ time, start: 0, live: 100 });

it('takes who fell behind by a stall to live, and leaves who went back or paused where he is', () => {
  const stalled = createStanding(true);
  expect(stalled.look({ ...at(94), moving: true })).toEqual({ to: 100, fell: false });
  expect(stalled.look({ ...at(96), moving: true })).toBeNull();
  expect(stalled.look({ ...at(50), moving: false })).toBeNull();

  const back = createStanding(true);
  expect(back.goBack(at(100), 40)).toBe(60);
  expect(back.isBehind()).toBe(true);
  expect(back.look({ ...at(60), moving: true })).toBeNull();
  // A stall on top of it changes nothing.
  expect(back.look({ ...at(20), moving: true })).toBeNull();
  expect(back.goBack(at(60), 0)).toBe(100);
  expect(back.look({ ...at(94), moving: true })).toEqual({ to: 100, fell: false });

  const paused = createStanding(true);
  paused.stay();
  expect(paused.goOn(at(92), 92)).toEqual({ to: 92, fell: false });
  expect(paused.look({ ...at(92), moving: true })).toBeNull();
  paused.stay();
  // So short a pause that it is live all the same.
  expect(paused.goOn(at(98.5), 98.5)).toEqual({ to: 100, fell: false });
  expect(paused.isBehind()).toBe(false);
});

it('moves who falls out of the window to its start, with a word, and who catches up is live', () => {
  const standing = createStanding(true);
  standing.goBack(at(100), 90);
  expect(standing.look({ time: 10, start: 8, live: 108, moving: true })).toBeNull();
  expect(standing.look({ time: 10, start: 9.5, live: 109, moving: false })).toEqual({ to: 12.5, fell: true });
  standing.stay();
  expect(standing.goOn({ start: 50, live: 150 }, 10)).toEqual({ to: 53, fell: true });
  expect(standing.look({ time: 149.5, start: 60, live: 150, moving: true })).toBeNull();
  expect(standing.isBehind()).toBe(false);
});

it('lets nobody go back where the host does not, and shows no bar over a window that is too short', () => {
  const shut = createStanding(false);
  expect([shut.goBack(at(100), 40), shut.isBehind(), shut.place(at(100))]).toEqual([100, false, null]);
  shut.stay();
  expect(shut.isBehind()).toBe(false);
  const open = createStanding(true);
  expect(open.place({ time: 9, start: 0, live: 9 })).toBeNull();
  expect(open.place(at(100))).toEqual({ length: 97, behind: 0, live: true });
  open.goBack(at(100), 30);
  expect(open.place(at(70))).toEqual({ length: 97, behind: 30, live: false });
});

it('never goes out of the window, wherever one wants to go', () => {
  const second = fc.integer({ min: 0, max: 7200 });
  fc.assert(
    fc.property(second, second, fc.integer({ min: -100, max: 9000 }), (start, length, behind) => {
      const live = start + length;
      const to = createStanding(true).goBack({ time: live, start, live }, behind);
      expect(to).toBeGreaterThanOrEqual(Math.min(live, start + 3));
      expect(to).toBeLessThanOrEqual(live);
    }),
  );
});

/** Two segments of one second under each key; the third key's first came 60 s after what was before it. */
const pieces: Piece[] = [0, 1, 2, 3, 4, 5].map((start) => ({
  start,
  duration: 1,
  programDateTime: 1_000_000 + start * 1000 + (start < 4 ? 0 : 60_000),
  key: 7 + Math.floor(start / 2),
}));

it('finds a moment again in another playlist, over a gap and beyond both ends', () => {
  expect([dateAt(pieces, 1.5), dateAt(pieces, 4.25), dateAt(pieces, 9)]).toEqual([1_001_500, 1_064_250, 1_069_000]);
  expect(timeAt(pieces, 1_001_500)).toBe(1.5);
  expect([timeAt(pieces, 1_030_000), timeAt(pieces, 1_064_250)]).toEqual([4, 4.25]);
  expect([timeAt(pieces, 5), timeAt(pieces, 1_069_000), timeAt([], 5)]).toEqual([0, 9, null]);
});

it('knows the keys of a stretch, and what was seen of it', () => {
  expect([keysBetween(pieces, 1.5, 4.5), keysBetween(pieces, 2, 4), keysBetween(pieces, 3, 3)]).toEqual([
    [7, 8, 9],
    [8],
    [],
  ]);
  expect(seenIn(pieces, 6, (n) => n !== 8)).toEqual([
    { from: 6, to: 4 },
    { from: 2, to: 0 },
  ]);
  expect(seenIn(pieces, 5, () => true)).toEqual([{ from: 5, to: 0 }]);
});

it('charges nothing for what was had, lets the preview take what fits, and says the rest', () => {
  const book = { had: (n: number) => n === 8, price: () => ({ cost: 20n, durationMs: 2000 }) };
  expect(fareOf([7, 8, 9, 10], book, 0)).toEqual({ cost: 60n, unseen: 3, seconds: 6 });
  expect(fareOf([7, 8, 9, 10], book, 3999)).toEqual({ cost: 40n, unseen: 3, seconds: 6 });
  expect(fareOf([8], book, 0)).toEqual({ cost: 0n, unseen: 0, seconds: 0 });
  const unit = { symbol: 'DAI', decimals: 3 };
  expect(fareInWords(fareOf([7, 8, 9, 10], book, 0), unit)).toBe('0.06 DAI for 6 s not seen yet');
  expect(fareInWords(fareOf([8], book, 0), unit)).toBe('Seen: costs nothing');
  expect(fareInWords(fareOf([9], book, 2000), unit)).toBe('2 s not seen yet, free');
  expect([clock(5), clock(65.4), clock(3725)]).toEqual(['0:05', '1:05', '1:02:05']);
});

it('believes the server about what keys cost and which were had, asks seldom, and knows its own at once', async () => {
  let now = 0;
  const asked: [number, number][] = [];
  const fares = createFares({
    ask: async (from, to) => {
      asked.push([from, to]);
      return {
        costs: [
          { n: 1, cost: '5', durationMs: 2000 },
          { n: 4, cost: '30', durationMs: 2000 },
        ],
        had: [[2, 3]],
      };
    },
    usual: () => ({ cost: 1000n, durationMs: 2000 }),
    now: () => now,
  });
  expect(fares.of([1, 2], 0).cost).toBe(2000n);
  await fares.look(1, 6);
  expect(fares.of([1, 2, 3, 4, 5], 0)).toEqual({ cost: 65n, unseen: 3, seconds: 6 });
  fares.gave(4);
  expect(fares.of([1, 2, 3, 4, 5], 0).cost).toBe(35n);
  await fares.look(2, 7);
  now = 21_000;
  await fares.look(2, 7);
  expect(asked).toEqual([
    [1, 6],
    [2, 7],
  ]);
});
