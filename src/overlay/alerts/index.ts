// The door of the alert queue: every tip becomes an alert, and goes on stage once, in its turn, on every overlay.
import type { Logger } from '../../log.js';
import type { Store, Trx } from '../../store/index.js';
import { createTurns } from '../../turns.js';
import type {
  AlertAct,
  AlertQueue,
  AlertSettings,
  AlertSettingsPatch,
  Seen,
  Showing,
} from '../../vocabulary/alerts.js';
import type { Hex } from '../../vocabulary/values.js';
import { createAlertActs } from './acts.js';
import { createDriver, type Stage } from './driver.js';
import { openMemories } from './memory.js';
import { createAlertRows, fresh, infoOf } from './rows.js';
import { judge } from './rules.js';

export type { Stage } from './driver.js';

export interface TippedNow {
  stream: string;
  payer: Hex;
  /** The number of its event. */
  n: number;
  amount: bigint;
  name: string;
  message: string;
  at: number;
}

const shownOfQueue = 50;
const shownOfPast = 30;
/** How often it is noted that an overlay is there. */
const seenEveryMs = 30_000;

/** Of a fresh stream; `whole` is one token in base units. */
export const defaultSettings = (whole: bigint): AlertSettings => ({
  approve: false,
  minimum: '0',
  words: 'hold',
  links: 'hold',
  ownWords: [],
  tiers: [
    { from: '0', standMs: 6000 },
    { from: `${5n * whole}`, standMs: 8000 },
    { from: `${20n * whole}`, standMs: 12_000 },
  ],
  gapMs: 600,
  mergeFrom: 10,
  waitMs: 600_000,
});

export type Alerts = Awaited<ReturnType<typeof openAlerts>>;

export async function openAlerts(needs: {
  store: Store;
  stage: Stage;
  defaults: AlertSettings;
  /** The same for all accounts and pages of one person. */
  personOf: (member: string) => string;
  log: Logger;
  now?: () => number;
}) {
  const { store, stage, defaults, personOf, log, now = Date.now } = needs;
  const rows = createAlertRows(store);
  const memories = await openMemories({ store, defaults, personOf, now });
  const driver = createDriver({ rows, memories, stage, personOf, now });
  const turn = createTurns<string>();
  const timers = new Map<string, NodeJS.Timeout>();
  let stopped = false;

  const test = { event: null, payer: null, name: 'Test alert', message: 'This is what a tip looks like.', amount: '0' };
  const act = createAlertActs({
    ...{ rows, memories, stage, personOf, now },
    addTest: (stream) =>
      store.write(async (trx) => {
        await rows.add(trx, { stream, ...test, ...fresh, at: now(), state: 'waiting', why: null, first: 0 });
      }),
  });

  /** Does what is due for a stream, and comes back when the next thing is. */
  async function run(stream: string): Promise<void> {
    clearTimeout(timers.get(stream));
    const next = await turn(stream, () => driver.tick(stream));
    if (next === null || stopped) return;
    clearTimeout(timers.get(stream));
    timers.set(
      stream,
      setTimeout(() => kick(stream), Math.min(2 ** 31 - 1, Math.max(0, next - now()))),
    );
  }

  function kick(stream: string): void {
    if (stopped) return;
    run(stream).catch((error) => {
      log.error({ err: error, stream }, 'the alert queue stumbled');
      timers.set(
        stream,
        setTimeout(() => kick(stream), 1000),
      );
    });
  }

  for (const { id } of await store.db.selectFrom('streams').select('id').execute()) {
    await driver.recall(id, memories.of(id));
    kick(id);
  }

  async function queue(stream: string): Promise<AlertQueue> {
    const { paused, settings, muted, stage: on } = memories.of(stream);
    const [waiting, held, past] = await Promise.all([
      rows.list(stream, ['waiting'], shownOfQueue),
      rows.list(stream, ['held'], shownOfQueue),
      rows.list(stream, ['shown', 'skipped', 'missed'], shownOfPast),
    ]);
    const counts = { waiting: await rows.count(stream, 'waiting'), held: await rows.count(stream, 'held') };
    const current = on && (await rows.find(stream, on.alert));
    return {
      ...{ paused, settings, overlays: stage.overlays(stream), now: current ? infoOf(current) : null },
      together: on && current ? { tips: on.showing.tips, people: on.showing.people, amount: on.showing.amount } : null,
      ...{ waiting: waiting.map(infoOf), held: held.map(infoOf), past: past.map(infoOf), counts, muted },
      serverTime: now(),
    };
  }

  async function noteSeen(stream: string): Promise<void> {
    if (stopped) return;
    await turn(stream, () => memories.keep(stream, { overlaySeen: now() })).catch((error) =>
      log.error({ err: error, stream }, 'it could not be noted that an overlay is there'),
    );
  }
  const noting = setInterval(() => {
    for (const [stream] of memories.all()) if (stage.overlays(stream) > 0) void noteSeen(stream);
  }, seenEveryMs);

  return {
    /** In the tip's own transaction. */
    async add(trx: Trx, { stream, payer, n, amount, name, message, at }: TippedNow): Promise<void> {
      const { settings } = memories.of(stream);
      const verdict = judge({ name, message, amount }, settings, memories.isMuted(stream, payer));
      const said = { stream, event: n, payer, name, message, amount: `${amount}`, at };
      await rows.add(trx, { ...said, ...verdict, ...fresh, first: 1 });
    },
    /** What was added is on disk. */
    added: kick,
    /** An overlay came or went. */
    async overlaysChanged(stream: string): Promise<void> {
      await noteSeen(stream);
      kick(stream);
    },
    /** What is on stage now. */
    current: (stream: string): Showing | null => memories.of(stream).stage?.showing ?? null,
    /** An overlay says of a showing that it is up, was up before and still stands, or was up before. */
    async seen(stream: string, showing: string, reader: string, what: Seen): Promise<void> {
      if (await turn(stream, () => driver.seen(stream, showing, reader, what))) kick(stream);
    },
    queue,
    /** Problems: unknown_alert, unknown_person, no_alert_on_stage. */
    async act(stream: string, wish: AlertAct): Promise<AlertQueue> {
      await turn(stream, () => act(stream, wish));
      await run(stream);
      return queue(stream);
    },
    async change(stream: string, patch: AlertSettingsPatch): Promise<AlertQueue> {
      const given = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
      await turn(stream, () =>
        memories.keep(stream, { settings: { ...memories.of(stream).settings, ...given } as AlertSettings }),
      );
      await run(stream);
      return queue(stream);
    },
    /** Whether a name is not for the stage: of somebody muted, or caught by the filter. */
    hidesName(stream: string, payer: string, name: string): boolean {
      const { settings } = memories.of(stream);
      const verdict = judge({ name, message: '', amount: 0n }, { ...settings, minimum: '0', approve: false }, false);
      return verdict.state !== 'waiting' || memories.isMuted(stream, payer as Hex);
    },
    async stop(): Promise<void> {
      stopped = true;
      clearInterval(noting);
      for (const timer of timers.values()) clearTimeout(timer);
      await Promise.all(memories.all().map(([stream]) => turn(stream, async () => {})));
    },
  };
}
