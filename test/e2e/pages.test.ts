// The pages in a real Chromium on a real server: dashboard, waiting room, overlay, two tabs, and a server that is killed.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { addressOf, randomKey, sessionDigest, sign, voucherDigest } from '../../src/payments/typed-data.js';
import type { Hex } from '../../src/vocabulary/values.js';
import type { SessionInfo } from '../../src/vocabulary/watching.js';
import { keyToText } from '../../src/web/shared/bytes.js';
import { decimal } from '../../src/web/shared/money.js';
import { keysOf, launch, phase, plays, shoot, watchAlerts } from '../support/browser.js';
import { type Dtok, removeFolder, startDtok, temporaryFolder } from '../support/dtok.js';
import { pictureArgs } from '../support/publisher.js';

const milli = 10n ** 15n;
const desktop = { width: 1280, height: 800 };
const phone = { width: 390, height: 844 };
const main = { stream: 'main' };
const data = temporaryFolder('pages');
const env = {
  TEST_CARD: 'off',
  PRICE_PER_SECOND: '0.001',
  PREVIEW_SECONDS: '0',
  KEY_PERIOD_SECONDS: '1',
  MIN_TIP: '0.001',
  // What strangers list is theirs to serve.
  LIST_STREAMS: 'off',
};

let dtok: Dtok;
let browser: Browser;
let camera: ChildProcess | null = null;
/** Of the test that runs: its browser, what broke in its pages, where they asked. */
let context: BrowserContext;
let faults: string[] = [];
let asked: string[] = [];
let node = '';

beforeAll(async () => {
  [dtok, browser] = await Promise.all([startDtok({ env, data }), launch()]);
});
afterAll(async () => {
  await stopCamera();
  await browser?.close();
  await dtok?.stop();
  removeFolder(data);
});
beforeEach(async () => {
  [faults, asked, node] = [[], [], await nodeUrl()];
  context = await browser.newContext({ viewport: desktop, acceptDownloads: true });
  context.on('request', (request) => asked.push(request.url()));
  context.on('weberror', (fault) => faults.push(String(fault.error())));
});
afterEach(async () => {
  await context.close();
  expect(faults).toEqual([]);
  // Every byte of every page comes from its own server; what is on elsewhere, the landing page asks the chain's node.
  const own = [`${dtok.base}/`, `${node}/`, 'blob:', 'data:'];
  expect(asked.filter((url) => !own.some((start) => url.startsWith(start)))).toEqual([]);
});

const nodeUrl = async (): Promise<string> => (await dtok.api('getRegistry', {})).rpcUrl ?? '';

async function open(path: string, in_ = context): Promise<Page> {
  const page = await in_.newPage();
  await page.goto(path.startsWith('http') ? path : `${dtok.base}${path}`);
  return page;
}

async function startCamera(): Promise<void> {
  const { streamKey } = await dtok.api('hostStream', { params: main });
  camera = spawn('ffmpeg', [...pictureArgs({ seconds: 300, size: '640x360' }), `${dtok.rtmp}/${streamKey}`], {
    stdio: 'ignore',
  });
}

async function onAir(): Promise<void> {
  if (!camera) await startCamera();
}

async function stopCamera(): Promise<void> {
  if (!camera || camera.exitCode !== null || camera.signalCode !== null) return;
  const gone = once(camera, 'exit');
  camera.kill('SIGKILL');
  await gone;
  camera = null;
}

/** A watch link whose key the test holds too: opened like a page's, it can tip and look at its purse. */
async function newLink(limit: bigint) {
  const key = randomKey();
  await dtok.api('makeLinks', { params: main, body: { links: [{ signer: addressOf(key), limit: `${limit}` }] } });
  const { terms } = await dtok.api('getStream', { params: main });
  const domain = { chainId: terms.chainId, contract: terms.contract };

  async function session(): Promise<SessionInfo> {
    const issuedAt = Date.now();
    const signature = sign(sessionDigest('main', issuedAt, domain), key);
    return dtok.api('openSession', { body: { stream: 'main', signer: addressOf(key), issuedAt, signature } });
  }
  async function purse() {
    const [found] = (await session()).purses;
    if (!found) throw new Error('no purse');
    return { id: found.id, limit: BigInt(found.limit), spent: BigInt(found.spent) };
  }
  return {
    url: `${dtok.base}/watch/main#k=${keyToText(key)}`,
    purse,
    async tip(id: string, amount: bigint, name: string, message: string): Promise<number> {
      const { id: channelId, spent } = await purse();
      const total = spent + amount;
      const signature = sign(voucherDigest(channelId, total, domain), key);
      await dtok.api('postVoucher', { body: { channelId, maxClaimableAmount: `${total}`, signature } });
      const response = await fetch(`${dtok.base}/api/tips`, {
        method: 'POST',
        headers: { authorization: `Bearer ${(await session()).session}`, 'content-type': 'application/json' },
        body: JSON.stringify({ id, amount: `${amount}`, name, message }),
      });
      const receipt = (await response.json()) as { n: number };
      expect(response.status, JSON.stringify(receipt)).toBe(200);
      return receipt.n;
    },
  };
}

