// A show from two mirrors of a folder that dTok publishes to: one dies, one lies, both come back; the picture goes on.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { desktop, launch, plays, video } from '../support/browser.js';
import { type Dtok, removeFolder, startDtok, temporaryFolder } from '../support/dtok.js';
import { startMirror } from '../support/mirrors.js';

let dtok: Dtok;
let browser: Browser;
let one: Awaited<ReturnType<typeof startMirror>>;
let two: Awaited<ReturnType<typeof startMirror>>;
const folder = temporaryFolder('mirror');

/** The longest that the picture may stand still when a mirror goes dead, ms: docs/delivery.md says so. */
const longestGapMs = 3500;

beforeAll(async () => {
  [one, two] = await Promise.all([startMirror(join(folder, 'main')), startMirror(join(folder, 'main'))]);
  const env = { PREVIEW_SECONDS: '600', PUBLISH_TO: folder, MEDIA_BASE: `${one.base} ${two.base}` };
  [dtok, browser] = await Promise.all([startDtok({ env }), launch()]);
});

afterAll(async () => {
  await browser?.close();
  await dtok?.stop();
  for (const mirror of [one, two]) mirror?.stop();
  for (const path of [dtok?.data, folder]) if (path) removeFolder(path);
});

/** How long the picture has stood still at most since it was last asked. */
async function watchGaps(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    let [last, since] = [-1, performance.now()];
    Object.assign(window, { longest: 0 });
    setInterval(() => {
      const { currentTime } = document.querySelector('video') as HTMLVideoElement;
      const now = performance.now();
      if (currentTime !== last) [last, since] = [currentTime, now];
      const of = window as unknown as { longest: number };
      of.longest = Math.max(of.longest, now - since);
    }, 50);
  });
  return () =>
    page.evaluate(() => {
      const of = window as unknown as { longest: number };
      const { longest } = of;
      of.longest = 0;
      return Math.round(longest);
    });
}

const media = (names: readonly string[]): number => names.filter((name) => name.includes('.m4s')).length;

it('plays on when one mirror dies and the other lies, and goes back to them', async () => {
  await vi.waitFor(() => expect(existsSync(join(folder, 'main', 'live.m3u8'))).toBe(true), 20_000);
  const page = await browser.newPage({ viewport: desktop });
  const own: string[] = [];
  page.on('request', (request) => request.url().startsWith(`${dtok.base}/media/`) && own.push(request.url()));
  await page.goto(dtok.watchLink);
  await plays(page, 2);
  const gap = await watchGaps(page);
  expect([own, two.served], 'the first alone is asked').toEqual([[], []]);
  await gap();

  one.be('dead');
  await vi.waitFor(() => expect(media(two.served)).toBeGreaterThan(1), 15_000);
  await plays(page, 1);
  const died = await gap();
  expect(own, 'the second stands in').toEqual([]);

  two.be('lies');
  await vi.waitFor(() => expect(media(own)).toBeGreaterThan(2), 15_000);
  const { frames } = await video(page);
  await plays(page, 2);
  const lied = await gap();
  expect((await video(page)).frames).toBeGreaterThan(frames);
  expect(media(two.served), 'it is not asked again').toBeLessThan(3);

  for (const mirror of [one, two]) mirror.be('right');
  await vi.waitFor(() => expect(media(one.served) + media(two.served)).toBeGreaterThan(2), { timeout: 30_000 });
  await plays(page, 1);
  const back = await gap();
  if (process.env.SHOTS) console.info({ died, lied, back });
  expect(Math.max(died, lied, back), 'ms that the picture stood still').toBeLessThan(longestGapMs);
  await page.close();
}, 120_000);
