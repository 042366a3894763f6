// The alert queue: nothing twice, nothing never, in order, whatever happens to overlays and server in between.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createStage } from '../../src/web/overlay/stage.js';
import { openWorld, type World } from './queue-world.js';

const shownOn = ({ overlays }: World, i: number): number[] => overlays[i]?.log.map(({ showing }) => showing.n) ?? [];
const states = async (world: World) => (await world.rows()).map(({ state }) => state);
async function on(change: Parameters<typeof openWorld>[0] = {}) {
  const world = await openWorld(change);
  const [one, two] = world.overlays as [World['overlays'][0], World['overlays'][0]];
  await world.connect(one);
  return { world, one, two };
}

const overlay = fc.nat(1);
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('tip' as const),
      amount: fc.constantFrom(1n, 60n, 300n),
      said: fc.boolean(),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 9000 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('pause' as const, 'resume' as const, 'skip' as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'connect' as const,
        'disconnect' as const,
        'reload' as const,
        'freeze' as const,
        'thaw' as const,
        'mumble' as const,
      ),
      on: overlay,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

async function take(world: World, now: Step): Promise<void> {
  const overlay = world.overlays['on' in now ? now.on : 0];
  if (!overlay) return;
  if (now.do === 'tip') await world.tip({ amount: now.amount, message: now.said ? 'hello' : '' });
  else if (now.do === 'wait') await world.advance(now.ms);
  else if (now.do === 'pause' || now.do === 'resume') await world.act({ act: now.do });
  else if (now.do === 'skip')
    await world.act({ act: 'skip' }).catch((error) => expect(error.code).toBe('no_alert_on_stage'));
  else if (now.do === 'connect') await world.connect(overlay);
  else if (now.do === 'disconnect') await world.disconnect(overlay);
  else if (now.do === 'reload') {
    overlay.reload();
    await world.disconnect(overlay);
    await world.connect(overlay);
  } else if (now.do === 'freeze') overlay.frozen = true;
  else if (now.do === 'thaw') await world.thaw(overlay);
  else if (now.do === 'mumble') overlay.losesAnswers = !overlay.losesAnswers;
  else await world.restart();
}

/** All is well again, for as long as it takes. */
async function calm(world: World): Promise<void> {
  for (const overlay of world.overlays) {
    overlay.losesAnswers = false;
    await world.thaw(overlay);
    await world.connect(overlay);
  }
  await world.act({ act: 'resume' });
  await world.advance(600_000);
}

it('shows each tip once on each overlay, in order, whatever is paused, skipped, cut off, frozen, reloaded or restarted', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 5, maxLength: 45 }),
      fc.constantFrom(0, 3),
      async (steps, mergeFrom) => {
        const world = await openWorld({ waitMs: 86_400_000, mergeFrom });
        for (const one of steps) await take(world, one);
        await calm(world);
        const rows = await world.rows();
        for (const i of [0, 1]) {
          const numbers = shownOn(world, i);
          expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
          const log = world.overlays[i]?.log ?? [];
          for (const [k, { at }] of log.entries()) expect(k === 0 || (log[k - 1]?.gone ?? Infinity) <= at).toBe(true);
        }
        const up = new Set([0, 1].flatMap((i) => shownOn(world, i)));
        for (const { state, event, with: head, shown_at, overlays } of rows) {
          expect(['shown', 'skipped']).toContain(state);
          const n = head === null ? event : rows.find(({ id }) => id === head)?.event;
          if (state === 'shown') expect([up.has(n ?? 0), shown_at !== null, overlays > 0]).toEqual([true, true, true]);
        }
        // No money is made up or lost by merging; of one that was skipped the overlay's word may be missing.
        const shownRows = rows.filter(({ state }) => state === 'shown');
        const showings = new Map(world.overlays.flatMap(({ log }) => log.map(({ showing }) => [showing.n, showing])));
        const heads = shownRows.filter((row) => row.with === null).map((row) => showings.get(row.event ?? 0)?.amount);
        const sum = (all: readonly (string | undefined)[]) => all.reduce((total, one) => total + BigInt(one ?? 0), 0n);
        expect(sum(heads)).toBe(sum(shownRows.map(({ amount }) => amount)));
        await world.close();
      },
    ),
    { numRuns: 80 },
  );
});

