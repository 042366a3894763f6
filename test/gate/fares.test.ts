// What going back costs, as the server tells it: the price each key was opened at, and which of them a payer has.
import { afterEach, expect, it } from 'vitest';
import { createFares } from '../../src/stream/gate/fares.js';
import { cost, type GateHouse, keyMs, openGateHouse } from './house.js';

let house: GateHouse;
afterEach(() => house.close());

it('tells each price once, and what this payer was given, in runs, also after a restart of his memory', async () => {
  let clock = 1_000_000;
  house = await openGateHouse({ now: () => clock });
  const [viewer, other] = await house.crowd(2);
  if (!viewer || !other) throw new Error('no viewers');
  const opened: number[] = [];
  for (const ms of [keyMs, keyMs, keyMs, keyMs / 2, keyMs]) {
    clock += ms;
    opened.push(await house.keys.open('show', ms));
  }
  const [first = 0, , , half = 0, last = 0] = opened;
  const fares = createFares({ keys: house.keys, books: house.ledger });
  expect(await fares('show', viewer.payer, 0, 1e9)).toEqual({
    costs: [
      { n: first, cost: `${cost}`, durationMs: keyMs },
      { n: half, cost: `${cost / 2n}`, durationMs: keyMs / 2 },
      { n: last, cost: `${cost}`, durationMs: keyMs },
    ],
    had: [],
  });
  for (const n of [first, first + 1, last]) expect((await house.ask(n, viewer.session)).status).toBe(200);
  expect((await house.ask(first + 2, other.session)).status).toBe(200);
  house.ledger.forget(viewer.payer);
  const had = async (from: number, to: number) => (await fares('show', viewer.payer, from, to)).had;
  expect(await had(0, 1e9)).toEqual([
    [first, first + 1],
    [last, last],
  ]);
  expect(await had(first + 1, half)).toEqual([[first + 1, first + 1]]);
  expect(await fares('show', viewer.payer, last + 1, last + 9)).toEqual({ costs: [], had: [] });
  // Asked for again it is given again, and nothing is charged.
  const before = (await house.charges()).length;
  expect((await house.ask(first, viewer.session)).status).toBe(200);
  expect(await house.charges()).toHaveLength(before);
});
