// A prediction as people see it, in a real Chromium: opened on the dashboard of a phone, staked in from two pages and from chat, corrected, paid to the unit; and what is live over the picture.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Contract, JsonRpcProvider } from 'ethers';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { predictionEscrow } from '../../src/chain/index.js';
import { addressOf } from '../../src/payments/typed-data.js';
import { divide } from '../../src/polls/predictions/payouts.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { openTipper } from '../overlay/tipper.js';
import { desktop, launch, phone, plays, shoot } from '../support/browser.js';
import { type Dtok, freePort, removeFolder, startDtok, temporaryFolder } from '../support/dtok.js';
import { type SmallTelegram, startTelegram } from '../support/small-telegram.js';

// Several pages play at once.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const milli = 10n ** 15n;
const main = { stream: 'main' };
const skipMs = 65_000;

let telegram: SmallTelegram;
let dtok: Dtok;
let browser: Browser;
let chain: JsonRpcProvider;
let token: Contract;
let contexts: BrowserContext[] = [];
let faults: string[] = [];
const tools = temporaryFolder('skip');

beforeAll(async () => {
  telegram = await startTelegram();
  const port = `${await freePort()}`;
  // The server's clock goes ahead when it is told to.
  const skip = join(tools, 'skip.mjs');
  writeFileSync(
    skip,
    `const real = Date.now; let ahead = 0; Date.now = () => real() + ahead; process.on('SIGUSR2', () => { ahead += ${skipMs}; });`,
  );
  const env = {
    ...{ PREDICTIONS: 'on', PREDICTION_FEE_PERCENT: '2.5', PRICE_PER_SECOND: '0.0001', PREVIEW_SECONDS: '0' },
    ...{ CHAIN_POLL_SECONDS: '0.2', CHAIN_PORT: port, LIST_STREAMS: 'off', ...telegram.env },
    NODE_OPTIONS: `--import=file://${skip}`,
  };
  [dtok, browser] = await Promise.all([startDtok({ env }), launch()]);
  const url = `http://127.0.0.1:${port}`;
  chain = new JsonRpcProvider(url, undefined, { staticNetwork: true, cacheTimeout: -1, pollingInterval: 50 });
  const { terms } = await dtok.api('getStream', { params: main });
  token = new Contract(terms.token.address, ['function balanceOf(address) view returns (uint256)'], chain);
});
afterAll(async () => {
  chain?.destroy();
  await browser?.close();
  await dtok?.stop();
  await telegram?.stop();
  removeFolder(dtok.data);
  removeFolder(tools);
});
beforeEach(async () => {
  [contexts, faults] = [[], []];
  // What a test that failed has left.
  for (const { id, state } of await dtok.api('listPredictions', { params: main }))
    if (['open', 'locked', 'resolved'].includes(state))
      await dtok.api('cancelPrediction', { params: { prediction: id } });
});
afterEach(async () => {
  for (const one of contexts) await one.close();
  expect(faults).toEqual([]);
});

/** A browser of its own: who opens it is somebody else. */
async function open(path: string, size = desktop): Promise<Page> {
  const context = await browser.newContext({ viewport: size });
  context.on('weberror', (fault) => faults.push(String(fault.error())));
  contexts.push(context);
  const page = await context.newPage();
  await page.goto(`${dtok.base}${path}`);
  return page;
}

/** Somebody who watches, with 5 test DAI in a channel of his own. */
async function viewer(size = desktop) {
  const page = await open('/watch/main', size);
  await page.getByTestId('topup-more').click();
  await page
    .getByTestId('balance')
    .getByText(/^(5\.0|4\.9)/)
    .waitFor({ timeout: 30_000 });
  await plays(page, 0.3);
  const key = await page.evaluate(() => localStorage.getItem('dtok.key'));
  return { page, address: addressOf(key as Hex) };
}

const at = async (address: Hex): Promise<bigint> => token.getFunction('balanceOf')(address) as Promise<bigint>;
const says = (page: Page, id: string, wanted: string, timeout = 30_000) =>
  page.getByTestId(id).getByText(wanted).first().waitFor({ timeout });
const fits = async (page: Page) =>
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
    page.viewportSize()?.width ?? 0,
  );
const say = async (user: number, line: string) => (await telegram.write(user, 'Bob', line)).text;
const newest = async () => (await dtok.api('getPrediction', { params: main })).prediction;

