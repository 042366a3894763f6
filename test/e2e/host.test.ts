// The dashboard in a real Chromium: watch links by the one and by the hundred, and what was earned, with its CSV.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { addressOf, passId, randomKey, sessionDigest, sign, voucherDigest } from '../../src/payments/typed-data.js';
import { readCsv } from '../../src/sponsor/wishes.js';
import { openStore } from '../../src/store/index.js';
import type { ChargeRow } from '../../src/store/rows/money.js';
import { Problem } from '../../src/vocabulary/problems.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { launch, shoot } from '../support/browser.js';
import { type Dtok, removeFolder, startDtok, temporaryFolder } from '../support/dtok.js';
import { addStream } from '../support/payments.js';

const milli = 10n ** 15n;
const dayMs = 86_400_000;
const main = { stream: 'main' };
const phone = { width: 390, height: 844 };
const desktop = { width: 1280, height: 800 };
const data = temporaryFolder('host');
const payers = 10_000;

let dtok: Dtok;
let browser: Browser;
let context: BrowserContext;
let faults: string[] = [];
let asked: string[] = [];

const dayOf = (back: number): string => new Date(Date.now() - back * dayMs).toISOString().slice(0, 10);

/** What earlier days brought: today's payers first, then a day each for the twelve days before, the first one last. */
async function seed(): Promise<void> {
  const store = await openStore({ path: join(data, 'dtok.sqlite') });
  await addStream(store);
  await store.db
    .updateTable('streams')
    .set({ price: `${milli}`, key_period_ms: 1000 })
    .execute();
  const common = { purse: null, stream: 'main', kind: 'watch' as const, duration_ms: 2000 };
  const charge = (i: number, amount: bigint, at: number): ChargeRow => ({
    ...common,
    payer: `0x${(i + 1).toString(16).padStart(40, '0')}`,
    ...{ reason: `seed/${i}`, amount: `${amount}`, at },
  });
  const today = Array.from({ length: payers }, (_, i) => charge(i, BigInt(i + 1) * milli, Date.now()));
  const before = Array.from({ length: 12 }, (_, i) => charge(payers - 1, milli, Date.now() - (i + 1) * dayMs));
  const rows = [...today, ...before.map((row, i) => ({ ...row, reason: `day/${i}` }))];
  for (let i = 0; i < rows.length; i += 2000) {
    await store.db
      .insertInto('charges')
      .values(rows.slice(i, i + 2000))
      .execute();
  }
  await store.close();
}

beforeAll(async () => {
  await seed();
  const env = { PREVIEW_SECONDS: '0', MIN_TIP: '0.001', SETTLE_MINIMUM: '1000000', RATE_LIMIT: '100000' };
  [dtok, browser] = await Promise.all([startDtok({ env, data }), launch()]);
});
afterAll(async () => {
  await browser?.close();
  await dtok?.stop();
  removeFolder(data);
});
beforeEach(async () => {
  [faults, asked] = [[], []];
  context = await browser.newContext({ viewport: desktop, acceptDownloads: true });
  context.on('request', (request) => asked.push(request.url()));
  context.on('weberror', (fault) => faults.push(String(fault.error())));
});
afterEach(async () => {
  await context.close();
  expect(faults).toEqual([]);
  // The host's token, and links' keys, are in no address that was asked for.
  const secrets = asked.filter((url) => /#|[?&]t=/.test(url.replace(/\/host#t=.*/, '')) || url.includes('#k='));
  expect(secrets).toEqual([]);
  const told = asked.filter((url) => !/\/host#t=/.test(url) && url.includes(dtok.hostToken));
  expect(told).toEqual([]);
});

async function dashboard(): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${dtok.base}/host#t=${dtok.hostToken}`);
  await page.getByTestId('earned').waitFor();
  return page;
}

async function csvOf(page: Page, testid: string): Promise<string[][]> {
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId(testid).click()]);
  expect(download.suggestedFilename()).toMatch(/^(watch-links|earned-by-(day|payer)[-\w]*)\.csv$/);
  return readCsv(readFileSync(await download.path(), 'utf8').replace(/^\ufeff/, ''));
}

const keyOf = (url: string): Hex =>
  `0x${Buffer.from(new URL(url).hash.replace('#k=', ''), 'base64url').toString('hex')}`;