/** What the ledger of a server that does not run says it took from a purse, by reason. */
function chargesOf(purse: Hex): { reason: string; amount: bigint }[] {
  const db = new Database(join(data, 'dtok.sqlite'), { readonly: true });
  const rows = db.prepare('select reason, amount from charges where purse = ?').all(purse);
  db.close();
  return (rows as { reason: string; amount: string }[]).map((row) => ({ ...row, amount: BigInt(row.amount) }));
}

const sum = (charges: readonly { amount: bigint }[]): bigint =>
  charges.reduce((total, { amount }) => total + amount, 0n);

/** The overlay as OBS shows it: over the moving picture. */
async function openScene(link: string): Promise<Page> {
  // Its own style is none of the product's.
  const page = await browser.newPage({ viewport: { width: 1920, height: 1080 }, bypassCSP: true });
  await page.goto(link);
  await plays(page);
  await page.addStyleTag({
    content: `.stage { position: fixed; inset: 0; z-index: 50; max-height: none; border-radius: 0 }
      .chips, .controls { display: none !important }
      iframe { position: fixed; inset: 0; z-index: 60; width: 100%; height: 100%; border: 0; color-scheme: light }`,
  });
  await page.evaluate((src) => {
    const frame = document.createElement('iframe');
    frame.src = src;
    document.body.append(frame);
  }, dtok.overlay);
  await page.frameLocator('iframe').locator('body[data-connected=true]').waitFor();
  return page;
}

it('dashboard: makes links, changes the show, shows and settles what was earned, and keeps the token to itself', async () => {
  const link = await newLink(100n * milli);
  await link.tip('before-the-settlement', 20n * milli, 'Ada', 'hello');
  const page = await open(`/host#t=${dtok.hostToken}`);
  await page.getByTestId('earned').waitFor();
  expect(await page.getByTestId('earned-tipped').textContent()).toBe('0.02 DAI');
  expect(page.url()).toBe(`${dtok.base}/host`);
  await shoot(page, 'host-desktop');

  await page.getByTestId('link-make').click();
  await page.getByTestId('made-links').waitFor();
  const made = page.getByTestId('made-link');
  expect(await made.allTextContents()).toHaveLength(1);
  await page.locator('.qr').waitFor();

  await page.getByTestId('link-count').fill('3');
  await page.getByTestId('link-credit').fill('0.25');
  await page.getByTestId('link-label').fill('=Row "A"');
  await page.getByTestId('link-make').click();
  await vi.waitFor(async () => expect(await made.count()).toBe(3), { timeout: 5000 });
  const urls = await made.allTextContents();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('links-csv').click()]);
  const csv = readFileSync(await download.path(), 'utf8')
    .trimEnd()
    .split('\r\n');
  expect(csv[0]).toBe('label,credit,link');
  expect(csv.slice(1)).toEqual(urls.map((url, i) => `"'=Row ""A"" ${i + 1}","0.25","${url}"`));
  await shoot(page, 'host-links-desktop');
  await page.setViewportSize(phone);
  await shoot(page, 'host-links-phone');
  await page.setViewportSize(desktop);

  await page.getByTestId('set-title').fill('Night <b>Session</b>');
  await page.getByTestId('set-price').fill('0.12');
  await page.getByTestId('set-preview').fill('1');
  await page.getByTestId('save').click();
  await page.getByText('Saved.').waitFor();
  expect(await page.getByTestId('title').textContent()).toBe('Night <b>Session</b>');
  const { settings } = await dtok.api('hostStream', { params: main });
  expect(settings).toMatchObject({ title: 'Night <b>Session</b>', price: `${2n * milli}`, previewMs: 1000 });

  await page.getByTestId('settle').click();
  await page.getByText('0.02 DAI is on its way to your address.').waitFor({ timeout: 15_000 });
  await page.getByText('0.02 DAI', { exact: true }).first().waitFor();
  const paid = page.getByTestId('earned-settled');
  await vi.waitFor(async () => expect(await paid.textContent()).toBe('0.02 DAI'), { timeout: 5000 });

  // A reload knows the token still; a wrong one gets a sentence.
  await page.reload();
  await page.getByTestId('earned').waitFor();
  const wrong = await open('/host#t=not-the-token', await browser.newContext());
  expect(await wrong.getByTestId('shut').textContent()).toContain('Open the dashboard link that dTok printed at start');
  await shoot(wrong, 'host-wrong-token');
  await wrong.context().close();
  expect(asked.filter((url) => url.includes(dtok.hostToken))).toEqual([]);
});

