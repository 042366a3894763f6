// The alert queue on a clock that a test holds, with overlays that disconnect, freeze, reload and lose what they say.
import { createAlertActs } from '../../src/overlay/alerts/acts.js';
import { createDriver, type Stage } from '../../src/overlay/alerts/driver.js';
import { defaultSettings } from '../../src/overlay/alerts/index.js';
import { openMemories } from '../../src/overlay/alerts/memory.js';
import { createAlertRows, fresh } from '../../src/overlay/alerts/rows.js';
import { judge } from '../../src/overlay/alerts/rules.js';
import { openStore } from '../../src/store/index.js';
import type { AlertAct, AlertSettings, Seen, Showing } from '../../src/vocabulary/alerts.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { createStage } from '../../src/web/overlay/stage.js';
import { addStream } from '../support/payments.js';

export interface PutUp {
  showing: Showing;
  at: number;
  /** When it was taken away. */
  gone: number | null;
}

export const payer = (n: number): Hex => `0x${n.toString(16).padStart(40, '0')}`;

export async function openWorld(change: Partial<AlertSettings> = {}) {
  const store = await openStore({ path: ':memory:' });
  await addStream(store);
  const clock = { t: 1_000_000 };
  const now = () => clock.t;
  const timers: { at: number; act: () => void }[] = [];
  const personOf = (member: string): string => member;

  function createOverlay(name: string) {
    let memory: string | null = null;
    let inbox: (() => void)[] = [];
    const log: PutUp[] = [];
    const open = () =>
      createStage({
        before: memory,
        remember: (id) => {
          memory = id;
        },
        put(showing) {
          const entry: PutUp = { showing, at: now(), gone: null };
          log.push(entry);
          const remove = (): void => {
            entry.gone ??= now();
          };
          return { remove, leave: remove, receipt: () => {} };
        },
        now,
        after: (ms, act) => void timers.push({ at: now() + ms, act }),
      });
    let page = open();
    const overlay = {
      ...{ name, log, connected: false, frozen: false, losesAnswers: false },
      hear(what: (to: typeof page) => void): void {
        inbox.push(() => what(page));
        if (!overlay.frozen) overlay.thaw();
      },
      thaw(): void {
        overlay.frozen = false;
        for (const act of inbox.splice(0)) act();
      },
      /** What was on its way is lost. */
      drop(): void {
        overlay.connected = false;
        inbox = [];
      },
      reload(): void {
        overlay.drop();
        for (const entry of log) entry.gone ??= now();
        page = open();
      },
    };
    return overlay;
  }
  const overlays = [createOverlay('one'), createOverlay('two')];
  type Overlay = (typeof overlays)[number];

  const answers: (() => Promise<unknown>)[] = [];
  function put(overlay: Overlay, showing: Showing): void {
    overlay.hear((page) =>
      page.show(showing, (what: Seen) => {
        if (overlay.losesAnswers || !overlay.connected) return;
        answers.push(() => server.driver.seen('main', showing.id, overlay.name, what));
      }),
    );
  }
  const stage: Stage = {
    overlays: () => overlays.filter(({ connected }) => connected).length,
    show: (_, showing) => {
      for (const overlay of overlays) if (overlay.connected) put(overlay, showing);
    },
    hide: (_, id) => {
      for (const overlay of overlays) if (overlay.connected) overlay.hear((page) => page.hide(id));
    },
    receipt: () => {},
  };

  async function start() {
    const rows = createAlertRows(store);
    const defaults = { ...defaultSettings(10n), ...change };
    const memories = await openMemories({ store, defaults, personOf, now });
    const words = { personOf, receiptOf: () => 'authorized' as const, say: (amount: bigint) => `${amount} DAI` };
    const driver = createDriver({ rows, memories, stage, words, now });
    const addTest = async (): Promise<void> => {};
    const act = createAlertActs({ rows, memories, stage, personOf, addTest, now });
    await driver.recall('main', memories.of('main'));
    return { rows, memories, driver, act };
  }
  let server = await start();

  async function settle(): Promise<number | null> {
    for (;;) {
      const next = await server.driver.tick('main');
      const said = answers.splice(0);
      for (const say of said) await say();
      if (said.length === 0 && (next === null || next > now())) return next;
    }
  }

  let events = 0;
  const world = {
    ...{ store, clock, overlays, now },
    server: () => server,
    async tip({ amount = 1n, message = '', name = 'Ann', from = 1 } = {}): Promise<number> {
      const n = ++events;
      const memories = server.memories;
      const verdict = judge(
        { name, message, amount },
        memories.of('main').settings,
        memories.isMuted('main', payer(from)),
      );
      const said = { stream: 'main', event: n, payer: payer(from), name, message, amount: `${amount}`, at: now() };
      const none = { channel: null, up_to: null };
      await store.write((trx) => server.rows.add(trx, { ...said, ...none, ...verdict, ...fresh, first: 1 }));
      await settle();
      return n;
    },
    async act(wish: AlertAct): Promise<void> {
      await server.act('main', wish);
      await settle();
    },
    async connect(overlay: Overlay): Promise<void> {
      if (overlay.connected) return;
      overlay.connected = true;
      const on = server.memories.of('main').stage;
      if (on) put(overlay, on.showing);
      await server.memories.keep('main', { overlaySeen: now() });
      await settle();
    },
    async disconnect(overlay: Overlay): Promise<void> {
      overlay.drop();
      await server.memories.keep('main', { overlaySeen: now() });
      await settle();
    },
    async thaw(overlay: Overlay): Promise<void> {
      overlay.thaw();
      await settle();
    },
    /** Killed: nothing that was not on disk is known, and nobody is connected. */
    async restart(): Promise<void> {
      for (const overlay of overlays) overlay.drop();
      answers.length = 0;
      server = await start();
      await settle();
    },
    async advance(ms: number): Promise<void> {
      const end = now() + ms;
      for (;;) {
        const next = await settle();
        const timer = timers.reduce((least, { at }) => Math.min(least, at), Number.POSITIVE_INFINITY);
        const to = Math.min(next ?? Number.POSITIVE_INFINITY, timer);
        clock.t = Math.min(end, to);
        for (const due of timers.filter(({ at }) => at <= clock.t)) {
          timers.splice(timers.indexOf(due), 1);
          due.act();
        }
        if (to > end) {
          await settle();
          return;
        }
      }
    },
    rows: () => store.db.selectFrom('alerts').selectAll().orderBy('id').execute(),
    close: () => store.close(),
  };
  return world;
}

export type World = Awaited<ReturnType<typeof openWorld>>;
