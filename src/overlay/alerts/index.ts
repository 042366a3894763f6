// The door of the alert queue: every tip becomes an alert, and goes on stage once, in its turn, on every overlay.
import type { Logger } from '../../log.js';
import type { Store, Trx } from '../../store/index.js';
import { createTurns } from '../../turns.js';
import type { Receipt } from '../../vocabulary/alert-looks.js';
import type {
  AlertAct,
  AlertInfo,
  AlertQueue,
  AlertSettings,
  AlertSettingsPatch,
  Seen,
  Showing,
} from '../../vocabulary/alerts.js';
import type { AiredTip } from '../../vocabulary/events.js';
import type { Hex } from '../../vocabulary/values.js';
import { createAlertActs } from './acts.js';
import { createDriver, type Stage } from './driver.js';
import { openMemories } from './memory.js';
import { type Alert, airedOf, createAlertRows, fresh, infoOf, type Settles, settlesOf } from './rows.js';
import { judge } from './rules.js';
import { testOf } from './settings.js';

export type { Stage } from './driver.js';
export { defaultSettings } from './settings.js';

export interface TippedNow {
  stream: string;
  payer: Hex;
  /** The number of its event. */
  n: number;
  amount: bigint;
  name: string;
  message: string;
  at: number;
  settles: Settles;
}

const shownOfQueue = 50;
const shownOfPast = 30;
const shownToViewers = 30;
/** How often it is noted that an overlay is there. */
const seenEveryMs = 30_000;

export type Alerts = Awaited<ReturnType<typeof openAlerts>>;

export async function openAlerts(needs: {
  store: Store;
  stage: Stage;
  defaults: AlertSettings;
  /** The same for all accounts and pages of one person. */
  personOf: (member: string) => string;
  receipts: {
    stateOf: (settles: Settles) => Receipt;
    facts: (all: readonly Settles[]) => Promise<NonNullable<AlertInfo['receipt']>[]>;
  };
  /** An amount, for people. */
  say: (amount: bigint) => string;
  /** What was held may be seen now. */
  onApproved?: (stream: string, tip: AiredTip) => void;
  log: Logger;
  now?: () => number;
}) {
  const { store, stage, defaults, personOf, receipts, say, log, now = Date.now } = needs;
  const rows = createAlertRows(store);
  const memories = await openMemories({ store, defaults, personOf, now });
  const words = { personOf, receiptOf: receipts.stateOf, say };
  const driver = createDriver({ rows, memories, stage, words, now });
  const turn = createTurns<string>();
  const timers = new Map<string, NodeJS.Timeout>();
  let stopped = false;

  const act = createAlertActs({
    ...{ rows, memories, stage, personOf, now },
    addTest: (stream, tier) =>
      store.write(async (trx) => {
        const test = testOf(memories.of(stream).settings, tier);
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

  async function infosOf(all: readonly Alert[]): Promise<AlertInfo[]> {
    const settles = all.map(settlesOf);
    const facts = await receipts.facts(settles.filter((one) => one !== null));
    return all.map((row, i) => infoOf(row, settles[i] ? (facts.shift() ?? null) : null));
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
    const infos = await infosOf([...(current ? [current] : []), ...waiting, ...held, ...past]);
    const told = (some: readonly Alert[]): AlertInfo[] => infos.filter(({ id }) => some.some((row) => row.id === id));
    return {
      ...{ paused, settings, overlays: stage.overlays(stream), now: (current && told([current])[0]) ?? null },
      together: on && current ? { tips: on.showing.tips, people: on.showing.people, amount: on.showing.amount } : null,
      ...{ waiting: told(waiting), held: told(held), past: told(past), counts, muted },
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
    async add(trx: Trx, { stream, payer, n, amount, name, message, at, settles }: TippedNow): Promise<void> {
      const { settings } = memories.of(stream);
      const verdict = judge({ name, message, amount }, settings, memories.isMuted(stream, payer));
      const said = { stream, event: n, payer, name, message, amount: `${amount}`, at };
      const claim = { channel: settles.channel, up_to: `${settles.upTo}` };
      await rows.add(trx, { ...said, ...verdict, ...fresh, ...claim, first: 1 });
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
    /** What is claimed of a channel changed. */
    claimed(channel: Hex): void {
      for (const [stream] of memories.all()) {
        turn(stream, () => driver.claimed(stream, channel)).catch((error) =>
          log.error({ err: error, stream }, 'it could not be told that an alert is claimed'),
        );
      }
    },
    queue,
    /** Problems: unknown_alert, unknown_person, no_alert_on_stage. */
    async act(stream: string, wish: AlertAct): Promise<AlertQueue> {
      const held = wish.act === 'approve' ? await rows.find(stream, wish.id) : undefined;
      await turn(stream, () => act(stream, wish));
      if (held?.state === 'held') needs.onApproved?.(stream, airedOf(held));
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
    /** The stream whose alerts show or play that upload; null: none. */
    uses: (id: string): string | null =>
      memories
        .all()
        .find(([, { settings }]) => settings.tiers.some((tier) => [tier.sound, tier.picture].includes(id)))?.[0] ??
      null,
    /** Whether a tip is shown without anybody's word: what is held or skipped is shown nowhere. */
    airs: (stream: string, { payer, ...said }: Pick<TippedNow, 'payer' | 'name' | 'message' | 'amount'>): boolean =>
      judge(said, memories.of(stream).settings, memories.isMuted(stream, payer)).state === 'waiting',
    /** The newest tips that everybody may see, newest first. */
    async aired(stream: string): Promise<AiredTip[]> {
      const newest = await rows.aired(stream, shownToViewers);
      return newest.filter(({ payer }) => payer === null || !memories.isMuted(stream, payer)).map(airedOf);
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