it('waiting room: begins by itself, waits out a lost broadcast, and goes on by itself', async () => {
  const page = await open((await newLink(5000n * milli)).url);
  await phase(page, 'waiting');
  expect(await page.getByTestId('waiting').textContent()).toContain('Waiting costs nothing');
  await shoot(page, 'watch-waiting-desktop');
  await startCamera();
  await plays(page);
  await stopCamera();
  await phase(page, 'reconnecting');
  await shoot(page, 'watch-reconnecting-desktop');
  await startCamera();
  await plays(page);
  await page.getByTestId('pause').click();
  await page.getByTestId('paused').waitFor();
  await shoot(page, 'watch-paused-desktop');
  await page.getByTestId('resume').click();
  // The last picture stays while the player is built anew.
  expect(await page.locator('canvas').evaluate((still: HTMLCanvasElement) => still.width)).toBe(640);
  await plays(page, 0.5);
});

it('two tabs of one link at the same time are charged once for each key', async () => {
  await onAir();
  const link = await newLink(5000n * milli);
  const [one, two] = await Promise.all([context.newPage(), context.newPage()]);
  const [given, also] = [keysOf(one), keysOf(two)];
  await Promise.all([one.goto(link.url), two.goto(link.url)]);
  await Promise.all([plays(one, 3), plays(two, 3)]);
  for (const page of [one, two]) {
    await page.bringToFront();
    await page.getByTestId('pause').click();
    await page.getByTestId('paused').waitFor();
  }
  const shared = [...given].filter((n) => also.has(n));
  expect(shared.length).toBeGreaterThan(2);
  const keys = new Set([...given, ...also]).size;
  const { limit, spent } = await link.purse();
  const { price, previewMs } = await dtok.api('getStream', { params: main });
  // Keys are for a second each.
  expect(spent).toBe(BigInt(price) * BigInt(keys - previewMs / 1000));
  const balance = `${decimal(limit - spent, 18, { min: 4, max: 4 })} DAI`;
  for (const page of [one, two]) {
    await vi.waitFor(async () => expect(await page.getByTestId('balance').textContent()).toBe(balance), {
      timeout: 8000,
    });
  }
});

it('finishes a top-up whose answer was lost with the page: the same deposit, once', async () => {
  await onAir();
  const page = await open('/watch/main');
  const bodies: (string | null)[] = [];
  page.on('request', (request) => request.url().endsWith('/api/channels') && bodies.push(request.postData()));
  await page.route('**/api/channels', async (route) => {
    await route.fetch();
    await route.abort();
  });
  await page.getByTestId('topup').click();
  await page.getByText('The server cannot be reached.').waitFor();
  await page.unrouteAll();
  await page.reload();
  await plays(page);
  expect(bodies).toHaveLength(2);
  expect(bodies[1]).toBe(bodies[0]);
  expect(await page.getByTestId('balance').textContent()).toMatch(/^4\.9\d+ DAI$/);
});

it('says in a sentence what is wrong with a link', async () => {
  const damaged = await open('/watch/main#k=tooShort');
  await phase(damaged, 'error');
  expect(await damaged.getByTestId('error').textContent()).toContain('This watch link is not whole.');
  await shoot(damaged, 'watch-damaged-link-desktop');
  const unknown = await open('/watch/nowhere');
  await phase(unknown, 'error');
  expect(await unknown.getByTestId('error').textContent()).toContain('There is no stream “nowhere” here.');
  await unknown.setViewportSize(phone);
  await shoot(unknown, 'watch-unknown-stream-phone');
  for (const page of [damaged, unknown]) expect(await page.textContent('body')).not.toMatch(/\bat \S+:\d+/);
  // A whole link pasted there is opened.
  const link = await newLink(milli);
  await unknown.getByTestId('link-input').fill(link.url);
  await unknown.getByTestId('link-open').click();
  await unknown.getByTestId('title').waitFor();
  expect(unknown.url()).toBe(link.url);
});