it('keeps two overlays in step, one that joins in the middle too, and takes a skipped one off both', async () => {
  const { world, one, two } = await on();
  for (const name of ['Ann', 'Bob', 'Cy']) await world.tip({ name });
  await world.advance(2000);
  await world.connect(two);
  expect([shownOn(world, 0), shownOn(world, 1)]).toEqual([[1], [1]]);
  expect(two.log[0]?.at).toBe((one.log[0]?.at ?? 0) + 2000);
  await world.advance(60_000);
  const times = (overlay: typeof one) => overlay.log.map(({ showing, gone }) => [showing.n, gone]);
  expect(times(two)).toEqual(times(one));
  expect(one.log.slice(1).map(({ at }) => at)).toEqual(two.log.slice(1).map(({ at }) => at));
  await world.tip({ name: 'Di' });
  await world.advance(500);
  await world.act({ act: 'skip' });
  for (const overlay of [one, two])
    expect(overlay.log.at(-1)).toMatchObject({ showing: { name: 'Di' }, gone: world.now() });
  expect((await states(world)).at(-1)).toBe('skipped');
  const rows = await world.rows();
  expect(rows.map(({ overlays }) => overlays)).toEqual([2, 2, 2, 2]);
});

it('stands shorter when many wait, longer by tier, with a gap between', async () => {
  const { world, one } = await on({ mergeFrom: 0 });
  for (let i = 0; i < 12; i++) await world.tip({ amount: i === 11 ? 200n : 1n });
  await world.advance(120_000);
  const stood = one.log.map(({ showing }) => showing.until - showing.from);
  expect(stood).toEqual([6000, 2500, ...Array(7).fill(4000), 6000, 6000, 12_000].slice(0, 12));
  for (const [i, { at }] of one.log.entries()) if (i > 0) expect(at - (one.log[i - 1]?.gone ?? 0)).toBe(600);
});

it('shows many small tips as one when many wait, none that says something, and counts people', async () => {
  const { world, one } = await on({ mergeFrom: 5 });
  await world.tip();
  for (let i = 0; i < 6; i++) await world.tip({ amount: 3n, from: 1 + (i % 4) });
  await world.tip({ message: 'encore' });
  await world.tip();
  await world.advance(60_000);
  expect(
    one.log.map(({ showing: { n, amount, tips, people, message } }) => [n, amount, tips, people, message]),
  ).toEqual([
    [1, '1', 1, 1, ''],
    [2, '18', 6, 4, ''],
    [8, '1', 1, 1, 'encore'],
    [9, '1', 1, 1, ''],
  ]);
  expect(new Set(await states(world))).toEqual(new Set(['shown']));
});

it('puts up the shortest alert over a slow line, and none whose time is half over', () => {
  const seen: string[] = [];
  const stage = createStage({
    before: null,
    remember: () => {},
    put: ({ name }) => {
      seen.push(name);
      return { leave: () => {}, remove: () => {}, receipt: () => {} };
    },
    now: () => 10_400,
    after: () => {},
  });
  const look = { text: '{name}', sound: 'none', volume: 0, picture: 'none', animation: 'slide', say: '' } as const;
  const showing = { kind: 'tip', n: 1, message: '', amount: '1', tips: 1, people: 1, tier: 0, look } as const;
  const send = (name: string, from: number, until: number) =>
    stage.show({ ...showing, receipt: null, id: name, name, from, until }, (what) => seen.push(what));
  send('short', 10_000, 11_000);
  send('late', 5000, 11_000);
  send('too late', 9500, 10_500);
  expect(seen).toEqual(['short', 'up']);
});

it('what stands says how far its money is, as it is told, and as it hears after a lost connection', () => {
  const told: string[] = [];
  const stage = createStage({
    before: null,
    remember: () => {},
    put: () => ({ leave: () => {}, remove: () => {}, receipt: (receipt) => told.push(receipt) }),
    now: () => 10_000,
    after: () => {},
  });
  const look = { text: '{name}', sound: 'none', volume: 0, picture: 'none', animation: 'slide', say: '' } as const;
  const showing = {
    id: 'a',
    kind: 'tip',
    n: 1,
    name: '',
    message: '',
    amount: '1',
    tips: 1,
    people: 1,
    tier: 0,
  } as const;
  const at = { ...showing, look, from: 10_000, until: 16_000 };
  stage.show({ ...at, receipt: 'authorized' }, () => {});
  stage.receipt('another', 'claimed');
  expect(told).toEqual([]);
  stage.receipt('a', 'claimed');
  stage.show({ ...at, receipt: 'authorized' }, (what) => told.push(what));
  expect(told).toEqual(['claimed', 'authorized', 'stands']);
});