/** What lasts a minute is over. */
async function skipTime(): Promise<void> {
  dtok.process.kill('SIGUSR2');
  await chain.send('evm_increaseTime', [skipMs / 1000]);
  await chain.send('evm_mine', []);
}

it('is opened, staked in by two pages and from chat, locked, corrected, and pays the winners to the unit', async () => {
  const host = await open(`/host#t=${dtok.hostToken}`, phone);
  await host.getByTestId('prediction-question').fill('Will the encore be <b>Blue in green</b>?');
  for (const [i, text] of ['Yes', 'No, something faster'].entries())
    await host.getByTestId(`prediction-set-${i}`).fill(text);
  await host.getByTestId('prediction-disputes').selectOption('1 minute');
  await host.getByTestId('host-prediction').scrollIntoViewIfNeeded();
  await shoot(host, 'prediction-host-making-phone');
  await fits(host);
  const [ann, ben] = await Promise.all([viewer(), viewer(phone)]);
  const bob = 7100;
  await say(bob, '/faucet');
  await host.getByTestId('prediction-open').click();
  await Promise.all([ann, ben].map(({ page }) => page.getByTestId('prediction').waitFor({ timeout: 30_000 })));
  expect(await ann.page.getByTestId('prediction').textContent()).toContain('<b>Blue in green</b>');

  // One tap, in haste twice: one stake, out of the channel that pays for watching, which goes on.
  await ann.page.getByTestId('prediction-option-0').click();
  await ann.page.getByTestId('stake-1').waitFor();
  await shoot(ann.page, 'prediction-staking-desktop');
  await ann.page.getByTestId('stake-1').dblclick();
  await says(ann.page, 'prediction-mine', 'You staked 1.00 DAI');
  // The answer is lost, and the page is opened again: it is the same stake.
  await ben.page.route(
    '**/stakes',
    async (route) => {
      await route.fetch();
      await route.abort();
    },
    { times: 1 },
  );
  await ben.page.getByTestId('prediction-option-1').click();
  await ben.page.getByTestId('stake-amount').fill('2');
  await ben.page.getByTestId('prediction').scrollIntoViewIfNeeded();
  await shoot(ben.page, 'prediction-staking-phone');
  await fits(ben.page);
  await ben.page.getByTestId('stake-send').click();
  await says(ben.page, 'toast', 'cannot be reached');
  await ben.page.reload();
  await says(ben.page, 'prediction-mine', 'You staked 2.00 DAI');
  expect(await say(bob, '/stake 0.7 yes')).toContain('0.7 DAI are staked');
  await vi.waitFor(async () => expect(await newest()).toMatchObject({ stakes: 3, pot: `${3700n * milli}` }), 30_000);
  expect((await at(predictionEscrow.address as Hex)) + 0n).toBe(0n);
  await says(ann.page, 'prediction-pot', '3.70 DAI in the pot, 3 stakes');
  await says(host, 'prediction-pot', '3.70 DAI in the pot, 3 stakes');
  await shoot(ann.page, 'prediction-open-desktop');
  await shoot(ben.page, 'prediction-open-phone');
  await host.getByTestId('host-prediction').scrollIntoViewIfNeeded();
  await shoot(host, 'prediction-host-open-phone');
  await plays(ann.page, 0.5);

  await host.getByTestId('prediction-lock').click();
  await ann.page.locator('[data-testid=prediction][data-state=locked]').waitFor({ timeout: 30_000 });
  await host.getByTestId('prediction-result-1').check();
  await host.getByTestId('host-prediction').scrollIntoViewIfNeeded();
  await shoot(host, 'prediction-host-locked-phone');
  await host.getByTestId('prediction-resolve').click();
  await says(ben.page, 'prediction-mine', 'If it stands, you get 3.65');
  await says(ann.page, 'prediction-mine', 'go to those who were right');
  await host.getByTestId('prediction-correct').locator('summary').click();
  await host.getByTestId('prediction-result-0').check();
  await host.getByTestId('prediction-resolve').click();
  await says(ann.page, 'prediction-mine', 'If it stands, you get');
  await says(ben.page, 'prediction-mine', 'go to those who were right');
  await shoot(ann.page, 'prediction-resolved-desktop');
  await host.getByTestId('host-prediction').scrollIntoViewIfNeeded();
  await shoot(host, 'prediction-host-resolved-phone');

  await skipTime();
  await says(ann.page, 'prediction-mine', 'You won:', 20_000);
  await says(ben.page, 'prediction-mine', 'You were not right');
  const stakes = [1000n, 2000n, 700n].map((amount, i) => ({ amount: amount * milli, outcome: i === 1 ? 1 : 0 }));
  const { payouts, fee } = divide(stakes, 0, 250);
  expect([await at(ann.address), await at(ben.address)]).toEqual([payouts[0], 0n]);
  expect(payouts.reduce((sum, one) => sum + one, fee)).toBe(3700n * milli);
  expect(await at(predictionEscrow.address as Hex)).toBe(0n);
  const bobs = 5000n * milli - 700n * milli + (payouts[2] ?? 0n);
  expect(await say(bob, '/balance')).toContain(
    `${bobs / 10n ** 18n}.${`${bobs % 10n ** 18n}`.padStart(18, '0').slice(0, 3)}`,
  );
  await shoot(ann.page, 'prediction-won-desktop');
  await shoot(ben.page, 'prediction-lost-phone');
  await ann.page.setViewportSize(phone);
  await ann.page.getByTestId('prediction').scrollIntoViewIfNeeded();
  await shoot(ann.page, 'prediction-won-phone');
  await fits(ann.page);

  // Seen again after a reload, put into the balance, and done with for good.
  await ann.page.reload();
  await says(ann.page, 'prediction-mine', 'You won:');
  await ann.page.getByTestId('won-put-in').click();
  await vi.waitFor(async () => expect(await at(ann.address)).toBe(0n), 30_000);
  await says(ann.page, 'balance', '6.1');
  await ann.page.getByTestId('prediction-done').click();
  await ann.page.getByTestId('prediction').waitFor({ state: 'detached' });
  expect((await dtok.api('verify', {})).findings).toEqual([]);
});

