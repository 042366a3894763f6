// The key that comes next: asked for ahead, given and charged when its period begins; one ahead, and never for a gap.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { cost, type GateHouse, keyMs, openGateHouse, type Viewer } from './house.js';

let house: GateHouse;
let ahead = 0;
beforeEach(async () => {
  ahead = 0;
  house = await openGateHouse({ now: () => Date.now() + ahead });
});
afterEach(() => house.close());

const prefer = { prefer: 'respond-async, wait=9' };

async function oneViewer(): Promise<Viewer> {
  const [viewer] = await house.crowd(1);
  if (!viewer) throw new Error('nobody');
  return viewer;
}

/** Resolves once the server has read what was sent before. */
const arrived = async (): Promise<void> => void (await (await fetch(house.url(1))).text());

it('is held until its period begins, charged then, and once', async () => {
  const { session, purse } = await oneViewer();
  const n = await house.keys.open('show', keyMs);
  let answered = false;
  const asking = house.ask(n + 1, session, prefer).finally(() => (answered = true));
  await arrived();
  await arrived();
  expect([answered, house.ledger.purse(purse)?.spent]).toEqual([false, 0n]);
  expect(await house.keys.open('show', keyMs)).toBe(n + 1);
  const answer = await asking;
  expect([answer.status, answer.headers.get('dtok-charged')]).toEqual([200, `${cost}`]);
  expect(Buffer.from(await answer.arrayBuffer())).toEqual(house.keys.bytes('show', n + 1));
  expect((await house.ask(n + 1, session)).status).toBe(200);
  expect(house.ledger.purse(purse)?.spent).toBe(cost);
});

it('is one ahead and no more: others are refused at once, the next with when to ask again', async () => {
  const { session } = await oneViewer();
  const n = await house.keys.open('show', keyMs);
  const further = await house.ask(n + 2, session, prefer);
  expect([further.status, further.headers.get('retry-after')]).toEqual([404, null]);
  const unwilling = await house.ask(n + 1, session);
  expect([unwilling.status, unwilling.headers.get('retry-after')]).toEqual([404, '1']);
  expect(await unwilling.json()).toMatchObject({ code: 'key_unknown' });
  const two = [house.ask(n + 1, session, prefer), house.ask(n + 1, session, prefer)];
  expect((await Promise.race(two)).status).toBe(404);
  await house.keys.open('show', keyMs);
  expect((await Promise.all(two)).map(({ status }) => status).sort()).toEqual([200, 404]);
});

it('is not charged to who has gone', async () => {
  const { session, purse } = await oneViewer();
  const n = await house.keys.open('show', keyMs);
  const leaving = new AbortController();
  const asking = house.ask(n + 1, session, prefer, leaving.signal);
  await arrived();
  leaving.abort();
  await expect(asking).rejects.toThrow();
  // The server has seen him go, and is done with it.
  await vi.waitFor(() => expect(house.answered).toContain(404), { timeout: 3000 });
  await house.keys.open('show', keyMs);
  await arrived();
  expect(house.ledger.purse(purse)?.spent).toBe(0n);
  expect((await house.ask(n + 1, session)).status).toBe(200);
});

it('is still one ahead when an answer before is only now done with', async () => {
  const { session } = await oneViewer();
  const n = await house.keys.open('show', keyMs);
  const gone: (() => void)[] = [];
  const wait = { ms: 9000, over: () => {}, gone: (then: () => void) => void gone.push(then) };
  const first = house.gate.key(session, 'show', n + 1, wait);
  await house.keys.open('show', keyMs);
  await first;
  const second = house.gate.key(session, 'show', n + 2, wait);
  gone[0]?.();
  await expect(house.gate.key(session, 'show', n + 2, wait)).rejects.toMatchObject({ code: 'key_unknown' });
  await house.keys.open('show', keyMs);
  expect((await second).charged).toBe(cost);
});

it('is not waited for when the show is over, nor for longer than was asked', async () => {
  const { session, purse } = await oneViewer();
  const n = await house.keys.open('show', keyMs);
  const from = performance.now();
  expect((await house.ask(n + 1, session, { prefer: 'wait=1' })).status).toBe(404);
  expect(performance.now() - from).toBeGreaterThan(900);
  ahead += keyMs + 3001;
  const over = performance.now();
  expect((await house.ask(n + 1, session, prefer)).status).toBe(404);
  expect(performance.now() - over).toBeLessThan(3000);
  expect(house.ledger.purse(purse)?.spent).toBe(0n);
});

it('comes to all who wait for it, each charged once, and to each at a moment of his own', async () => {
  const viewers = await house.crowd(500);
  const n = await house.keys.open('show', keyMs);
  const wait = { ms: 9000, over: () => {}, gone: () => {} };
  const asked = viewers.map(({ session }) => house.gate.key(session, 'show', n + 1, wait));
  const timers = vi.spyOn(globalThis, 'setTimeout');
  await house.keys.open('show', keyMs);
  const keys = await Promise.all(asked);
  const moments = timers.mock.calls.map(([, ms]) => ms ?? 0).filter((ms) => ms > 0 && ms <= 250);
  timers.mockRestore();
  expect(keys.filter(({ charged }) => charged === cost)).toHaveLength(500);
  expect(await house.charges()).toHaveLength(500);
  // Drawn from a quarter of a second.
  expect(moments.length).toBeGreaterThanOrEqual(500);
  for (const from of [0, 125]) {
    expect(moments.filter((ms) => ms > from && ms <= from + 125).length).toBeGreaterThan(150);
  }
});