it('takes one who is muted out of those that are shown as one, and misses those together', async () => {
  const { world, one } = await on({ mergeFrom: 3, waitMs: 60_000 });
  await world.act({ act: 'pause' });
  for (const from of [1, 2, 1, 3]) await world.tip({ from, name: `N${from}` });
  one.frozen = true;
  await world.act({ act: 'resume' });
  await world.act({ act: 'pause' });
  await world.advance(10_000);
  expect((await world.rows()).map((row) => [row.state, row.with])).toEqual([
    ['waiting', null],
    ['waiting', 1],
    ['waiting', 1],
    ['waiting', 1],
  ]);
  await world.act({ act: 'mute', who: 'N1' });
  expect((await world.rows()).map((row) => [row.state, row.with])).toEqual([
    ['skipped', null],
    ['waiting', null],
    ['skipped', null],
    ['waiting', 2],
  ]);
  await world.disconnect(one);
  await world.advance(120_000);
  expect(await states(world)).toEqual(['skipped', 'missed', 'skipped', 'missed']);
  await world.act({ act: 'replay', id: 2 });
  one.frozen = false;
  await world.connect(one);
  await world.act({ act: 'resume' });
  await world.advance(20_000);
  expect(one.log.map(({ showing: { n, tips } }) => [n, tips])).toEqual([[2, 2]]);
  expect(await states(world)).toEqual(['skipped', 'shown', 'skipped', 'shown']);
});

it('waits for an overlay, up to the setting; then alerts are missed, and can be played again', async () => {
  const { world, one } = await on({ waitMs: 60_000 });
  await world.disconnect(one);
  await world.tip();
  await world.advance(50_000);
  await world.tip();
  expect(await states(world)).toEqual(['waiting', 'waiting']);
  await world.advance(20_000);
  expect(await states(world)).toEqual(['missed', 'waiting']);
  await world.connect(one);
  await world.advance(10_000);
  expect([shownOn(world, 0), await states(world)]).toEqual([[2], ['missed', 'shown']]);
  await world.act({ act: 'replay', id: 1 });
  await world.act({ act: 'replay', id: 2 });
  await world.advance(30_000);
  expect([shownOn(world, 0), await states(world)]).toEqual([
    [2, 1, 2],
    ['shown', 'shown'],
  ]);
  // A pause and a connected overlay: they wait for as long as it takes.
  await world.act({ act: 'pause' });
  await world.tip();
  await world.advance(600_000);
  // It is the time without an overlay that counts.
  await world.disconnect(one);
  await world.advance(50_000);
  await world.connect(one);
  await world.act({ act: 'resume' });
  await world.advance(10_000);
  expect(shownOn(world, 0)).toEqual([2, 1, 2, 3]);
});

it('was it shown? only when an overlay says so: a frozen one gets it again, and a restart in its middle changes nothing', async () => {
  const { world, one } = await on();
  one.frozen = true;
  await world.tip();
  await world.advance(20_000);
  expect((await world.rows())[0]).toMatchObject({ state: 'showing', shown_at: null, overlays: 0 });
  await world.thaw(one);
  await world.advance(1000);
  expect((await world.rows())[0]).toMatchObject({ state: 'showing', overlays: 1 });
  await world.restart();
  await world.advance(500);
  await world.connect(one);
  await world.tip();
  await world.advance(30_000);
  expect(shownOn(world, 0)).toEqual([1, 2]);
  expect(await states(world)).toEqual(['shown', 'shown']);
});

it('holds what the host wants to see first, skips what is small or muted, and mutes one who waits', async () => {
  const { world } = await on({ minimum: '2', links: 'skip' });
  await world.act({ act: 'pause' });
  await world.tip({ amount: 1n });
  await world.tip({ amount: 2n, message: 'what a f.u.c.k.i.n.g show' });
  await world.tip({ amount: 2n, message: 'free money at win.example.com' });
  await world.tip({ amount: 2n, name: 'Max', from: 7 });
  await world.tip({ amount: 2n, name: 'Fine' });
  const why = async () => (await world.rows()).map((row) => `${row.state} ${row.why}`);
  const [small, words, link] = ['skipped small', 'held words', 'skipped link'];
  expect(await why()).toEqual([small, words, link, 'waiting null', 'waiting null']);
  await world.act({ act: 'mute', who: 'max' });
  await world.tip({ amount: 9n, name: 'Not Max', from: 7 });
  expect(await why()).toEqual([small, words, link, 'skipped muted', 'waiting null', 'skipped muted']);
  await world.restart();
  await world.tip({ amount: 9n, name: 'Still Max', from: 7 });
  await world.act({ act: 'approve', id: 2 });
  await world.act({ act: 'unmute', who: 'Max' });
  await world.tip({ amount: 9n, name: 'Max', from: 7 });
  await world.act({ act: 'resume' });
  for (const overlay of world.overlays) await world.connect(overlay);
  await world.advance(60_000);
  expect(shownOn(world, 0)).toEqual([2, 5, 8]);
  await expect(world.act({ act: 'mute', who: 'nobody' })).rejects.toMatchObject({ code: 'unknown_person' });
  await expect(world.act({ act: 'replay', id: 99 })).rejects.toMatchObject({ code: 'unknown_alert' });
});