it('gives a stake back when the host calls it off, and asks who has only a gift to put money in', async () => {
  const ann = await viewer();
  const { url } = { url: new URL(dtok.watchLink) };
  const guest = await open(`${url.pathname}${url.hash}`, phone);
  const body = { id: 'called-off-1', question: 'Rain?', options: ['Yes', 'No'], openMs: 600_000, disputeMs: 60_000 };
  const { id } = await dtok.api('openPrediction', { params: main, body });
  await guest.getByTestId('prediction-option-0').click();
  await says(guest, 'stake-no-money', 'a gift');
  await guest.getByTestId('prediction').scrollIntoViewIfNeeded();
  await shoot(guest, 'prediction-no-money-phone');
  await ann.page.getByTestId('prediction-option-1').click();
  await ann.page.getByTestId('stake-0.5').click();
  await says(ann.page, 'prediction-mine', 'You staked 0.50 DAI');
  const host = await open(`/host#t=${dtok.hostToken}`);
  await host.getByTestId('prediction-cancel').click();
  await says(host, 'prediction-cancel', 'Sure?');
  await shoot(host, 'prediction-host-desktop');
  await host.getByTestId('prediction-cancel').click();
  await says(ann.page, 'prediction-mine', 'Your 0.50 DAI came back to you.');
  expect(await at(ann.address)).toBe(500n * milli);
  await guest.getByTestId('prediction-verdict').getByText('Called off').waitFor();
  expect((await dtok.api('listPredictions', { params: main }))[0]).toMatchObject({ id, state: 'refunded' });
});

it('says on the dashboard why predictions are off, and how they are turned on', async () => {
  const host = await open('/', phone);
  await host.route('**/api/host/streams/main', async (route) => {
    const response = await route.fetch();
    const json = { ...(await response.json()), predictions: { on: false, token: true, feeBps: 0 } };
    await route.fulfill({ response, json });
  });
  await host.goto(`${dtok.base}/host#t=${dtok.hostToken}`);
  await says(host, 'prediction-off', 'gambling in many countries');
  await says(host, 'prediction-off', 'PREDICTIONS=on');
  await host.getByTestId('host-prediction').scrollIntoViewIfNeeded();
  await shoot(host, 'prediction-host-off-phone');
  expect(await host.getByTestId('prediction-question').count()).toBe(0);
  // It looks again and again: what is under way then is nobody's.
  await host.unrouteAll({ behavior: 'ignoreErrors' });
});