/** Somebody with a link's key who watches without a page. */
async function viewerOf(key: Hex) {
  const { terms } = await dtok.api('getStream', { params: main });
  const domain = { chainId: terms.chainId, contract: terms.contract };
  const issuedAt = Date.now();
  const signature = sign(sessionDigest('main', issuedAt, domain), key);
  const asks = { stream: 'main', signer: addressOf(key), issuedAt, signature };
  const { session } = await dtok.api('openSession', { body: asks });
  const { sponsor } = await dtok.api('hostStream', { params: main });
  const id = passId(sponsor?.channel as Hex, addressOf(key), domain);
  const headers = { authorization: `Bearer ${session}` };
  return {
    id,
    signUpTo: (total: bigint) => {
      const body = {
        channelId: id,
        maxClaimableAmount: `${total}`,
        signature: sign(voucherDigest(id, total, domain), key),
      };
      return dtok.api('postVoucher', { body });
    },
    /** 200, or the refusal's code. */
    async key(n: number): Promise<number | string> {
      const response = await fetch(`${dtok.base}/keys/main/${n}`, { headers });
      return response.status === 200 ? 200 : ((await response.json()) as { code: string }).code;
    },
    async tip(amount: bigint): Promise<void> {
      const body = JSON.stringify({ id: `tip-${id.slice(2, 20)}`, amount: `${amount}`, name: '', message: '' });
      const sent = { ...headers, 'content-type': 'application/json' };
      expect((await fetch(`${dtok.base}/api/tips`, { method: 'POST', headers: sent, body })).status).toBe(200);
    },
  };
}

