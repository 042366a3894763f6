// The player in a real Chromium: how fast it starts, qualities and cams for the one price, a page of another site that embeds it, and what links unfold to.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { addressOf } from '../../src/payments/typed-data.js';
import { keyToText } from '../../src/web/shared/bytes.js';
import { desktop, launch, phase, phone, shoot } from '../support/browser.js';
import { type Dtok, removeFolder, startDtok } from '../support/dtok.js';
import { judgePlaylists } from '../support/playlists.js';
import { pictureArgs } from '../support/publisher.js';

const main = { params: { stream: 'main' } };
const title = 'Night <b>"Session"</b> & more';
let dtok: Dtok;
let browser: Browser;
let judged: ReturnType<typeof judgePlaylists>;
let site: Server;
let siteUrl = '';
let embedding = '';
const children: ChildProcess[] = [];

function publish(key: string | null | undefined, size: string): void {
  const args = [...pictureArgs({ seconds: 600, size }), `${dtok.rtmp}/${key}`];
  children.push(spawn('ffmpeg', args, { stdio: 'ignore' }));
}

beforeAll(async () => {
  const env = {
    TEST_CARD: 'off',
    CAMS: 'stage',
    RENDITIONS: '360p',
    PREVIEW_SECONDS: '4',
    PRICE_PER_SECOND: '0.01',
    DVR_SECONDS: '24',
  };
  site = createServer((_req, res) => res.setHeader('content-type', 'text/html').end(embedding)).listen(0, 'localhost');
  [dtok, browser] = await Promise.all([startDtok({ env: { ...env, RECONNECT_SECONDS: '1' } }), launch()]);
  judged = judgePlaylists(browser);
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
  // All that was served in these flows, from one look to the next.
  const faults = await judged?.faults(20);
  for (const child of children) child.kill('SIGKILL');
  await browser?.close();
  site?.close();
  await dtok?.stop();
  if (dtok) removeFolder(dtok.data);
  expect(faults).toEqual([]);
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

  // A quick machine is done within the free seconds.
  await vi.waitFor(() => expect(charges.some(({ charged }) => charged > 0n)).toBe(true), 20_000);
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

/** How far behind live the page says that it is, s; 0: live. */
const behind = async (page: Page): Promise<number> => {
  const bar = page.getByTestId('seek');
  const [length, at] = await Promise.all([bar.getAttribute('aria-valuemax'), bar.getAttribute('aria-valuenow')]);
  return Number(length) - Number(at);
};
const time = (page: Page) =>
  page.evaluate(() => document.querySelector<HTMLVideoElement>('video.front')?.currentTime ?? 0);
/** Watches on for so many seconds; jumps do not count. */
async function watchOn(page: Page, seconds: number): Promise<void> {
  let [seen, last] = [0, await time(page)];
  const enough = async () => {
    const now = await time(page);
    if (now > last && now < last + 1) seen += now - last;
    last = now;
    expect(seen).toBeGreaterThan(seconds);
  };
  await vi.waitFor(enough, { timeout: 15_000, interval: 100 });
}

it('goes back and pays for what was not seen alone, stays behind after a pause, and is live again at a touch', async () => {
  const key = `0x${randomBytes(32).toString('hex')}` as const;
  const links = [{ signer: addressOf(key), limit: '5000000000000000000' }];
  await dtok.api('makeLinks', { ...main, body: { links } });
  const listed = async () => {
    const playlist = await (await fetch(`${dtok.base}/media/main/video.m3u8`)).text();
    return [...playlist.matchAll(/^#EXTINF:([\d.]+)/gm)].reduce((sum, [, seconds]) => sum + Number(seconds), 0);
  };
  await vi.waitFor(async () => expect(await listed()).toBeGreaterThan(23), 30_000);
  const page = await browser.newPage({ viewport: desktop });
  const charges = chargesOf(page);
  const numbers = () => charges.map(({ n }) => n);
  await page.goto(`${dtok.base}/watch/main#k=${keyToText(key)}`);
  await phase(page, 'live');
  const bar = page.getByTestId('seek');
  await vi.waitFor(async () => expect(Number(await bar.getAttribute('aria-valuemax'))).toBeGreaterThan(15), 10_000);
  await watchOn(page, 1);

  // What lies there was never seen: the price is said, and charged.
  const box = await bar.boundingBox();
  if (!box) throw new Error('no bar');
  const fare = () => page.getByTestId('fare').textContent();
  await page.mouse.move(box.x + box.width * 0.4, box.y + box.height / 2);
  await vi.waitFor(async () => expect(await fare()).toMatch(/^0\.\d+ DAI for \d+ s not seen yet$/), 10_000);
  await shoot(page, 'seek-hover');
  await page.mouse.move(box.x, box.y - 200);
  const [atEdge, live, asked] = [Math.max(...numbers()), await time(page), charges.length];
  for (const _ of [1, 2, 3]) await page.keyboard.press('ArrowLeft');
  await vi.waitFor(async () => expect(await behind(page)).toBeGreaterThanOrEqual(14), 10_000);
  expect(await time(page)).toBeLessThan(live - 10);
  expect(await page.getByTestId('to-live').getAttribute('aria-pressed')).toBe('false');
  await watchOn(page, 2);
  await shoot(page, 'seek-behind');
  // One that was under way when he left the edge may still come.
  const back = numbers().slice(asked);
  expect(back.filter((n) => n < atEdge).length).toBeGreaterThan(0);
  expect(back.filter((n) => n > atEdge).length, 'nothing is bought at the edge meanwhile').toBeLessThanOrEqual(1);
  expect(charges.slice(asked).every(({ charged }) => charged > 0n)).toBe(true);

  // Back over what was just seen.
  const before = charges.length;
  await page.keyboard.press('ArrowLeft');
  await vi.waitFor(async () => expect(await fare()).toMatch(/^(Seen: costs nothing|0\.0[24] DAI)/), 10_000);
  await watchOn(page, 1);
  const again = numbers().slice(before);
  expect(again.filter((n) => back.includes(n))).toEqual([]);

  // Another cam shows the same moment, not live.
  await page.getByTestId('cam-stage').click();
  await vi.waitFor(async () => expect(await width(page)).toBe(320), 20_000);
  expect(
    numbers()
      .slice(before)
      .filter((n) => n > atEdge),
  ).toEqual([]);
  expect(await behind(page)).toBeGreaterThan(10);

  await page.getByTestId('to-live').click();
  await vi.waitFor(
    async () => expect(await page.getByTestId('to-live').getAttribute('aria-pressed')).toBe('true'),
    10_000,
  );
  await vi.waitFor(() => expect(Math.max(...numbers())).toBeGreaterThan(atEdge), 10_000);
  await watchOn(page, 1);

  await page.keyboard.press('k');
  await phase(page, 'paused');
  const [pausedAt, paid] = [await time(page), charges.length];
  await vi.waitFor(async () => expect(await behind(page)).toBeGreaterThanOrEqual(8), 15_000);
  expect(charges.length - paid, 'one that was under way at most').toBeLessThanOrEqual(1);
  await shoot(page, 'seek-paused');
  await page.getByTestId('resume').click();
  await watchOn(page, 0.5);
  expect((await time(page)) - pausedAt).toBeLessThan(3);
  expect(await behind(page)).toBeGreaterThanOrEqual(6);

  // Where he paused falls out of the window meanwhile.
  await page.keyboard.press('Home');
  await watchOn(page, 0.5);
  const fell = page.getByText('kept no longer');
  expect(await fell.count()).toBe(0);
  await page.keyboard.press('k');
  const until = Date.now() + 5000;
  await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(until), 8000);
  await page.keyboard.press('k');
  await fell.waitFor();
  await watchOn(page, 0.5);
  await shoot(page, 'seek-fell');

  // Each key was charged once, however it was come by; a few came to a page that had gone elsewhere by then.
  const sum = [...new Map(charges.map(({ n, charged }) => [n, charged])).values()].reduce((all, one) => all + one, 0n);
  const { links: mine } = await dtok.api('listLinks', main);
  const spent = BigInt(mine.find(({ signer }) => signer === addressOf(key))?.spent ?? 0);
  expect(spent).toBeGreaterThanOrEqual(sum);
  expect(spent - sum).toBeLessThanOrEqual(4n * 20_000_000_000_000_000n);
  await page.close();
}, 120_000);

it('shows pictures where streams are listed, and counts down to a start that the host announced', async () => {
  const page = await browser.newPage({ viewport: desktop });
  await page.goto(dtok.base);
  await vi.waitFor(async () => {
    const natural = await page.getByTestId('picture').evaluate((img: HTMLImageElement) => img.naturalWidth);
    expect(natural).toBeGreaterThan(300);
  }, 10_000);
  const cam = page.getByTestId('cam-stage');
  const natural = () => cam.locator('img').evaluate((img: HTMLImageElement) => img.naturalWidth);
  await vi.waitFor(async () => expect(await natural(), 'its own picture, not the first cam’s').toBe(320), 10_000);
  expect((await fetch(`${dtok.base}/api/streams/main/picture?cam=nowhere`)).status).toBe(404);
  await shoot(page, 'landing-live');
  await cam.click();
  await vi.waitFor(async () => expect(await width(page)).toBe(320), 20_000);
  expect(await page.getByTestId('cam-stage').getAttribute('aria-pressed')).toBe('true');
  await page.goto(dtok.base);
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
