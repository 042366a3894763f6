// The chat page in a real Chromium beside a bot that people write to: a code, a mandate, tips from both; a top-up; the Mini App's way in.
import { Contract, JsonRpcProvider, Wallet } from 'ethers';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { devAccount } from '../../src/chain/index.js';
import { addressOf, randomKey } from '../../src/payments/typed-data.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { desktop, launch, phone, shoot } from '../support/browser.js';
import { type Dtok, freePort, removeFolder, startDtok } from '../support/dtok.js';
import { injectWallet } from '../support/injected-wallet.js';
import { type SmallTelegram, startTelegram } from '../support/small-telegram.js';

const dai = 10n ** 18n;
let telegram: SmallTelegram;
let dtok: Dtok;
let browser: Browser;
let context: BrowserContext;
let chain: JsonRpcProvider;
let token: Contract;
let faults: string[] = [];

beforeAll(async () => {
  telegram = await startTelegram();
  const port = `${await freePort()}`;
  const env = { TEST_CARD: 'off', PREVIEW_SECONDS: '0', CHAIN_POLL_SECONDS: '0.2', CHAIN_PORT: port, ...telegram.env };
  [dtok, browser] = await Promise.all([startDtok({ env }), launch()]);
  const url = `http://127.0.0.1:${port}`;
  chain = new JsonRpcProvider(url, undefined, { staticNetwork: true, cacheTimeout: -1, pollingInterval: 50 });
  const { terms } = await dtok.api('getStream', { params: { stream: 'main' } });
  const abi = ['function mint(address,uint256)', 'function balanceOf(address) view returns (uint256)'];
  token = new Contract(terms.token.address, abi, new Wallet(devAccount(5), chain));
});
afterAll(async () => {
  chain?.destroy();
  await browser?.close();
  await dtok?.stop();
  await telegram?.stop();
  removeFolder(dtok.data);
});
beforeEach(async () => {
  faults = [];
  context = await browser.newContext({ viewport: desktop });
  context.on('weberror', (fault) => faults.push(String(fault.error())));
});
afterEach(async () => {
  await context.close();
  expect(faults).toEqual([]);
});

async function both(page: Page, name: string): Promise<void> {
  await shoot(page, `chat-${name}-desktop`);
  await page.setViewportSize(phone);
  await shoot(page, `chat-${name}-phone`);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(phone.width);
  await page.setViewportSize(desktop);
}

const text = (page: Page, id: string, wanted: string) =>
  page.getByTestId(id).getByText(wanted, { exact: true }).waitFor({ timeout: 10_000 });
const balance = (page: Page, wanted: string) =>
  page.getByTestId('balance').getByText(wanted, { exact: true }).waitFor();
const say = async (user: number, line: string) => (await telegram.write(user, 'Bob', line)).text;

/** The watch page with 5 test DAI in its purse. */
async function fundedPage(): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${dtok.base}/watch/main`);
  await page.getByTestId('topup-more').click();
  await balance(page, '5.0000 DAI');
  return page;
}

async function tipFromPage(page: Page, left: string): Promise<void> {
  await page.goto(`${dtok.base}/watch/main`);
  await page.getByTestId('tip-amount').fill('1');
  await page.getByTestId('tip-send').click();
  await balance(page, left);
}

it('joins a chat account by its code, and lets it spend of the page’s channel, at most what was allowed and signed', async () => {
  const user = 7001;
  const page = await fundedPage();
  const code = await telegram.code(user, 'Bob');
  await page.goto(`${dtok.base}/chat#code=${code.replaceAll(' ', '')}`);
  await text(page, 'holder', 'Bob');
  expect(await page.getByTestId('link').isDisabled()).toBe(true);
  await page.getByTestId('share-some').check();
  await page.getByTestId('limit').fill('6');
  await page.getByText('at most the 5.00 DAI that are there').waitFor();
  expect(await page.getByTestId('link').isDisabled()).toBe(true);
  await page.getByTestId('limit').fill('3');
  await page.getByTestId('meaning').getByText('It could cheat you of 3.00 DAI at most.').waitFor();
  await both(page, 'mandate');
  await page.getByTestId('link').click();
  await text(page, 'chat-left', '3.00 DAI');
  expect(page.url()).toBe(`${dtok.base}/chat`);
  await both(page, 'linked');

  expect(await say(user, '/tip 1 great solo')).toContain('1 DAI is on its way');
  await text(page, 'chat-spent', '1.00 DAI');
  // The page spends of the same channel; when it is open again, it signs for what chat may still have.
  await tipFromPage(page, '3.0000 DAI');
  await page.goto('about:blank');
  expect(await say(user, '/tip 2')).toContain('has not signed for that much yet');
  await page.goto(`${dtok.base}/watch/main`);
  await vi.waitFor(async () => expect(await say(user, '/tip 1.5')).toContain('is on its way'), { timeout: 10_000 });

  // A browser that does not remember what was allowed signs no further by itself.
  await tipFromPage(page, '0.5000 DAI');
  await page.evaluate(() => localStorage.removeItem('dtok.chat.telegram:7001'));
  await page.goto(`${dtok.base}/chat`);
  await page.getByTestId('linked-account').getByText('Account 7001').waitFor();
  await both(page, 'unsigned');
  await page.getByTestId('sign').click();
  await page.getByTestId('sign').waitFor({ state: 'detached' });
  expect(await say(user, '/tip 0.5')).toContain('is on its way');
  await text(page, 'chat-left', '0.00 DAI');

  await page.getByTestId('unlink').click();
  await page.getByTestId('linked').waitFor({ state: 'detached' });
  expect(await say(user, '/tip 1')).toContain('Top up with /topup');
});

