// Overlays in trouble in a real Chromium: the server killed in mid-alert, one overlay that stalls, and clocks that are hours off.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { launch } from '../support/browser.js';
import { type Dtok, removeFolder, startDtok, temporaryFolder } from '../support/dtok.js';
import { openTipper } from './tipper.js';

const dai = 10n ** 18n;
const main = { params: { stream: 'main' } };
const data = temporaryFolder('faults');
const env = { TEST_CARD: 'off', MIN_TIP: '0.01', SPONSOR_DEPOSIT: '100' };
let dtok: Dtok;
let browser: Browser;
let ann: Awaited<ReturnType<typeof openTipper>>;

beforeAll(async () => {
  [dtok, browser] = await Promise.all([startDtok({ env, data }), launch()]);
  ann = await openTipper(dtok, 50n * dai);
  await stands(1200);
});
afterAll(async () => {
  await browser?.close();
  await dtok?.stop();
  removeFolder(data);
});

const stands = (standMs: number) =>
  dtok.api('patchAlerts', { ...main, body: { gapMs: 200, mergeFrom: 0, tiers: [{ from: '0', standMs }] } });

interface Seen {
  name: string;
  what: 'up' | 'down';
  /** By the test's own clock. */
  at: number;
}

/** An overlay that tells what it puts up and takes down; `off`: how many ms its Date is ahead. */
async function openOverlay(off = 0): Promise<{ page: Page; seen: Seen[]; names: (what?: Seen['what']) => string[] }> {
  const page = await (await browser.newContext({ viewport: { width: 960, height: 540 } })).newPage();
  const seen: Seen[] = [];
  await page.exposeFunction('told', (name: string, what: Seen['what']) => seen.push({ name, what, at: Date.now() }));
  await page.addInitScript((ahead) => {
    const real = Date;
    class Skewed extends real {
      constructor(...given: []) {
        super(...((given.length > 0 ? given : [real.now() + ahead]) as []));
      }
      static override now = (): number => real.now() + ahead;
    }
    window.Date = Skewed as DateConstructor;
    const { told } = window as unknown as { told: (name: string, what: string) => void };
    const tell = (nodes: NodeList, what: string): void => {
      for (const node of nodes) {
        if (node instanceof HTMLElement && node.dataset.testid === 'alert')
          told(node.querySelector('.who')?.textContent ?? '', what);
      }
    };
    new MutationObserver((changes) => {
      for (const { addedNodes, removedNodes } of changes) {
        tell(removedNodes, 'down');
        tell(addedNodes, 'up');
      }
    }).observe(document, { childList: true, subtree: true });
  }, off);
  await page.goto(dtok.overlay.replace('#', '?parts=alerts#'));
  await page.waitForSelector('body[data-connected=true]');
  return { page, seen, names: (what = 'up') => seen.filter((one) => one.what === what).map(({ name }) => name) };
}
const close = ({ page }: { page: Page }) => page.context().close();
const over = async () => (await dtok.api('getAlerts', main)).past.filter(({ state }) => state === 'shown');

it('clocks that are hours off: the same stands on all from the same moment to the same moment', async () => {
  const overlays = await Promise.all([0, 5.5 * 3_600_000, -26 * 3_600_000].map(openOverlay));
  expect(await overlays[1]?.page.evaluate(() => Date.now() - performance.timeOrigin)).toBeGreaterThan(5 * 3_600_000);
  for (const name of ['Ada', 'Bea']) await ann.tip(name, dai);
  await vi.waitFor(
    () => {
      for (const { names } of overlays) expect(names('down')).toEqual(['Ada', 'Bea']);
    },
    { timeout: 15_000 },
  );
  const [right, ...skewed] = overlays;
  for (const { seen } of skewed) {
    for (const [i, { name, what, at }] of seen.entries()) {
      expect({ name, what }).toEqual({ name: right?.seen[i]?.name, what: right?.seen[i]?.what });
      expect(Math.abs(at - (right?.seen[i]?.at ?? 0))).toBeLessThan(500);
    }
    const stood = (seen[1]?.at ?? 0) - (seen[0]?.at ?? 0);
    expect(stood).toBeGreaterThan(800);
    expect(stood).toBeLessThan(1900);
  }
  await Promise.all(overlays.map(close));
});

it('one overlay stalls for seconds: the other is not held back, and neither shows anything twice', async () => {
  const [slow, quick] = await Promise.all([openOverlay(), openOverlay()]);
  const before = (await over()).length;
  await ann.tip('Dora', dai);
  await vi.waitFor(() => expect(slow.names()).toEqual(['Dora']), { timeout: 5000 });
  // Its page does nothing at all any more, as a machine that encodes with all it has.
  const stalled = slow.page.evaluate(() => {
    const until = performance.now() + 3500;
    while (performance.now() < until);
  });
  for (const name of ['Emil', 'Finn']) await ann.tip(name, dai);
  await vi.waitFor(() => expect(quick.names()).toEqual(['Dora', 'Emil', 'Finn']), { timeout: 8000 });
  const gaps = quick.seen.filter(({ what }) => what === 'up').map(({ at }) => at);
  for (const [i, at] of gaps.slice(1).entries()) expect(at - (gaps[i] ?? 0)).toBeLessThan(3000);
  await stalled;
  await ann.tip('Hans', dai);
  await vi.waitFor(() => expect([slow, quick].map(({ names }) => names('down').at(-1))).toEqual(['Hans', 'Hans']), {
    timeout: 12_000,
  });
  // What was over while it stalled is not shown late.
  expect(slow.names()).toEqual([...new Set(slow.names())]);
  expect(slow.names()[0]).toBe('Dora');
  expect(quick.names()).toEqual(['Dora', 'Emil', 'Finn', 'Hans']);
  expect((await over()).length - before).toBe(4);
  await Promise.all([slow, quick].map(close));
});

it('killed in mid-alert: after the restart the rest follows, nothing twice and nothing never', async () => {
  const overlays = await Promise.all([openOverlay(), openOverlay()]);
  const before = (await over()).length;
  await stands(2500);
  const names = ['Ina', 'Jo'];
  for (const name of names) await ann.tip(name, dai);
  await vi.waitFor(() => expect(overlays.map((one) => one.names())).toEqual([['Ina'], ['Ina']]), { timeout: 5000 });
  await vi.waitFor(async () => expect((await dtok.api('getAlerts', main)).now?.overlays).toBe(2));
  await dtok.kill();
  const ports = { PORT: new URL(dtok.base).port, RTMP_PORT: new URL(dtok.rtmp).port };
  dtok = await startDtok({ env: { ...env, ...ports }, data });
  const all = () => overlays.flatMap((one) => one.names('down'));
  await vi.waitFor(() => expect(all()).toContain('Jo'), { timeout: 30_000 });
  await vi.waitFor(async () => expect((await over()).length - before).toBe(2));
  // One that comes back late may miss the next one's beginning, and then does not show it; what it shows, it shows once.
  for (const one of overlays) expect(one.names()).toEqual(names.slice(0, new Set(one.names()).size));
  const [jo, ina] = await over();
  expect(ina).toMatchObject({ name: 'Ina', state: 'shown', overlays: 2 });
  expect(jo).toMatchObject({ name: 'Jo', state: 'shown' });
});