/** The newest key of the stream on air, once it is beyond `after`. */
async function newestKey(after = 0): Promise<number> {
  return vi.waitFor(
    async () => {
      const read = async (path: string) => (await fetch(`${dtok.base}/media/main/${path}`)).text();
      const list = await read('live.m3u8');
      const inner = /^[^#\s].*\.m3u8$/m.exec(list)?.[0];
      const keys = [...(inner ? await read(inner) : list).matchAll(/\/keys\/main\/(\d+)/g)].map(([, n]) => Number(n));
      const newest = Math.max(0, ...keys);
      expect(newest).toBeGreaterThan(after);
      return newest;
    },
    { timeout: 15_000, interval: 100 },
  );
}

const labels = (page: Page) =>
  page
    .getByTestId('link-row')
    .locator('td:first-child')
    .allTextContents()
    .then((texts) => texts.map((t) => t.trim()));

async function make(page: Page, count: number, label: string): Promise<void> {
  await page.getByTestId('link-count').fill(`${count}`);
  await page.getByTestId('link-credit').fill('0.5');
  await page.getByTestId('link-label').fill(label);
  await page.getByTestId('link-make').click();
  const shown = page.getByTestId('made-links').getByText(`${label}${count > 1 ? ' 1' : ''}`, { exact: true });
  await shown.waitFor({ timeout: 10_000 });
}

async function find(page: Page, search: string, found: string[]): Promise<void> {
  await page.getByTestId('link-search').fill(search);
  await vi.waitFor(async () => expect(await labels(page)).toEqual(found), { timeout: 5000, interval: 50 });
}

it('links: one and many are made, found, revoked for good, and seen spending', async () => {
  const page = await dashboard();
  await make(page, 1, 'Zoë');
  const only = await page.getByTestId('made-link').allTextContents();
  expect(only).toHaveLength(1);
  await make(page, 120, 'guest');
  expect(await page.getByTestId('made-link').count()).toBe(100);
  const [heading, ...rows] = await csvOf(page, 'links-csv');
  expect(heading).toEqual(['label', 'credit', 'link']);
  expect(rows.map(([label, credit]) => [label, credit])).toEqual(
    Array.from({ length: 120 }, (_, i) => [`guest ${i + 1}`, '0.5']),
  );
  expect(new Set(rows.map(([, , url = '']) => keyOf(url))).size).toBe(120);
  const urlOf = (label: string): string => rows.find(([name]) => name === label)?.[2] ?? '';
  expect(urlOf('guest 7')).toMatch(new RegExp(`^${dtok.base}/watch/main#k=[\\w-]{43}$`));
  await page.getByTestId('link-page').getByText('1 to 50 of').waitFor();
  await find(
    page,
    'guest 11',
    ['guest 119', 'guest 118', 'guest 117', 'guest 116', 'guest 115', 'guest 114'].concat([
      'guest 113',
      'guest 112',
      'guest 111',
      'guest 110',
      'guest 11',
    ]),
  );

  // One that spends is seen spending.
  await find(
    page,
    'guest 7',
    ['guest 79', 'guest 78', 'guest 77', 'guest 76', 'guest 75', 'guest 74'].concat([
      'guest 73',
      'guest 72',
      'guest 71',
      'guest 70',
      'guest 7',
    ]),
  );
  const viewer = await viewerOf(keyOf(urlOf('guest 7')));
  await viewer.signUpTo(400n * milli);
  let n = await newestKey();
  expect(await viewer.key(n)).toBe(200);
  const row = page.getByTestId('link-row').last();
  const spent = async () => Number(/[\d.]+/.exec((await row.getByTestId('link-spent').textContent()) ?? '')?.[0]);
  await vi.waitFor(async () => expect(await spent()).toBeGreaterThan(0), { timeout: 5000, interval: 100 });
  const before = await spent();
  n = await newestKey(n);
  expect(await viewer.key(n)).toBe(200);
  await vi.waitFor(async () => expect(await spent()).toBeGreaterThan(before), { timeout: 5000, interval: 100 });

  // Taken back, it gets no further key; the one it paid for stays its own.
  await row.getByTestId('link-revoke').click();
  await row.getByTestId('link-revoke').getByText('Sure?').click();
  await page.getByText('The link is revoked;').waitFor();
  const next = await newestKey(n);
  expect(await viewer.key(next)).toBe('link_revoked');
  expect(await viewer.key(n)).toBe(200);
  await expect(viewer.signUpTo(450n * milli)).rejects.toThrow('link_revoked');
  await vi.waitFor(async () => expect(await row.getAttribute('data-state')).toBe('revoked'));
  expect(await row.getByTestId('link-revoke').count()).toBe(0);
  await page.getByTestId('link-search').fill('guest');
  await page.getByText('Revoke all 120 found').click();
  await page.getByTestId('links-revoke-found').click();
  await page.getByText('119 links are revoked;').waitFor();
});

it('links: each name gets one, and a second one is refused in words', async () => {
  const page = await dashboard();
  await page.getByText('An end, or one link for each name').click();
  const give = async (names: string) => {
    await page.getByTestId('link-names').fill(names);
    await page.getByTestId('link-make').click();
  };
  await give('Zoë Weiß\nعمر الشريف\nZoë Weiß');
  await page.getByTestId('made-links').waitFor();
  expect(await page.getByTestId('made-link').count()).toBe(2);
  await give('عمر الشريف\nNina');
  await page.getByText('“عمر الشريف” has a link already: no second one was made.').waitFor();
  await vi.waitFor(async () => expect(await page.getByTestId('made-link').count()).toBe(1));
  const [, ...rows] = await csvOf(page, 'links-csv');
  expect(rows.map(([label]) => label)).toEqual(['Nina']);
  await give('Nina\nZoë Weiß');
  await page.getByText('“Nina” and “Zoë Weiß” have a link already').waitFor();
  const { links } = (await (
    await fetch(`${dtok.base}/api/host/streams/main/links?search=Nina`, {
      headers: { authorization: `Bearer ${dtok.hostToken}` },
    })
  ).json()) as { links: unknown[] };
  expect(links).toHaveLength(1);
});

it('links: on nothing none is made, and where to send money stays on the page until some is there', async () => {
  const page = await dashboard();
  const sponsor = addressOf(randomKey());
  const problem = new Problem('sponsor_unfunded', { stream: 'main', sponsor, symbol: 'DAI' });
  const refuse = { status: problem.status, contentType: 'application/problem+json' };
  await page.route('**/streams/main/links', (route) =>
    route.request().method() === 'POST' ? route.fulfill({ ...refuse, json: problem.body() }) : route.fallback(),
  );
  await page.getByTestId('link-make').click();
  await page.getByTestId('unfunded').getByText(`Send DAI to the sponsor’s address ${sponsor}`).waitFor();
  expect(await page.getByTestId('made-links').count()).toBe(0);
  await shoot(page, 'host-unfunded-desktop');
  await page.unrouteAll();
  await make(page, 1, 'funded');
  expect(await page.getByTestId('unfunded').count()).toBe(0);
});

const total = (page: Page) => page.getByTestId('report-total').textContent();
const loaded = (page: Page) => page.locator('[data-testid=report][data-loading=false]').waitFor();

it('earnings: by day, stream and payer, of the days that are chosen, ten thousand payers at once, and as CSV', async () => {
  // A link whose label is a formula, for whoever opens its CSV in a spreadsheet.
  const page = await dashboard();
  await make(page, 1, '=HYPERLINK("http://x","win")');
  const [url = ''] = await page.getByTestId('made-link').allTextContents();
  const viewer = await viewerOf(keyOf(url));
  await viewer.signUpTo(300n * milli);
  await viewer.tip(300n * milli);
  const seeded = (BigInt(payers) * BigInt(payers + 1)) / 2n;
  const earned = async (): Promise<bigint> => {
    const headers = { authorization: `Bearer ${dtok.hostToken}` };
    const answer = await fetch(`${dtok.base}/api/host/report?by=stream`, { headers });
    const report = (await answer.json()) as { total: { watched: string; tipped: string } };
    return BigInt(report.total.watched) + BigInt(report.total.tipped);
  };

  await page.reload();
  await page.getByTestId('report-lines').waitFor();
  expect(await page.getByTestId('report-row').count()).toBe(13);
  expect(await page.locator('.bars .bar').count()).toBe(30);
  const first = page.getByTestId('report-row').first();
  expect(await first.textContent()).toMatch(/50.005\.30/);
  await page.locator(`.bar[data-day="${dayOf(3)}"]`).hover();
  expect(await page.getByTestId('report-bar-words').textContent()).toMatch(/0\.001 DAI watched, 0\.00 DAI tips/);
  await shoot(page, 'host-report-desktop');

  await page.getByTestId('report-period').selectOption('7 days');
  await vi.waitFor(async () => expect(await page.getByTestId('report-row').count()).toBe(7));
  await page.getByTestId('report-period').selectOption('chosen days');
  await page.getByTestId('report-from').fill(dayOf(12));
  await page.getByTestId('report-to').fill(dayOf(11));
  await vi.waitFor(async () => expect(await page.getByTestId('report-row').count()).toBe(2));
  expect(await total(page)).toBe('0.002 DAI');
  expect(await csvOf(page, 'report-csv')).toHaveLength(3);

  await page.getByTestId('report-period').selectOption('all time');
  const began = Date.now();
  await page.getByTestId('report-by-payer').click();
  await page.getByTestId('report-more').waitFor();
  expect(await page.getByTestId('report-row').count()).toBe(50);
  // A frozen page would not answer this.
  await page.evaluate(() => new Promise(requestAnimationFrame));
  console.info(`ten thousand payers on the page after ${Date.now() - began} ms`);
  expect((await page.getByTestId('report-more').textContent())?.replace(/\s/g, '')).toMatch(
    /theother99\d\dareintheCSV/,
  );
  await loaded(page);
  const [heading = [], ...rows] = await csvOf(page, 'report-csv');
  expect(heading.slice(0, 6)).toEqual(['payer', 'label', 'watched DAI', 'tipped DAI', 'total DAI', 'claimed DAI']);
  expect(rows.length).toBeGreaterThan(payers);
  const sum = rows.reduce((all, row) => all + BigInt(row[heading.indexOf('total base units')] ?? 0), 0n);
  expect(sum).toBe(await earned());
  expect(sum).toBeGreaterThanOrEqual((seeded + 12n + 300n) * milli);
  expect(rows.find(([, label]) => label?.includes('HYPERLINK'))?.[1]).toBe(`'=HYPERLINK("http://x","win")`);

  await page.getByTestId('report-by-stream').click();
  await vi.waitFor(async () => expect(await page.getByTestId('report-row').count()).toBe(1));
  await page.setViewportSize(phone);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(phone.width);
  await shoot(page, 'host-report-phone');

  // What was claimed since is said of it.
  await page.getByTestId('settle').click();
  await page.getByText('is on its way to your address.').waitFor({ timeout: 15_000 });
  await vi.waitFor(async () => expect(await page.getByTestId('report-claimed').textContent()).toMatch(/^0\.30/), {
    timeout: 5000,
  });
});
