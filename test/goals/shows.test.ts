// What a show is: from going on air until it is over, through losses and crashes, whatever restarts; and what is counted under it.
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createChargeSums } from '../../src/payments/charge-sums.js';
import { minute, openWorld, payerOf, start, type World } from './world.js';

let w: World;
beforeEach(async () => {
  w = await openWorld();
});
afterEach(() => w.close());

const shows = async () => {
  const rows = await w.store.db.selectFrom('shows').selectAll().orderBy('n').execute();
  return rows.map(({ began_at, ended_at }) => [
    (began_at - start) / minute,
    ended_at === null ? null : (ended_at - start) / minute,
  ]);
};

it('goes on through losses and crashes of under ten minutes, and is another one after', async () => {
  const standings = w.open();
  await w.say('live');
  await w.say('ended', 60 * minute);
  await w.say('live', 9 * minute);
  await standings.look();
  expect(await shows()).toEqual([[0, null]]);
  await w.say('ended', 11 * minute);
  await w.say('live', 10 * minute);
  await standings.look();
  expect(await shows()).toEqual([
    [0, 80],
    [90, null],
  ]);
  // It was killed: no end was said. It comes back soon, and the next time too late.
  w.world.now += 5 * minute;
  await w.aired();
  await w.say('live', 8 * minute);
  await w.open().look();
  expect((await shows())[1]).toEqual([90, null]);
  w.world.now += minute;
  await w.aired();
  await w.say('live', 60 * minute);
  await w.open().look();
  expect(await shows()).toEqual([
    [0, 80],
    [90, 104],
    [164, null],
  ]);
});

it('that was cut off and does not come back is over when it was last on air', async () => {
  await w.say('live');
  await w.open().look();
  w.world.now += 20 * minute;
  await w.aired();
  w.world.live = false;
  const standings = w.open();
  w.world.now += 9 * minute;
  await standings.look();
  expect(await shows()).toEqual([[0, null]]);
  w.world.now += minute;
  await standings.look();
  expect(await shows()).toEqual([[0, 20]]);
});

