// What a key is for, over a kill: nobody pays again for what was paid and never came.
import { expect, it } from 'vitest';
import { createKeyClock } from '../../src/stream/media/key-clock.js';

function house(last?: { n: number; durationMs: number }) {
  const opened: { n: number; ms: number }[] = [];
  const clock = createKeyClock({
    stream: 'main',
    keyPeriodMs: () => 2000,
    keys: {
      async open(_, ms) {
        opened.push({ n: (last?.n ?? 0) + opened.length + 1, ms });
        return opened.at(-1)?.n ?? 0;
      },
      bytes: () => Buffer.alloc(16),
      ...(last && { newest: () => last }),
    },
  });
  return { clock, opened };
}

it('goes on with the key that a killed run left, for as long as it was paid for', async () => {
  const { clock, opened } = house({ n: 7, durationMs: 2000 });
  clock.resume('main', (n) => (n === 7 ? 1000 : 0));
  expect((await clock.take('main', 1000)).n).toBe(7);
  clock.use('main', 7, 1000);
  expect((await clock.take('main', 1000)).n).toBe(8);
  expect(opened).toEqual([{ n: 8, ms: 2000 }]);
});

it('takes what is too short for a segment off the price of the next key', async () => {
  const { clock, opened } = house({ n: 7, durationMs: 2000 });
  clock.resume('main', () => 1400);
  expect((await clock.take('main', 1000)).n).toBe(8);
  expect(opened).toEqual([{ n: 8, ms: 1400 }]);
});

it('begins with a key of its own where nothing is known, and forgets none that is in force', async () => {
  const { clock, opened } = house();
  clock.resume('main', () => 0);
  expect((await clock.take('main', 1000)).n).toBe(1);
  clock.use('main', 1, 1000);
  clock.resume('main', () => 0);
  await clock.take('main', 1000);
  clock.use('main', 1, 1000);
  expect((await clock.take('main', 1000)).n).toBe(2);
  expect(opened).toHaveLength(2);
});
