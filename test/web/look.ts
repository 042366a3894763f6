// Drives the built pages in a real browser against the mock, checks the flows, and leaves pictures: `npx tsx test/web/look.ts <folder>`.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { addressOf, randomKey } from '../../src/payments/typed-data.js';
import { keyToText } from '../../src/web/shared/bytes.js';
import { hostToken, overlayToken, startMock } from './mock-server.js';

const folder = process.argv[2] ?? 'pictures';
mkdirSync(folder, { recursive: true });
const phone = { width: 390, height: 844 };
const desk = { width: 1440, height: 900 };
const flags = [
  '--headless=new',
  '--no-sandbox',
  '--autoplay-policy=no-user-gesture-required',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

const say = (text: string) => process.stdout.write(`${text}\n`);
const shot = (page: Page, name: string) => page.screenshot({ path: join(folder, `${name}.png`) });
const balance = (page: Page) => page.getByTestId('balance').textContent();
const time = (page: Page) => page.getByTestId('video').evaluate((v: HTMLVideoElement) => v.currentTime);
const frames = (page: Page) =>
  page.getByTestId('video').evaluate((v: HTMLVideoElement) => v.getVideoPlaybackQuality().totalVideoFrames);
const phase = (page: Page, wanted: string, timeout = 15_000) =>
  page.waitForSelector(`[data-testid=state][data-state="${wanted}"]`, { timeout });

async function open(browser: Browser, url: string, viewport = desk): Promise<Page> {
  const page = await browser.newPage({ viewport });
  page.on('pageerror', (error) => say(`  page error: ${error.message}`));
  page.on('console', (line) => line.type() === 'error' && say(`  console: ${line.text()}`));
  await page.goto(url);
  return page;
}

async function watching(browser: Browser, mock: Awaited<ReturnType<typeof startMock>>): Promise<void> {
  const key = randomKey();
  const purse = mock.money.pass(addressOf(key), 6n * 10n ** 15n + 10n ** 18n);
  const began = Date.now();
  const page = await open(browser, `${mock.url}/watch/main#k=${keyToText(key)}`);
  await page.waitForFunction(
    () =>
      (document.querySelector('video')?.currentTime ?? 0) > 0 && (document.querySelector('video')?.readyState ?? 0) > 2,
  );
  say(`first picture after ${Date.now() - began} ms`);
  await phase(page, 'live');
  await page.getByTestId('tip-amount').fill('1,5');
  say(`wrong amount: ${await page.getByTestId('tip-trouble').textContent()}`);
  await page.getByTestId('tip-amount').fill('0.99');
  await page.getByTestId('tip-name').fill('Ada <b>L</b>');
  await page.getByTestId('tip-message').fill('Great <script>alert(1)</script> solo & thanks');
  await page.getByTestId('tip-send').click();
  await page.getByTestId('toast').first().waitFor();
  await page.getByTestId('tips').locator('li').first().waitFor();
  await shot(page, 'watch-live-desk');
  say(`balance after the tip: ${await balance(page)}; spent ${purse.spent} authorized ${purse.authorized}`);
  await page.setViewportSize(phone);
  await shot(page, 'watch-live-phone');
  await phase(page, 'out-of-credit', 40_000);
  const [at, seen] = [await time(page), await frames(page)];
  await shot(page, 'watch-out-phone');
  await page.setViewportSize(desk);
  await page.waitForTimeout(3000);
  say(
    `stopped: ${(await time(page)) - at} s and ${(await frames(page)) - seen} frames in 3 s; spent ${purse.spent} of ${purse.limit}`,
  );
  await shot(page, 'watch-out-desk');
  await page.getByTestId('topup').click();
  await phase(page, 'live');
  say(`after top-up: ${await balance(page)}`);
  mock.money.sessions.clear();
  const before = await time(page);
  await page.waitForFunction((t) => (document.querySelector('video')?.currentTime ?? 0) > t + 6, before, {
    timeout: 20_000,
  });
  say(`sessions forgotten and it played on: ${await balance(page)}`);
  await page.getByTestId('pause').click();
  await phase(page, 'paused');
  const spent = await balance(page);
  await page.waitForTimeout(3000);
  say(`paused: ${spent} stays ${await balance(page)}`);
  await page.getByTestId('resume').click();
  await phase(page, 'live');
  await page.getByTestId('get-back').click();
  await page.getByText('went back to your address').waitFor();
  say('rest given back');
  mock.setState('idle');
  await page.close();
  const waiting = await open(browser, `${mock.url}/watch/main`);
  await phase(waiting, 'waiting');
  await shot(waiting, 'watch-waiting-desk');
  mock.settings.previewMs = 60_000;
  mock.setState('live');
  await phase(waiting, 'live');
  await waiting.getByTestId('preview').waitFor();
  await shot(waiting, 'watch-preview-desk');
  await waiting.close();
  const broken = await open(browser, `${mock.url}/watch/main#k=short`, phone);
  await phase(broken, 'error');
  await shot(broken, 'watch-error-phone');
  await broken.close();
}

async function overlay(browser: Browser, mock: Awaited<ReturnType<typeof startMock>>): Promise<void> {
  const page = await open(browser, `${mock.url}/overlay/main#t=${overlayToken}`, { width: 1920, height: 1080 });
  await page.waitForSelector('body[data-connected=true]');
  const tip = (name: string, message: string) =>
    mock.tell('tip', { id: name, name, message, amount: '2500000000000000000' });
  tip('Ada <b>L</b>', 'Great <script>alert(1)</script> solo & thanks for the encore');
  tip('Bo', '');
  await page.getByTestId('alert').waitFor();
  await page.waitForTimeout(1200);
  await page.evaluate(() => {
    document.documentElement.style.background = 'linear-gradient(#345, #876)';
  });
  await shot(page, 'overlay-alert');
  await page.reload();
  await page.waitForSelector('body[data-connected=true]');
  await page.getByTestId('alert').waitFor();
  say(
    `overlay after reload shows only: ${(await page.getByTestId('alert').allInnerTexts()).join(' | ').replace(/\n/g, ' ')}`,
  );
  await page.close();
  const refused = await open(browser, `${mock.url}/overlay/main#t=wrong`, { width: 1920, height: 1080 });
  say(`refused overlay: ${await refused.getByTestId('whisper').textContent()}`);
  await refused.close();
}

async function host(browser: Browser, mock: Awaited<ReturnType<typeof startMock>>): Promise<void> {
  const page = await open(browser, `${mock.url}/host#t=${hostToken}`);
  await page.getByTestId('earned').waitFor();
  await page.getByTestId('link-count').fill('3');
  await page.getByTestId('link-label').fill('Patron');
  await page.getByTestId('link-make').click();
  await page.getByTestId('made-links').waitFor();
  await page.locator('.qr').waitFor();
  await page.getByTestId('link-row').first().waitFor();
  await page.screenshot({ path: join(folder, 'host-desk.png'), fullPage: true });
  await page.setViewportSize(phone);
  await page.screenshot({ path: join(folder, 'host-phone.png'), fullPage: true });
  await page.getByTestId('link-topup').first().click();
  await page.getByTestId('link-topup-send').click();
  await page.getByText('more.').waitFor();
  await page.getByTestId('settle').click();
  await page.getByText('on its way to your address').waitFor();
  await page.getByTestId('set-title').fill('A new title');
  await page.getByTestId('save').click();
  await page.getByText('Saved.').waitFor();
  say(`title now: ${mock.settings.title}; address shows ${await page.evaluate(() => location.href)}`);
  await page.close();
}

const mock = await startMock();
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: flags });
try {
  await overlay(browser, mock);
  await watching(browser, mock);
  for (const [name, size] of Object.entries({ desk, phone })) {
    const page = await open(browser, `${mock.url}/`, size);
    await page.getByTestId('stream-main').waitFor();
    await shot(page, `landing-${name}`);
    await page.close();
  }
  await host(browser, mock);
} finally {
  await browser.close();
  await mock.close();
}
process.exit(0);