it('any history of going on and off air gives the same shows, read at once or step by step over restarts', async () => {
  const step = fc.record({ type: fc.constantFrom('live', 'ended'), after: fc.integer({ min: 0, max: 15 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), fc.boolean(), async (steps, often) => {
      for (const table of ['events', 'shows'] as const) await w.store.db.deleteFrom(table).execute();
      w.world.now = start;
      // The model: a show is a run of times, and ends at the last of them that said so.
      const model: { from: number; to: number | null }[] = [];
      let at = 0;
      for (const { type, after } of steps) {
        at += after;
        await w.say(type as 'live', after * minute);
        if (often) await w.open().look();
        const last = model.at(-1);
        // No key was ever made, so a show that never ended was heard of last when it began.
        if (type === 'live' && !(last && at - (last.to ?? last.from) < 10)) {
          if (last?.to === null) last.to = last.from;
          model.push({ from: at, to: null });
        } else if (type === 'live' && last) last.to = null;
        else if (last?.to === null) last.to = at;
      }
      // Looking closes what is lost: also when it is looked at just once, at the end.
      const lost = model.at(-1);
      if (lost?.to === null && !w.world.live && at - lost.from >= 10) lost.to = lost.from;
      await w.open().look();
      expect(await shows()).toEqual(model.map(({ from, to }) => [from, to]));
    }),
    { numRuns: 30 },
  );
});

it('keeps the most viewers of each minute, written at once, and a restart loses none', async () => {
  await w.say('live');
  let standings = w.open();
  for (const [after, viewers] of [
    [0, 3],
    [10_000, 7],
    [10_000, 5],
    [40_000, 2],
    [minute, 4],
  ] as const) {
    w.world.now += after;
    w.world.viewers = viewers;
    await standings.look();
    if (after === minute) break;
    standings = w.open();
  }
  w.world.viewers = 9;
  await w.say('ended', 1000);
  await standings.look();
  const { peak, minutes } = await standings.summaries.of('main', 'last');
  expect(peak).toBe(7);
  expect(minutes.map(({ viewers }) => viewers)).toEqual([7, 2, 4]);
});

it('counts what was charged from its beginning to its applause, once, however often it is read, and keeps it', async () => {
  const [ann, bob] = [payerOf(1), payerOf(2)];
  const standings = w.open();
  await w.charge(ann, 'watch', 100n, 2000, start - 1);
  await w.say('live');
  await w.charge(ann, 'watch', 5n, 2000);
  await w.charge(ann, 'preview', 0n, 2000);
  const earned = async (from = standings) => (await from.summaries.of('main', '1', true)).earned;
  const look = async (from = standings) => {
    w.world.now += 3000;
    return earned(from);
  };
  expect(await earned()).toEqual({ watched: '5', tipped: '0', voted: '0' });
  await w.charge(ann, 'watch', 5n, 2000);
  await w.charge(bob, 'vote', 7n);
  expect(await look()).toEqual({ watched: '10', tipped: '0', voted: '7' });
  await w.say('ended', 10 * minute);
  w.world.now += 2 * minute;
  await w.tip(bob, 11n);
  w.world.now += 1;
  await w.tip(bob, 1000n);
  expect(await look()).toEqual({ watched: '10', tipped: '11', voted: '7' });
  // It comes back: what was given meanwhile is of it after all.
  await w.say('live', minute);
  expect(await look()).toEqual({ watched: '10', tipped: '1011', voted: '7' });
  await w.say('ended', minute);
  await standings.look();
  expect(await w.store.db.selectFrom('show_payers').selectAll().execute()).toEqual([]);
  w.world.now += 10 * minute + 1;
  await standings.look();
  const kept = await w.store.db.selectFrom('show_payers').selectAll().orderBy('payer').execute();
  expect(kept).toMatchObject([
    { payer: ann, watched: '10', watched_ms: 4000, tipped: '0', voted: '0', tips: 0 },
    { payer: bob, watched: '0', watched_ms: 0, tipped: '1011', voted: '7', tips: 2 },
  ]);
  expect(await look(w.open())).toEqual({ watched: '10', tipped: '1011', voted: '7' });
});

it('sums of charges are those of a loop over all of them, whenever they are read', async () => {
  const at = fc.integer({ min: 0, max: 400_000 });
  const amount = fc.constantFrom(0n, 1n, 500_000_000_000_000n, 10n ** 30n);
  const row = fc.record({ payer: fc.integer({ min: 1, max: 3 }), amount, at, kind: fc.constantFrom('watch', 'tip') });
  await fc.assert(
    fc.asyncProperty(fc.array(row, { maxLength: 40 }), at, at, fc.nat(), async (rows, from, span, cut) => {
      await w.store.db.deleteFrom('charges').execute();
      // Written in the order of their times, but for a little.
      const inOrder = rows.toSorted((a, b) => Math.floor(a.at / 50_000) - Math.floor(b.at / 50_000));
      const sums = createChargeSums({ db: w.store.db, stream: 'main', from });
      const to = from + span;
      let sum = 0n;
      const read = async () => {
        for await (const page of sums.read(to)) for (const one of page) sum += BigInt(one.amount) * BigInt(one.count);
      };
      for (const [i, { payer, kind, ...one }] of inOrder.entries()) {
        await w.charge(payerOf(payer), kind as 'tip', one.amount, 2000, one.at);
        // The first read finds where to begin: before that, nothing of its time is written.
        if (i === cut % 40 && one.at >= from) await read();
      }
      await read();
      const expected = rows.filter((one) => one.at >= from && one.at <= to);
      expect(sum).toBe(expected.reduce((all, one) => all + one.amount, 0n));
    }),
    { numRuns: 80 },
  );
});
