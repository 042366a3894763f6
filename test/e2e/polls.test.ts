// A poll as people see it, in a real Chromium: opened on the dashboard, voted in with one tap, live on the page and over the picture.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { addressOf, randomKey, sessionDigest, sign } from '../../src/payments/typed-data.js';
import { keyToText } from '../../src/web/shared/bytes.js';
import { launch, phone, plays, shoot } from '../support/browser.js';
import { type Dtok, startDtok } from '../support/dtok.js';

const milli = 10n ** 15n;
const main = { stream: 'main' };

let dtok: Dtok;
let browser: Browser;
let context: BrowserContext;
const faults: string[] = [];
beforeAll(async () => {
  const env = { PRICE_PER_SECOND: '0.001', PREVIEW_SECONDS: '0', KEY_PERIOD_SECONDS: '1', LIST_STREAMS: 'off' };
  [dtok, browser] = await Promise.all([startDtok({ env }), launch()]);
  context = await browser.newContext({ acceptDownloads: true });
  context.on('weberror', (fault) => faults.push(String(fault.error())));
});
afterAll(async () => {
  await browser?.close();
  await dtok?.stop();
});

/** A watch link with a key that the test holds too. */
async function newLink(limit = 5000n * milli) {
  const key = randomKey();
  const signer = addressOf(key);
  await dtok.api('makeLinks', { params: main, body: { links: [{ signer, limit: `${limit}` }] } });
  const { terms } = await dtok.api('getStream', { params: main });
  const issuedAt = Date.now();
  const digest = sessionDigest('main', issuedAt, { chainId: terms.chainId, contract: terms.contract });
  const body = { ...main, signer, issuedAt, signature: sign(digest, key) };
  const { session } = await dtok.api('openSession', { body });
  const vote = (poll: string, option: number) =>
    fetch(`${dtok.base}/api/polls/${poll}/votes`, {
      method: 'POST',
      headers: { authorization: `Bearer ${session}`, 'content-type': 'application/json' },
      body: JSON.stringify({ id: `of-${key.slice(2, 20)}`, option }),
    });
  return { url: `${dtok.base}/watch/main#k=${keyToText(key)}`, vote };
}

async function open(url: string, size = { width: 1280, height: 800 }): Promise<Page> {
  const page = await context.newPage();
  await page.setViewportSize(size);
  await page.goto(url);
  return page;
}