it('says what is wrong with a code, and joins two without money', async () => {
  const page = await context.newPage();
  await page.goto(`${dtok.base}/chat`);
  await page.getByTestId('code').fill('123 456 789');
  await page.getByTestId('code-find').click();
  await page.getByTestId('code-trouble').getByText('That code is wrong, used, or older than ten minutes.').waitFor();
  await both(page, 'wrong-code');
  await page.getByTestId('code').fill(await telegram.code(7002, 'Zoë & <b>Bob</b>'));
  await page.getByTestId('code').press('Enter');
  await text(page, 'holder', 'Zoë & <b>Bob</b>');
  expect(await page.getByTestId('share-some').isDisabled()).toBe(true);
  await both(page, 'empty-purse');
  await page.getByTestId('share-none').check();
  await page.getByTestId('link').click();
  await page.getByTestId('linked-account').getByText('Each pays from its own.').waitFor();
  await page.reload();
  await page.getByTestId('linked-account').getByText('Zoë & <b>Bob</b>').waitFor();
});

const addressIn = (line: string): Hex => /0x[0-9a-fA-F]{40}/.exec(line)?.[0].toLowerCase() as Hex;

it('shows where to send for a top-up, and the balance rises as tokens arrive, from anywhere and from a wallet', async () => {
  const address = addressIn(await say(7003, '/topup'));
  const key = randomKey();
  await (await token.getFunction('mint')(addressOf(key), 10n * dai)).wait();
  const page = await context.newPage();
  const wallet = await injectWallet({ page, key, chain, name: 'Test Wallet' });
  await page.goto(`${dtok.base}/chat#topup=${address}`);
  await text(page, 'chat-balance', '0.00 DAI');
  await text(page, 'chat-address', address);
  await page.locator('img.qr').waitFor();
  await page.getByTestId('arrival').getByText('Waiting for DAI to arrive.').waitFor();
  await both(page, 'top-up');
  await (await token.getFunction('mint')(address, dai / 20n)).wait();
  await page.getByTestId('arrival').getByText('it is put in when there are 0.10 DAI or more').waitFor();
  await (await token.getFunction('mint')(address, 2n * dai - dai / 20n)).wait();
  await text(page, 'chat-balance', '2.00 DAI');
  await page.getByTestId('arrival').getByText('2.00 DAI is in.').waitFor();

  const pick = page.getByTestId('wallet').filter({ hasText: 'Test Wallet' });
  wallet.refuse('eth_signTypedData_v4');
  await pick.click();
  await page.getByText('You said no in the wallet. Nothing was paid.').waitFor();
  await page.getByTestId('wallet-amount').fill('0.05');
  await page.getByText('at least 0.10 DAI').waitFor();
  await page.getByTestId('wallet-amount').fill('4');
  // What was signed and never arrived is sent again, not signed again.
  await page.route('**/transfers', (route) => route.abort(), { times: 1 });
  await pick.click();
  await page.getByTestId('wallet-trouble').getByText('The server cannot be reached.').waitFor();
  const signed = () => wallet.asked.filter((method) => method === 'eth_signTypedData_v4').length;
  const before = signed();
  await pick.click();
  await text(page, 'chat-balance', '6.00 DAI');
  expect(signed()).toBe(before);
  expect(wallet.asked).not.toContain('eth_sendTransaction');
  expect(await token.getFunction('balanceOf')(addressOf(key))).toBe(6n * dai);
  await both(page, 'topped-up');
  expect(await say(7003, '/tip 6')).toContain('6 DAI is on its way');
  await text(page, 'chat-balance', '0.00 DAI');

  await page.goto(`${dtok.base}/chat#topup=${addressOf(randomKey())}`);
  await page.getByText('There is no chat purse here. Check the link.').waitFor();
});

it('the Mini App opens the own link of whoever Telegram vouches for, and says so where it does not', async () => {
  const page = await context.newPage();
  const asked: unknown[] = [];
  const url = `${dtok.base}/watch/main`;
  await page.route('**/api/telegram/watch', (route) => {
    asked.push(route.request().postDataJSON());
    return route.fulfill({ json: { url } });
  });
  await page.goto(`${dtok.base}/app?stream=main`);
  await page.getByText('Open this from the bot’s button in Telegram.').waitFor();
  const initData = 'user=%7B%22id%22%3A7%7D&auth_date=1&hash=ab';
  const opened = new URLSearchParams({ tgWebAppData: initData, tgWebAppVersion: '8.0' });
  await page.goto(`${dtok.base}/app?tgWebAppStartParam=main&x=1#${opened}`);
  await page.waitForURL(url);
  await page.goto(`${dtok.base}/app?stream=main&x=2#${opened}`);
  await page.waitForURL(url);
  expect(asked).toEqual([
    { initData, stream: 'main' },
    { initData, stream: 'main' },
  ]);
});