it('shows over the picture what happens, never a tip that is held back; in full screen too, and not to who wants none', async () => {
  const [ann, ben] = await Promise.all([viewer(), viewer(phone)]);
  const fan = await openTipper(dtok, 40n * 10n ** 18n);
  await fan.tip('Ann', 500n * milli, 'free money at spam.example.com');
  await fan.tip('fuck you', 500n * milli, 'hello');
  await dtok.api('setGoal', { params: main, body: { title: 'A new amp', amount: `${400n * milli}` } });
  await fan.tip('Ann <b>L</b>', 500n * milli, 'What a solo, and what a night');
  const { held } = await dtok.api('getAlerts', { params: main });
  expect(held.length).toBe(2);
  const tips = ben.page.getByTestId('tips');
  await tips.getByText('What a solo').waitFor();
  await says(ann.page, 'flashes', 'Goal reached');
  for (const page of [ann.page, ben.page]) {
    const seen = await page.evaluate(() => document.body.textContent ?? '');
    expect([seen.includes('spam.example'), seen.includes('fuck you')]).toEqual([false, false]);
  }
  // What the host approves is seen by then.
  const poll = { id: 'over-the-picture', question: 'Which song?', options: ['Blue', 'Red'], durationMs: 60_000 };
  const { id } = await dtok.api('createPoll', { params: main, body: { ...poll, votes: 'free', price: '0' } });
  const alert = held.find(({ message }) => message.includes('spam'))?.id ?? 0;
  await dtok.api('actOnAlerts', { params: main, body: { act: 'approve', id: alert } });
  await tips.getByText('free money at spam.example.com').waitFor();
  await says(ann.page, 'flashes', 'free money at spam.example.com');
  await ann.page.getByTestId('poll-option-0').click();
  await vi.waitFor(async () => expect(await ann.page.getByTestId('poll-option-0').textContent()).toContain('Yours'));
  await ben.page.evaluate(() => scrollTo(0, 0));
  await shoot(ben.page, 'live-over-phone');
  await ann.page.getByTestId('video').hover();
  await ann.page.getByTestId('fullscreen').click();
  await ann.page.waitForFunction(() => document.fullscreenElement !== null);
  await ann.page.getByTestId('poll').waitFor();
  await dtok.api('closePoll', { params: { poll: id } });
  await says(ann.page, 'flashes', 'Blue wins');
  await shoot(ann.page, 'live-over-full');
  expect(await ann.page.getByTestId('tip-send').isVisible()).toBe(false);
  await ann.page.evaluate(() => document.exitFullscreen());
  await shoot(ann.page, 'live-over-desktop');

  await ben.page.getByTestId('shows-over').uncheck();
  await ben.page.getByTestId('shows-beside').uncheck();
  await ben.page.reload();
  await plays(ben.page, 0.3);
  expect(await ben.page.getByTestId('goal').count()).toBe(0);
  expect(await ben.page.getByTestId('flashes').count()).toBe(0);
  expect(await ben.page.getByTestId('shows-over').isChecked()).toBe(false);
});

it('leads to the communities that the host has named, and to no other place by their names', async () => {
  const host = await open(`/host#t=${dtok.hostToken}`, phone);
  await host.getByTestId('set-discord').fill('http://discord.gg/abc');
  await host.getByText('Write the invitation like').waitFor();
  expect(await host.getByTestId('save').isDisabled()).toBe(true);
  await host.getByTestId('set-discord').fill('https://discord.gg/blue-notes');
  await host.getByTestId('set-telegram').fill('https://t.me/bluenotes');
  await host.getByTestId('set-telegram').scrollIntoViewIfNeeded();
  await shoot(host, 'communities-host-phone');
  await host.getByTestId('save').click();
  await says(host, 'toast', 'Saved.');
  for (const telegramLink of [
    'javascript:alert(1)',
    'https://evil.example/t.me',
    'https://a@t.me/x',
    'http://t.me/x',
  ]) {
    const body = { telegram: telegramLink };
    await expect(dtok.api('patchStream', { params: main, body })).rejects.toThrow('bad_request');
  }
  for (const [path, name] of [
    ['/watch/main', 'watch'],
    ['/', 'landing'],
  ] as const) {
    const page = await open(path, phone);
    const link = page.getByTestId('community-discord');
    await link.waitFor();
    expect(await link.textContent()).toBe('Talk on Discord');
    expect(await link.evaluate((a: HTMLAnchorElement) => [a.href, a.rel, a.target])).toEqual([
      'https://discord.gg/blue-notes',
      'noopener noreferrer',
      '_blank',
    ]);
    expect(await page.getByTestId('community-telegram').getAttribute('href')).toBe('https://t.me/bluenotes');
    await shoot(page, `communities-${name}-phone`);
    await fits(page);
  }
});
