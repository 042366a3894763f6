// The player in a real Chromium: how fast it starts, qualities and cams for the one price, a page of another site that embeds it, and what links unfold to.
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { desktop, launch, phase, phone, shoot } from '../support/browser.js';
import { type Dtok, removeFolder, startDtok } from '../support/dtok.js';
import { pictureArgs } from '../support/publisher.js';

const main = { params: { stream: 'main' } };
const title = 'Night <b>"Session"</b> & more';
let dtok: Dtok;
let browser: Browser;
let site: Server;
let siteUrl = '';
let embedding = '';
const children: ChildProcess[] = [];

function publish(key: string | null | undefined, size: string): void {
  const args = [...pictureArgs({ seconds: 600, size }), `${dtok.rtmp}/${key}`];
  children.push(spawn('ffmpeg', args, { stdio: 'ignore' }));
}

beforeAll(async () => {
  const env = { TEST_CARD: 'off', CAMS: 'stage', RENDITIONS: '360p', PREVIEW_SECONDS: '4', PRICE_PER_SECOND: '0.01' };
  site = createServer((_req, res) => res.setHeader('content-type', 'text/html').end(embedding)).listen(0, 'localhost');
  [dtok, browser] = await Promise.all([startDtok({ env: { ...env, RECONNECT_SECONDS: '1' } }), launch()]);
  await vi.waitFor(() => expect(site.listening).toBe(true));
  siteUrl = `http://localhost:${(site.address() as { port: number }).port}/`;
  await dtok.api('patchStream', { ...main, body: { title } });
  const { streamKeys } = await dtok.api('hostStream', main);
  publish(streamKeys.main, '854x480');
  publish(streamKeys.stage, '320x240');
  await vi.waitFor(async () => {
    const { cams } = await dtok.api('getStream', main);
    expect(cams.map(({ state }) => state)).toEqual(['live', 'live']);
    expect(await (await fetch(`${dtok.base}/media/main/live.m3u8`)).text()).toContain('360p.m3u8');
  }, 40_000);
}, 120_000);

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await browser?.close();
  site?.close();
  await dtok?.stop();
  if (dtok) removeFolder(dtok.data);
});

/** What the gate said of each key that a page asked for, in order. */
function chargesOf(page: Page): { n: number; charged: bigint }[] {
  const charges: { n: number; charged: bigint }[] = [];
  page.on('response', (response) => {
    const n = /\/keys\/main\/(\d+)$/.exec(response.url())?.[1];
    if (n && response.status() === 200)
      charges.push({ n: Number(n), charged: BigInt(response.headers()['dtok-charged'] ?? 0) });
  });
  return charges;
}

/** From then on: when the picture first moved, and for how long at most what is seen stood still, ms. */
const measure = (page: Page) =>
  page.addInitScript(() => {
    const seen = { first: 0, longest: 0 };
    Object.assign(window, { seen });
    let [last, since] = [-1, 0];
    let element: Element | null = null;
    const look = () => {
      const video = document.querySelector<HTMLVideoElement>('video.front');
      const now = performance.now();
      const moves = video && video.readyState > 1 && (video.currentTime !== last || video !== element);
      if (moves && video.currentTime > 0) {
        seen.first ||= now;
        since = now;
      }
      if (seen.first) seen.longest = Math.max(seen.longest, now - since);
      if (video) [last, element] = [video.currentTime, video];
      requestAnimationFrame(look);
    };
    look();
  });
const seen = (page: Page) =>
  page.evaluate(() => (window as never as { seen: { first: number; longest: number } }).seen);
const width = (page: Page) => page.evaluate(() => document.querySelector<HTMLVideoElement>('video.front')?.videoWidth);

it('starts, changes quality and cam without a gap, and pays each key once', async () => {
  const page = await browser.newPage({ viewport: desktop });
  const charges = chargesOf(page);
  await measure(page);
  await page.goto(dtok.watchLink);
  await phase(page, 'live');
  await vi.waitFor(async () => expect(await width(page)).toBe(854), 20_000);
  await vi.waitFor(async () => expect((await seen(page)).first).toBeGreaterThan(0), 20_000);
  const { first } = await seen(page);

  await page.getByTestId('quality').selectOption('360');
  expect(await page.getByTestId('quality').locator('option').allTextContents()).toEqual(['Auto', '480p', '360p']);
  await vi.waitFor(async () => expect(await width(page)).toBe(640), 20_000);
  await page.hover('[data-testid=state]');
  await shoot(page, 'player-desktop');
  await page.evaluate(() => Object.assign((window as never as { seen: object }).seen, { longest: 0 }));
  await page.getByTestId('cam-stage').click();
  await vi.waitFor(async () => expect(await width(page)).toBe(320), 20_000);
  expect(await page.getByTestId('cam-stage').getAttribute('aria-pressed')).toBe('true');
  await page.keyboard.press('1');
  await vi.waitFor(async () => expect(await width(page)).toBe(640), 20_000);
  const { longest } = await seen(page);
  console.info(
    `first picture ${Math.round(first)} ms after the click; two changes of cam: still for ${Math.round(longest)} ms`,
  );
  expect(longest, 'ms that the picture stood still over two changes of cam').toBeLessThan(1500);

  // Each key counts once, however often and for whichever cam it was asked for.
  const byKey = new Map(charges.map(({ n, charged }) => [n, charged]));
  const sum = [...byKey.values()].reduce((all, charged) => all + charged, 0n);
  const { earnings } = await dtok.api('hostStream', main);
  // The one that comes next may have been charged by now.
  expect(BigInt(earnings.watched)).toBeGreaterThanOrEqual(sum);
  expect(BigInt(earnings.watched) - sum).toBeLessThanOrEqual(2n * 20_000_000_000_000_000n);
  expect(sum).toBeGreaterThan(0n);
  expect(await page.getByTestId('captions').count()).toBe(0);
  const mode = () => page.evaluate(() => document.querySelector<HTMLVideoElement>('video.front')?.textTracks[0]?.mode);
  await page.evaluate(() => document.querySelector<HTMLVideoElement>('video.front')?.addTextTrack('captions', 'Words'));
  await page.getByTestId('captions').click();
  await vi.waitFor(async () => expect(await mode()).toBe('showing'));

  await page.setViewportSize(phone);
  await shoot(page, 'player-phone');
  await page.close();
}, 90_000);

