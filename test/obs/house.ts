// Everything of the OBS part on a real store and feed, with a stand-in OBS beside it; it can be stopped and opened again.
import { vi } from 'vitest';
import { openFeed } from '../../src/feed/index.js';
import { openObs } from '../../src/overlay/obs/index.js';
import { openStore, type Store } from '../../src/store/index.js';
import type { AlertRow } from '../../src/store/rows/overlay.js';
import type { ObsAllow, ObsDeed, ObsRule, ObsTrigger } from '../../src/vocabulary/obs.js';
import { removeFolder, temporaryFolder } from '../support/dtok.js';
import { addStream, silent } from '../support/payments.js';

export const everything: ObsAllow = {
  ...{ scene: true, service: true, encoder: true, stream: true },
  ...{ switch: true, show: true, media: true, text: true },
};
export const nothing = Object.fromEntries(Object.keys(everything).map((may) => [may, false])) as ObsAllow;

export const rule = (when: ObsTrigger, deed: ObsDeed, coolSeconds = 0): ObsRule => ({
  when,
  deed,
  coolSeconds,
  on: true,
});
export const tipFrom = (from: number): ObsTrigger => ({ on: 'tip', from: `${from}` });

/** Waits for something to hold. */
export const holds = (check: () => unknown): Promise<unknown> => vi.waitFor(check, { timeout: 15_000, interval: 20 });

export interface HouseOptions {
  publicUrl?: string;
  /** In memory, the house cannot be opened again. */
  folder?: string;
}

export async function openHouse({ publicUrl = 'http://localhost:8402', folder }: HouseOptions = {}) {
  const data = folder ?? temporaryFolder('obs');
  const clock = { ahead: 0 };
  const stage = { overlays: 0 };
  const lines: string[] = [];
  const note = (...parts: unknown[]): void =>
    void lines.push(parts.map((part) => JSON.stringify(part instanceof Error ? part.message : part)).join(' '));
  const now = (): number => Date.now() + clock.ahead;
  const log = { ...silent, info: note, warn: note, error: note, debug: note };
  const secrets = { streamKey: 'stream-key-1', overlayToken: 'overlay-token-1', keyPeriodMs: 2000 };

  async function start() {
    const store: Store = await openStore({ path: `${data}/dtok.sqlite` });
    if (!(await store.db.selectFrom('streams').select('id').executeTakeFirst())) await addStream(store);
    const feed = await openFeed({ store, log: silent, now });
    const obs = await openObs({
      ...{ store, feed, folder: data, publicUrl, rtmpUrl: 'rtmp://localhost:1935/live', now },
      log: log as never,
      limits: { helloMs: 2000, answerMs: 1500 },
      stream: () => secrets,
      overlays: () => stage.overlays,
      say: (amount) => `${amount} DAI`,
    });
    return { store, feed, obs, desk: await obs.of('main') };
  }
  let run = await start();

  const house = {
    ...{ clock, stage, lines, now, data, secrets },
    get desk() {
      return run.desk;
    },
    get store() {
      return run.store;
    },
    get obs() {
      return run.obs;
    },
    async close(): Promise<void> {
      await run.obs.stop();
      await run.store.close();
    },
    async reopen(): Promise<void> {
      run = await start();
    },
    async stop(): Promise<void> {
      await house.close();
      removeFolder(data);
    },
    view: () => run.desk.view(),
    connected: () => holds(() => expectConnected(run.desk.view().state)),
    /** A tip and its alert, as `createTips` writes them: in one transaction, then told. */
    async tip(
      amount: number,
      { name = 'Ann', message = '', state = 'waiting' as AlertRow['state'] } = {},
    ): Promise<number> {
      const data = { id: `tip-${Math.random()}`, name, message, amount: `${amount}` };
      const { n } = await run.store.write(async (trx) => {
        const event = await run.feed.append(trx, { stream: 'main', type: 'tip', data });
        const said = { stream: 'main', event: event.n, payer: null, name, message, amount: `${amount}`, at: event.at };
        const fresh = { why: null, first: 1, with: null, showing: null, show_from: null, show_until: null };
        await trx
          .insertInto('alerts')
          .values({ ...said, ...fresh, state, shown_at: null, overlays: 0 })
          .execute();
        return event;
      });
      run.feed.announce();
      return n;
    },
    /** What became of a tip's alert. */
    async alert(n: number, state: AlertRow['state']): Promise<void> {
      const shown = state === 'showing' || state === 'shown' ? { shown_at: now() } : {};
      await run.store.db
        .updateTable('alerts')
        .set({ state, ...shown })
        .where('event', '=', n)
        .execute();
    },
    goal: () => run.feed.say({ stream: 'main', type: 'goal', data: { title: 'A new amp', amount: '50' } }),
    /** All that rules had to do is done or dropped. */
    async settled(): Promise<void> {
      await holds(async () => {
        const { count } = await run.store.db
          .selectFrom('obs_due')
          .select(({ fn }) => fn.countAll<number>().as('count'))
          .executeTakeFirstOrThrow();
        if (count > 0) throw new Error(`${count} wait`);
      });
    },
    /** Whether rules wait for something. */
    waits: async (): Promise<number> => (await run.store.db.selectFrom('obs_due').selectAll().execute()).length,
  };
  return house;
}

function expectConnected(state: string): void {
  if (state !== 'connected') throw new Error(`OBS is ${state}`);
}
