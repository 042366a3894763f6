// One paid show from end to end: real ffmpeg and RTMP, a real chain, a real Chromium.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { desktop, launch, phone, shoot, video } from '../support/browser.js';
import { type Dtok, removeFolder, startDtok } from '../support/dtok.js';
import { newLink } from '../support/links.js';
import { judgePlaylists } from '../support/playlists.js';

const milli = 10n ** 15n;
/** Base units a second. */
const price = milli;
const keyPeriodMs = 2000;
const previewMs = 4000;
const creditSeconds = 14n;

let dtok: Dtok;
let browser: Browser;
let judged: ReturnType<typeof judgePlaylists>;

beforeAll(async () => {
  const env = {
    PRICE_PER_SECOND: '0.001',
    PREVIEW_SECONDS: `${previewMs / 1000}`,
    KEY_PERIOD_SECONDS: '2',
    MIN_TIP: '0.001',
  };
  [dtok, browser] = await Promise.all([startDtok({ env }), launch()]);
  judged = judgePlaylists(browser);
});

afterAll(async () => {
  // All that was served in these flows, from one look to the next.
  const faults = await judged?.faults(20);
  await browser?.close();
  await dtok?.stop();
  removeFolder(dtok.data);
  expect(faults).toEqual([]);
});

const stream = { stream: 'main' };

const linkState = async (id: string) => {
  const link = (await dtok.api('listLinks', { params: stream })).links.find((one) => one.id === id);
  if (!link) throw new Error('no such link');
  return { spent: BigInt(link.spent), authorized: BigInt(link.authorized), limit: BigInt(link.limit) };
};

const live = () =>
  vi.waitFor(async () => expect((await dtok.api('getStream', { params: stream })).state).toBe('live'), {
    timeout: 20_000,
    interval: 100,
  });

const moving = (page: Page, seconds = 1) =>
  vi.waitFor(
    async () => {
      const { time, width } = await video(page);
      expect(width).toBeGreaterThan(0);
      expect(time).toBeGreaterThan(seconds);
    },
    { timeout: 15_000, interval: 50 },
  );

const advanced = (page: Page, from: number, by: number) =>
  vi.waitFor(async () => expect((await video(page)).time).toBeGreaterThan(from + by), {
    timeout: 20_000,
    interval: 50,
  });