it('needs nothing but its own files: every page runs under the strictest content policy', async () => {
  await onAir();
  const node = await nodeUrl();
  const policyOf = (path: string) => [
    `default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' ws: ${path === '/' ? node : ''}`,
    "img-src 'self' data:; media-src blob:; worker-src blob:; base-uri 'none'; form-action 'none'",
    // The dashboard shows the overlay as it will look.
    ...(path === '/host' ? ["frame-src 'self'"] : []),
  ];
  const isPage = ({ pathname }: URL) => /^\/($|host$|watch\/|overlay\/)/.test(pathname);
  await context.route(isPage, async (route) => {
    const response = await route.fetch();
    const policy = policyOf(new URL(route.request().url()).pathname).join('; ');
    await route.fulfill({ response, headers: { ...response.headers(), 'content-security-policy': policy } });
  });
  const complaints: string[] = [];
  context.on('console', (line) => /Content Security Policy/i.test(line.text()) && complaints.push(line.text()));
  const [landing, host, overlay, watch] = await Promise.all([
    open('/'),
    open(`/host#t=${dtok.hostToken}`),
    open(dtok.overlay),
    open((await newLink(1000n * milli)).url),
  ]);
  await landing.getByTestId('stream-main').waitFor();
  await host.getByTestId('earned').waitFor();
  await overlay.waitForSelector('body[data-connected=true]');
  await plays(watch);
  await shoot(landing, 'landing-desktop');
  await landing.setViewportSize(phone);
  await shoot(landing, 'landing-phone');
  expect(complaints).toEqual([]);
});

it('a burst of tips and a killed server: alerts one at a time, each once, and the picture comes back by itself', async () => {
  await onAir();
  const [link, tips] = [await newLink(5000n * milli), await newLink(5000n * milli)];
  const overlay = await context.newPage();
  await overlay.setViewportSize({ width: 1920, height: 1080 });
  await dtok.api('patchAlerts', { params: main, body: { tiers: [{ from: '0', standMs: 1500 }], gapMs: 300 } });
  // What the tests before left for the stage.
  const { now, waiting } = await dtok.api('getAlerts', { params: main });
  for (const { id } of now ? [now, ...waiting] : waiting) {
    await dtok.api('actOnAlerts', { params: main, body: { act: 'skip', id } });
  }
  const alerts = await watchAlerts(overlay);
  await overlay.goto(dtok.overlay);
  const connected = () => overlay.waitForSelector('body[data-connected=true]');
  await connected();
  const scene = process.env.SHOTS ? await openScene((await newLink(1000n * milli)).url) : null;
  const page = await context.newPage();
  const keys = keysOf(page);
  await page.goto(link.url);
  await plays(page);

  const sent: number[] = [];
  const markup = '<img src=x onerror="document.body.remove()"> <b>encore</b>';
  const tip = async (message: string) =>
    sent.push(await tips.tip(`of-the-burst-${sent.length}`, 5n * milli, 'Ada', message));
  const shown = (count: number) =>
    vi.waitFor(() => expect(alerts.order.length).toBeGreaterThanOrEqual(count), { timeout: 15_000, interval: 20 });
  for (const message of [markup, 'two', 'three', 'four', 'five', 'six']) await tip(message);
  expect(await overlay.locator(`[data-n="${sent[0]}"]`).textContent()).toContain(markup);
  expect(await overlay.locator('img, b').count()).toBe(0);
  if (scene) await shoot(scene, 'overlay-tip-over-video');
  await scene?.close();
  await shown(2);
  await overlay.reload();
  await shown(3);

  const { id, limit } = await link.purse();
  const info = await dtok.api('getStream', { params: main });
  const ports = { PORT: new URL(dtok.base).port, RTMP_PORT: new URL(dtok.rtmp).port };
  await dtok.kill();
  await stopCamera();
  const lastBefore = Math.max(...keys);
  dtok = await startDtok({ env: { ...env, ...ports }, data });
  await startCamera();
  await connected();
  for (const message of ['seven', 'eight']) await tip(message);
  await vi.waitFor(() => expect(Math.max(...keys)).toBeGreaterThan(lastBefore + 2), { timeout: 20_000 });
  await plays(page);
  await shown(8);
  expect([alerts.order, alerts.most]).toEqual([sent, 1]);

  await page.bringToFront();
  await page.getByTestId('pause').click();
  await page.getByTestId('paused').waitFor();
  const { spent } = await link.purse();
  const balance = `${decimal(limit - spent, 18, { min: 4, max: 4 })} DAI`;
  await vi.waitFor(async () => expect(await page.getByTestId('balance').textContent()).toBe(balance), {
    timeout: 8000,
  });
  await dtok.stop();
  const charges = chargesOf(id);
  const charged = charges.map(({ reason }) => Number(reason.split('/').at(-1)));
  expect(sum(charges)).toBe(spent);
  expect(new Set(charged).size).toBe(charged.length);
  // Of what was charged at most what was on its way at the kill and at the pause did not arrive.
  expect(charged.filter((n) => !keys.has(n)).length).toBeLessThanOrEqual(2);
  expect([...keys].filter((n) => !charged.includes(n))).toHaveLength(info.previewMs / 1000);
});