/** The overlay as OBS shows it: over the moving picture. */
async function openScene(size: { width: number; height: number }): Promise<Page> {
  // What this page adds to itself is the test's, not the product's.
  const page = await browser.newPage({ viewport: size, bypassCSP: true });
  await page.route('**/overlay/main', async (route) => {
    const response = await route.fetch();
    const { 'content-security-policy': _, ...headers } = response.headers();
    await route.fulfill({ response, headers });
  });
  await page.goto((await newLink()).url);
  await plays(page, 0.5);
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

const balance = async (page: Page) => Number((await page.getByTestId('balance').textContent())?.split(' ')[0]);
const text = (page: Page, id: string) => page.getByTestId(id).textContent();

it('opened on the dashboard, voted in on the page, over the picture until its winner stands still', async () => {
  const link = await newLink();
  const [host, page] = [await open(`${dtok.base}/host#t=${dtok.hostToken}`), await open(link.url, phone)];
  const scene = await openScene({ width: 1920, height: 1080 });
  const overlay = scene.frameLocator('iframe');
  await plays(page, 0.5);

  await host.getByTestId('poll-question').fill('Which song shall we <b>play</b> next?');
  const options = ['Autumn leaves', 'So what', 'Take five, as slow as it goes, with everybody singing'];
  for (const [i, option] of options.entries()) await host.getByTestId(`poll-set-${i}`).fill(option);
  await host.getByTestId('poll-kind').selectOption('extra');
  await host.getByTestId('poll-price').fill('0.5');
  await host.getByTestId('poll-open').click();
  await host.getByTestId('poll-running').waitFor();
  await Promise.all([page, overlay].map((one) => one.getByTestId('poll').waitFor()));
  expect(await text(page, 'poll')).toContain('Which song shall we <b>play</b> next?');
  expect(await text(page, 'poll-left')).toMatch(/^(2:00|1:5\d)$/);

  // One tap is the free vote; a second one on the same option asks before it takes money.
  const so = page.getByTestId('poll-option-1');
  await so.click();
  await vi.waitFor(async () => expect(await so.textContent()).toContain('Yours'), { timeout: 5000 });
  await page.getByTestId('poll-option-0').click();
  await vi.waitFor(async () => expect(await text(page, 'poll-option-0')).toContain('Yours'), { timeout: 5000 });
  expect(await so.textContent()).not.toContain('Yours');
  await page.getByTestId('poll-option-0').click();
  await page.getByTestId('poll-buying').getByLabel('More').click();
  expect(await text(page, 'poll-buy')).toBe('Vote with 1.00 DAI');
  await page.getByTestId('poll').scrollIntoViewIfNeeded();
  await shoot(page, 'poll-buying-phone');
  const before = await balance(page);
  await page.getByTestId('poll-buy').click();
  await vi.waitFor(async () => expect(await text(page, 'poll-option-0')).toContain('Yours, 1.00 DAI'), {
    timeout: 5000,
  });
  expect(await balance(page)).toBeCloseTo(before - 1, 1);

  const [{ id = '' } = {}] = await dtok.api('listPolls', { params: main });
  for (const option of [1, 1, 2]) expect((await (await newLink()).vote(id, option)).status).toBe(200);
  const row = overlay.locator('.option').first();
  await vi.waitFor(async () => expect(await row.textContent()).toContain('3 · 50 %'), { timeout: 5000 });
  await vi.waitFor(async () => expect(await text(host, 'poll-voters')).toContain('4 people'), { timeout: 5000 });
  expect(await text(page, 'poll-voters')).toBe('4 people have voted, 1.00 DAI in all.');
  // Bars move by transform alone.
  const bar = row.locator('i');
  await vi.waitFor(
    async () =>
      expect(
        await bar.evaluate((one) => one.getBoundingClientRect().width / (one.parentElement?.offsetWidth ?? 1)),
      ).toBeCloseTo(0.5, 2),
    { timeout: 5000 },
  );
  await shoot(scene, 'poll-overlay-1080');
  await scene.setViewportSize({ width: 1280, height: 720 });
  await shoot(scene, 'poll-overlay-720');
  await shoot(page, 'poll-phone');
  await shoot(host, 'poll-host-desktop');

  // Who comes late, or comes back, sees it at once as it stands.
  await page.reload();
  await vi.waitFor(async () => expect(await text(page, 'poll-option-0')).toContain('Yours, 1.00 DAI'), {
    timeout: 8000,
  });
  await host.getByTestId('poll-close').click();
  await host.getByTestId('poll-result').waitFor();
  await vi.waitFor(async () => expect(await text(page, 'poll-verdict')).toBe('Autumn leaves wins'), { timeout: 5000 });
  expect(await overlay.getByTestId('poll').getAttribute('data-state')).toBe('closed');
  expect(await overlay.locator('.option.won').count()).toBe(1);
  expect(await overlay.locator('.clock').textContent()).toBe('Autumn leaves wins');
  await shoot(scene, 'poll-overlay-won-720');
  await shoot(page, 'poll-won-phone');
  await page.setViewportSize({ width: 1440, height: 900 });
  await shoot(page, 'poll-won-desktop');
  await shoot(host, 'poll-host-result');

  await host.getByText('Earlier polls').click();
  const [download] = await Promise.all([host.waitForEvent('download'), host.getByText('Votes (CSV)').click()]);
  expect(download.suggestedFilename()).toBe(`poll-${id}.csv`);
  // A reloaded overlay shows no poll that is long over, and a new one as soon as it opens.
  expect(faults).toEqual([]);
});

it('a called-off poll gives everything back, and leaves the picture at once; a new overlay shows what runs', async () => {
  const page = await open((await newLink()).url);
  await plays(page, 0.5);
  const overlay = await open(dtok.overlay, { width: 1920, height: 1080 });
  await overlay.waitForSelector('body[data-connected=true]');
  const more = [...'abcdefgh'].map((letter) => `${letter}, and one of those answers that go on for sixty letters`);
  const body = { id: 'poll-by-weight', question: 'Encore?', options: ['Yes', 'No', ...more], durationMs: 60_000 };
  const { id } = await dtok.api('createPoll', {
    params: main,
    body: { ...body, votes: 'paid', price: `${100n * milli}` },
  });
  await page.getByTestId('poll-option-0').click();
  await page.getByTestId('poll-buy').click();
  await vi.waitFor(async () => expect(await text(page, 'poll-option-0')).toContain('Yours, 0.10 DAI'), {
    timeout: 5000,
  });
  await overlay.reload();
  await vi.waitFor(
    async () => expect(await overlay.locator('.option').first().textContent()).toContain('0.10 DAI · 100 %'),
    { timeout: 8000 },
  );
  await overlay.setViewportSize({ width: 1280, height: 720 });
  const card = await overlay.getByTestId('poll').boundingBox();
  expect((card?.y ?? 0) + (card?.height ?? 0)).toBeLessThanOrEqual(720);
  await shoot(overlay, 'poll-overlay-many-720');
  const before = await balance(page);
  await dtok.api('cancelPoll', { params: { poll: id } });
  await vi.waitFor(async () => expect(await text(page, 'poll-verdict')).toBe('Called off'), { timeout: 5000 });
  await vi.waitFor(async () => expect(await balance(page)).toBeGreaterThan(before + 0.05), { timeout: 5000 });
  await overlay.getByTestId('poll').waitFor({ state: 'detached', timeout: 5000 });
  expect((await dtok.api('verify', {})).findings).toEqual([]);
  expect(faults).toEqual([]);
});
