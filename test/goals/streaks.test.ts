// Streaks: how many shows in a row a person was there, by person, from the charges; against a model of a few lines.
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Past, streaksOf } from '../../src/goals/streaks.js';
import { minute, openWorld, payerOf, type World } from './world.js';

const people = ['ann', 'bob', 'cy'];

it('are those of walking back from the last show for each person alone', async () => {
  const past = fc.array(fc.uniqueArray(fc.constantFrom(...people)), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(past, fc.option(fc.uniqueArray(fc.constantFrom(...people))), async (shows, running) => {
      const all: Past[] = shows.map((there) => ({ running: false, people: new Set(there) }));
      if (running) all.unshift({ running: true, people: new Set(running) });
      const found = await streaksOf(all);
      for (const person of people) {
        const missed = shows.findIndex((there) => !there.includes(person));
        const before = missed === -1 ? shows.length : missed;
        expect(found.get(person) ?? 0).toBe(before + (running?.includes(person) ? 1 : 0));
      }
    }),
    { numRuns: 500 },
  );
});

it('read no further back than somebody’s goes on', async () => {
  let read = 0;
  async function* shows(): AsyncGenerator<Past> {
    for (const there of [['ann'], ['bob'], ['ann'], ['ann']]) {
      read += 1;
      yield { running: false, people: new Set(there) };
    }
  }
  expect([...(await streaksOf(shows()))]).toEqual([['ann', 1]]);
  expect(read).toBe(2);
});

let w: World;
beforeEach(async () => {
  w = await openWorld();
});
afterEach(() => w.close());

/** A show of so many minutes, a day later. */
async function show(minutes: number, during: () => Promise<void>, standings = w.open()): Promise<void> {
  await w.say('live', 24 * 60 * minute);
  w.world.now += minute;
  await during();
  await w.say('ended', (minutes - 1) * minute);
  w.world.now += 13 * minute;
  await standings.look();
}

it('count a minute watched or anything given, over all accounts of a person; tests of the stream are no shows', async () => {
  const [page, chat, bob, cy] = [payerOf(1), payerOf(2), payerOf(3), payerOf(4)];
  const watch = (payer: typeof page, ms: number) => w.charge(payer, 'watch', 5n, ms);
  await show(30, async () => {
    await watch(page, minute);
    await w.charge(bob, 'vote', 1n);
    await watch(cy, minute - 1);
  });
  await show(4, async () => {});
  await show(5, async () => {
    await watch(chat, minute / 2);
    await watch(chat, minute / 2);
    await watch(bob, minute);
    await watch(cy, minute);
    await w.charge(cy, 'preview', 0n, minute);
  });
  const list = async () => (await w.open().streaks('main')).streaks.map(({ shows, here }) => [shows, here]);
  expect(await list()).toEqual([[2, true]]);
  w.world.linked.set(chat, page);
  expect(await list()).toEqual([
    [2, true],
    [2, true],
  ]);
  // While one goes on, who is not there yet has lost nothing.
  await w.say('live', 24 * 60 * minute);
  w.world.now += 5 * minute;
  await watch(page, minute);
  expect(await list()).toEqual([
    [3, true],
    [2, false],
  ]);
  await w.say('ended', minute);
  expect(await list()).toEqual([[3, true]]);
});