it('unfolds: tags, a picture, and oEmbed whose frame plays on another site and asks nobody for a purse', async () => {
  const html = await (await fetch(`${dtok.base}/watch/main`)).text();
  const page = await browser.newPage({ viewport: desktop });
  const card = await page.evaluate((text) => {
    const head = new DOMParser().parseFromString(text, 'text/html');
    const read = (name: string) => head.querySelector(`meta[property="og:${name}"]`)?.getAttribute('content') ?? '';
    const oembed = head.querySelector('link[type="application/json+oembed"]')?.getAttribute('href') ?? '';
    return { title: read('title'), image: read('image'), description: read('description'), oembed };
  }, html);
  expect(card.title).toBe(title);
  expect(card.description).toContain('Live now. 0.6 DAI a minute, the first 4 s are free.');
  const image = await fetch(card.image);
  expect([image.status, image.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
  expect(Buffer.from(await image.arrayBuffer()).subarray(0, 2)).toEqual(Buffer.from([0xff, 0xd8]));
  const oembed = await (await fetch(`${card.oembed}&maxwidth=480`)).json();
  expect(oembed).toMatchObject({
    version: '1.0',
    type: 'video',
    title,
    width: 480,
    height: 270,
    provider_name: 'dTok',
  });
  expect((await fetch(`${dtok.base}/oembed?url=https://elsewhere.test/watch/main`)).status).toBe(404);
  expect((await fetch(`${card.oembed}&format=xml`.replace('format=json&', ''))).status).toBe(501);

  // Another site: 127.0.0.1 and localhost are two.
  embedding = oembed.html.replace('//localhost', '//127.0.0.1');
  await page.goto(siteUrl);
  const frame = page.frameLocator('iframe');
  await frame.getByTestId('embed-play').waitFor();
  await shoot(page, 'embed-before');
  await frame.getByTestId('embed-play').click();
  await frame.locator('[data-testid=state][data-state=live]').waitFor({ timeout: 20_000 });
  await shoot(page, 'embed-plays');
  await frame.getByTestId('embed-unpaid').waitFor({ timeout: 20_000 });
  expect(await frame.getByTestId('watch-on-dtok').getAttribute('href')).toBe('/watch/main');
  // A browser may refuse the frame all storage; then nothing is kept.
  const inner = page.frames()[1];
  expect(await inner?.evaluate(() => Object.keys(localStorage)).catch(() => [])).not.toContain('dtok.key');
  await shoot(page, 'embed-unpaid');
  embedding = embedding.replace('/embed/', '/watch/');
  await page.goto(siteUrl);
  expect(await page.frames()[1]?.evaluate(() => document.querySelector('#app'))).toBeNull();
  await page.close();
}, 60_000);

it('shows pictures where streams are listed, and counts down to a start that the host announced', async () => {
  const page = await browser.newPage({ viewport: desktop });
  await page.goto(dtok.base);
  await vi.waitFor(async () => {
    const natural = await page.getByTestId('picture').evaluate((img: HTMLImageElement) => img.naturalWidth);
    expect(natural).toBeGreaterThan(300);
  }, 10_000);
  await shoot(page, 'landing-live');
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await vi.waitFor(async () => expect((await dtok.api('getStream', main)).state).toBe('idle'), 20_000);
  await dtok.api('patchStream', { ...main, body: { startsAt: Date.now() + 3_725_000 } });
  await page.getByTestId('starts').waitFor();
  expect(await page.getByTestId('starts').textContent()).toMatch(/^Starts in 1:0\d:\d\d h/);
  await shoot(page, 'landing-starts');
  await page.setViewportSize(phone);
  await page.goto(`${dtok.base}/watch/main`);
  await page.getByTestId('countdown').waitFor();
  expect(await page.getByTestId('countdown').textContent()).toMatch(/^1:0\d:\d\d h/);
  await shoot(page, 'countdown-phone');
  await page.setViewportSize(desktop);
  await page.goto(`${dtok.base}/host#t=${dtok.hostToken}`);
  expect(await page.getByTestId('embed-code').textContent()).toContain('<iframe src="');
  await vi.waitFor(async () => expect(await page.getByTestId('set-startsAt').inputValue()).not.toBe(''), 10_000);
  await page.getByTestId('set-startsAt').fill('');
  await page.getByTestId('save').click();
  await vi.waitFor(async () => expect((await dtok.api('getStream', main)).startsAt).toBeNull(), 10_000);
  await shoot(page, 'dashboard');
  await page.close();
}, 60_000);
