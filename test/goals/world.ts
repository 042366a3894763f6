// Shows on a store in memory, with a clock that a test sets: streams go on and off air, people are charged, and it is counted.
import { sql } from 'kysely';
import { openFeed } from '../../src/feed/index.js';
import { createStandings } from '../../src/goals/index.js';
import { openStore } from '../../src/store/index.js';
import type { ChargeRow } from '../../src/store/rows/money.js';
import type { Goal } from '../../src/vocabulary/goals.js';
import type { PollView } from '../../src/vocabulary/polls.js';
import type { PredictionView } from '../../src/vocabulary/predictions.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { addStream, silent } from '../support/payments.js';

export const minute = 60_000;
export const start = Date.UTC(2026, 10, 27, 20);
export const payerOf = (i: number): Hex => `0x${i.toString(16).padStart(40, '0')}`;

export async function openWorld() {
  const store = await openStore({ path: ':memory:' });
  await addStream(store);
  // Tips here come from purses that are nowhere.
  await sql`pragma foreign_keys = off`.execute(store.db);
  const world = {
    now: start,
    live: false,
    viewers: 0,
    goal: null as Goal | null,
    /** Chat accounts and pages that are one person. */
    linked: new Map<string, string>(),
    hidden: new Set<string>(),
    polls: new Map<string, PollView>(),
    predictions: new Map<string, PredictionView>(),
  };
  const now = (): number => world.now;
  const feed = await openFeed({ store, log: silent, now });
  const open = () =>
    createStandings({
      ...{ store, log: silent, now, hostName: 'Hanna', token: { symbol: 'DAI', decimals: 18 } },
      onAir: {
        all: () => [{ id: 'main', title: 'Late show' }],
        isLive: () => world.live,
        viewers: () => world.viewers,
      },
      personOf: (member) => world.linked.get(member) ?? member,
      hides: (_, payer, name) => world.hidden.has(payer) || world.hidden.has(name),
      goal: () => world.goal,
      poll: async (id) => world.polls.get(id) as PollView,
      prediction: async (id) => world.predictions.get(id) as PredictionView,
    });
  let charges = 0;

  async function charge(payer: Hex, kind: ChargeRow['kind'], amount: bigint, durationMs = 0, at = world.now) {
    const row = { payer, reason: `${kind}/${charges++}`, purse: null, stream: 'main', kind, amount: `${amount}` };
    await store.db
      .insertInto('charges')
      .values({ ...row, duration_ms: durationMs, at })
      .execute();
  }

  return {
    world,
    store,
    /** As after a restart. */
    open,
    charge,
    async say(type: 'live' | 'ended', afterMs = 0): Promise<void> {
      world.now += afterMs;
      world.live = type === 'live';
      await feed.say({ stream: 'main', type, data: {} });
    },
    /** A key of the show was made: it was on air then. */
    async aired(): Promise<void> {
      const { n } = await store.db
        .selectFrom('key_periods')
        .select(({ fn }) => fn.countAll<number>().as('n'))
        .executeTakeFirstOrThrow();
      const row = { stream: 'main', n: n + 1, at: world.now, duration_ms: 2000, cost: '1' };
      await store.db.insertInto('key_periods').values(row).execute();
    },
    /** A tip with its charge, event and alert, as they are written together. */
    async tip(payer: Hex, amount: bigint, name = '', message = '', state = 'shown'): Promise<void> {
      const id = `tip-${charges}`;
      await charge(payer, 'tip', amount);
      const data = { id, name, message, amount: `${amount}` };
      const event = await store.write((trx) => feed.append(trx, { stream: 'main', type: 'tip', data }));
      const said = { stream: 'main', payer, name, message, amount: `${amount}`, at: world.now };
      await store.db
        .insertInto('tips')
        .values({ ...said, id, purse: `0x${'11'.repeat(32)}`, event: event.n })
        .execute();
      const fresh = { why: null, first: 1, with: null, showing: null, show_from: null, show_until: null };
      const alert = { ...said, event: event.n, state: state as 'shown', ...fresh, shown_at: null, overlays: 0 };
      await store.db.insertInto('alerts').values(alert).execute();
    },
    close: () => store.close(),
  };
}

export type World = Awaited<ReturnType<typeof openWorld>>;