describe('a paid show', () => {
  it('is watched, paid for to the unit, stopped when credit ends, topped up, tipped and settled', async () => {
    await live();
    const link = await newLink(dtok, price * creditSeconds);
    const page = await browser.newPage({ viewport: desktop });
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(String(error)));
    const asked: string[] = [];
    page.on('request', (request) => asked.push(`${request.url()} ${request.postData() ?? ''}`));

    const opened = performance.now();
    await page.goto(link.url);
    await page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) > 0, null, { polling: 20 });
    const startMs = Math.round(performance.now() - opened);
    console.info(`first frame ${startMs} ms after the link was opened`);
    const first = (await video(page)).from;
    await moving(page);
    await shoot(page, 'watch-playing-desktop');

    // Once the preview is over, what is spent is what was fetched, times the price, within one key period at each end: it
    // begins within one, and is within another now.
    await vi.waitFor(async () => expect((await linkState(link.id)).spent).toBeGreaterThan(3n * 2n * price), {
      timeout: 30_000,
      interval: 100,
    });
    const { until } = await video(page);
    const { spent } = await linkState(link.id);
    const fetchedMs = Math.round((until - first) * 1000) - previewMs;
    const exact = (price * BigInt(fetchedMs)) / 1000n;
    const difference = spent > exact ? spent - exact : exact - spent;
    expect(difference, `spent ${spent}, fetched ${fetchedMs} ms`).toBeLessThanOrEqual(
      (2n * price * BigInt(keyPeriodMs)) / 1000n,
    );

    // Credit ends: what is decrypted plays out, then the picture stands still and nothing more is charged.
    await page.getByTestId('out-of-credit').waitFor({ timeout: 30_000 });
    const atEnd = await linkState(link.id);
    expect(atEnd.limit - atEnd.spent).toBeLessThan((price * BigInt(keyPeriodMs)) / 1000n);
    const end = (await video(page)).until;
    await vi.waitFor(async () => expect((await video(page)).time).toBeGreaterThan(end - 0.4), { timeout: 15_000 });
    await new Promise((resolve) => setTimeout(resolve, keyPeriodMs));
    expect((await video(page)).time).toBeLessThanOrEqual(end + 0.1);
    expect((await linkState(link.id)).spent).toBe(atEnd.spent);
    await shoot(page, 'watch-out-of-credit-desktop');
    await page.setViewportSize(phone);
    await shoot(page, 'watch-out-of-credit-phone');
    await page.setViewportSize(desktop);

    // The host raises the link: it goes on by itself, where the show is now.
    const stopped = (await video(page)).time;
    const raised = performance.now();
    await dtok.api('topUpLink', {
      params: { purse: link.id },
      body: { id: 'raise-the-link', amount: `${price * 60n}` },
    });
    await dtok.api('topUpLink', {
      params: { purse: link.id },
      body: { id: 'raise-the-link', amount: `${price * 60n}` },
    });
    await page.getByTestId('out-of-credit').waitFor({ state: 'hidden', timeout: 10_000 });
    await vi.waitFor(async () => expect((await video(page)).frames).toBeGreaterThan(0), { timeout: 10_000 });
    await page.waitForFunction((then) => {
      const element = document.querySelector('video');
      return !!element && !element.paused && element.readyState > 2 && Math.abs(element.currentTime - then) > 0.5;
    }, stopped);
    console.info(`resumed ${Math.round(performance.now() - raised)} ms after the top-up`);
    expect((await linkState(link.id)).limit).toBe(price * (creditSeconds + 60n));

    // A tip from the page reaches the overlay, once, as text.
    const overlay = await browser.newPage({ viewport: { width: 1920, height: 1080 } });
    await overlay.goto(dtok.overlay);
    await vi.waitFor(async () => expect((await dtok.api('hostStream', { params: stream })).overlays).toBe(1), {
      timeout: 10_000,
    });
    await page.getByTestId('tip-amount').fill('0.02');
    await page.getByTestId('tip-name').fill('Ada <b>bold</b>');
    await page.getByTestId('tip-message').fill('<img src=x onerror=alert(1)> encore!');
    await page.getByTestId('tip-send').click();
    const alert = overlay.getByTestId('alert');
    await alert.waitFor({ timeout: 10_000 });
    expect(await alert.textContent()).toContain('Ada <b>bold</b>');
    expect(await alert.textContent()).toContain('<img src=x onerror=alert(1)> encore!');
    expect(await overlay.locator('img, b').count()).toBe(0);
    expect((await dtok.api('hostStream', { params: stream })).earnings.tipped).toBe(`${20n * milli}`);
    expect(await overlay.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgba(0, 0, 0, 0)');
    await overlay.close();

    await page.setViewportSize(phone);
    await shoot(page, 'watch-playing-phone');
    await page.close();

    // The host is paid what the ledger says, to the unit.
    const before = await dtok.api('hostStream', { params: stream });
    const report = await dtok.api('settle', { body: { refund: false } });
    const after = await dtok.api('hostStream', { params: stream });
    const earned = BigInt(after.earnings.watched) + BigInt(after.earnings.tipped);
    expect(BigInt(after.hostBalance ?? 0) - BigInt(before.hostBalance ?? 0)).toBe(BigInt(report.settled));
    expect(BigInt(after.hostBalance ?? 0)).toBe(earned);
    expect(after.earnings).toMatchObject({ settled: `${earned}`, claimed: `${earned}`, unclaimed: '0' });

    // The key of the link never left the browser, nor did the page break.
    const secret = link.url.split('#k=')[1] ?? '';
    const hex = Buffer.from(secret, 'base64url').toString('hex');
    expect(asked.filter((request) => request.includes(secret) || request.includes(hex))).toEqual([]);
    expect(faults).toEqual([]);
    expect(dtok.output()).not.toContain(hex);
  }, 150_000);

  it('previews for free without a link, then is paid for from a channel that one click opens', async () => {
    await live();
    const page = await browser.newPage({ viewport: desktop });
    await page.goto(`${dtok.base}/watch/main`);
    await moving(page);
    await page.getByTestId('out-of-credit').waitFor({ timeout: 30_000 });
    await page.getByTestId('topup').click();
    await page.getByTestId('out-of-credit').waitFor({ state: 'hidden', timeout: 20_000 });
    const { time } = await video(page);
    await advanced(page, time, 3);
    expect(await page.getByTestId('balance').textContent()).toMatch(/^4\.9\d+ DAI/);
    await page.close();
  }, 90_000);
});
