// A viewer's own money in a real Chromium: by address, by an injected wallet, out again, and the key carried elsewhere.
import { Contract, JsonRpcProvider, Wallet } from 'ethers';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { devAccount } from '../../src/chain/index.js';
import { addressOf, randomKey } from '../../src/payments/typed-data.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { keyToText } from '../../src/web/shared/bytes.js';
import { launch, phone, shoot } from '../support/browser.js';
import { type Dtok, freePort, removeFolder, startDtok } from '../support/dtok.js';
import { injectWallet } from '../support/injected-wallet.js';
import { deployNames, type Names, registryAddress } from '../support/names.js';

const desktop = { width: 1280, height: 800 };
const dai = 10n ** 18n;
const delaySeconds = 900;
const friend = addressOf(randomKey());

let dtok: Dtok;
let browser: Browser;
let context: BrowserContext;
let chain: JsonRpcProvider;
let names: Names;
let token: Contract;
/** What the pages of a test told anybody. */
let told: string[] = [];
let faults: string[] = [];

beforeAll(async () => {
  const port = `${await freePort()}`;
  const env = {
    ...{ TEST_CARD: 'off', PREVIEW_SECONDS: '0', MIN_TIP: '0.1', CHAIN_POLL_SECONDS: '0.2', CHAIN_PORT: port },
    ...{ WITHDRAW_DELAY_SECONDS: `${delaySeconds}`, ENS_REGISTRY: registryAddress },
  };
  [dtok, browser] = await Promise.all([startDtok({ env }), launch()]);
  const url = `http://127.0.0.1:${port}`;
  chain = new JsonRpcProvider(url, undefined, { staticNetwork: true, cacheTimeout: -1, pollingInterval: 50 });
  const { terms } = await dtok.api('getStream', { params: { stream: 'main' } });
  const abi = ['function mint(address,uint256)', 'function balanceOf(address) view returns (uint256)'];
  token = new Contract(terms.token.address, abi, new Wallet(devAccount(5), chain));
  names = await deployNames(url);
  await names.set('friend', friend);
});
afterAll(async () => {
  names?.close();
  chain?.destroy();
  await browser?.close();
  await dtok?.stop();
  removeFolder(dtok.data);
});
beforeEach(async () => {
  [told, faults] = [[], []];
  context = await newContext();
});
afterEach(async () => {
  await context.close();
  expect(faults).toEqual([]);
});

async function newContext(): Promise<BrowserContext> {
  const made = await browser.newContext({ viewport: desktop });
  made.on('request', (request) => told.push(`${request.url()} ${request.postData() ?? ''}`));
  made.on('weberror', (fault) => faults.push(String(fault.error())));
  return made;
}

async function send(to: string, amount: bigint): Promise<void> {
  await (await token.getFunction('mint')(to, amount)).wait();
}
const held = async (address: string): Promise<bigint> => token.getFunction('balanceOf')(address);

async function open(path = '/watch/main', page?: Page): Promise<Page> {
  const opened = page ?? (await context.newPage());
  await opened.goto(`${dtok.base}${path}`);
  await balance(opened, /\d DAI/);
  return opened;
}

const balance = (page: Page, wanted: string | RegExp) =>
  vi.waitFor(
    async () => {
      const text = (await page.getByTestId('balance').textContent()) ?? '';
      if (typeof wanted === 'string') expect(text).toBe(wanted);
      else expect(text).toMatch(wanted);
    },
    { timeout: 10_000, interval: 50 },
  );

async function both(page: Page, name: string): Promise<void> {
  await shoot(page, `money-${name}-desktop`);
  await page.setViewportSize(phone);
  await shoot(page, `money-${name}-phone`);
  await page.setViewportSize(desktop);
}

/** Test tokens into the page's purse, 5 DAI; resolves to its key, with the dialog open. */
async function fund(page: Page): Promise<Hex> {
  await page.getByTestId('topup-more').click();
  await balance(page, '5.0000 DAI');
  await page.getByTestId('money-open').click();
  await page.getByTestId('money-key').click();
  await page.getByTestId('show-wallet').click();
  return (await page.getByTestId('private-key').textContent()) as Hex;
}

it('takes tokens that are sent to an address, with words at every step, over a reload, without gas', async () => {
  const page = await open();
  await page.getByTestId('money-open').click();
  await page.getByTestId('no-wallets').waitFor();
  await page.getByTestId('await-start').click();
  await page.getByText('Waiting for DAI to arrive').waitFor();
  await page.locator('.address img.qr').waitFor();
  expect(await page.getByTestId('money').textContent()).toContain('Send DAI on the test chain 31337 to');
  const address = (await page.getByTestId('my-address').textContent()) as Hex;
  await both(page, 'waiting');

  await send(address, 3n * dai);
  await page.getByText('3.00 DAI is in.').waitFor();
  await shoot(page, 'money-arrived-desktop');
  await page.getByTestId('money-close').click();
  await balance(page, '3.0000 DAI');

  // It waits on over a reload, with the dialog shut.
  await page.reload();
  await page.getByTestId('arrival-hint').getByText('Waiting for DAI').waitFor();
  await shoot(page, 'money-hint-desktop');
  const payer = new Wallet(devAccount(5), chain);
  await (await payer.sendTransaction({ to: address, value: 10n ** 15n })).wait();
  await send(address, 2n * dai);
  await balance(page, '5.0000 DAI');
  expect([await held(address), await chain.getTransactionCount(address)]).toEqual([0n, 0]);

  // Coins of the chain cannot pay, and that is said.
  await page.getByTestId('money-open').click();
  await page.getByTestId('arrival-coin').getByText('They cannot pay here: only DAI can.').waitFor();
  await both(page, 'coins');
  await page.getByTestId('await-stop').click();
  await send(address, dai);
  await page.reload();
  await page.getByTestId('money-open').click();
  await page.getByTestId('money-out').click();
  await page.getByTestId('money').getByTestId('lying').getByText('1.00 DAI').waitFor();
  expect(await held(address)).toBe(dai);
});

it('asks a wallet once: a no, a wrong chain, a yes; then tips without it, and leaves by the chain alone', async () => {
  const key = randomKey();
  const account = addressOf(key);
  await send(account, 10n * dai);
  await (await new Wallet(devAccount(5), chain).sendTransaction({ to: account, value: dai })).wait();
  const page = await context.newPage();
  const wallet = await injectWallet({ page, key, chain, name: 'Test Wallet' });
  await open('/watch/main', page);
  await page.getByTestId('money-open').click();
  const pick = page.getByTestId('wallet').filter({ hasText: 'Test Wallet' });
  await pick.waitFor();
  await both(page, 'wallet');

  wallet.refuse('eth_signTypedData_v4');
  await pick.first().click();
  await page.getByText('You said no in the wallet. Nothing was paid.').waitFor();
  wallet.chainId = 1;
  wallet.knows = [1];
  await pick.first().click();
  await page.getByText('Your wallet does not know the test chain 31337.').waitFor();
  await both(page, 'wallet-wrong-chain');
  wallet.knows = [1, 31337];
  await page.getByTestId('wallet-amount').fill('20');
  await pick.first().click();
  await page.getByText('has less DAI than that on this chain').waitFor();
  await page.getByTestId('wallet-amount').fill('4');
  const asked = wallet.hold('eth_signTypedData_v4');
  await pick.first().click();
  await asked.reached;
  await page.getByTestId('wallet-step').getByText('Your wallet shows what you sign').waitFor();
  await both(page, 'wallet-signing');
  asked.release();
  await page.getByText('4.00 DAI is in. Watching asks your wallet nothing more.').waitFor();
  expect(wallet.asked.filter((method) => method === 'eth_signTypedData_v4')).toHaveLength(3 - 1);
  expect(wallet.asked).not.toContain('eth_sendTransaction');
  expect(await held(account)).toBe(6n * dai);
  await page.getByTestId('money-close').click();

  const before = wallet.asked.length;
  await page.getByTestId('tip-amount').fill('1');
  await page.getByTestId('tip-send').click();
  await balance(page, '3.0000 DAI');
  expect(wallet.asked.length).toBe(before);

  // By the chain alone: begun, waited for, finished; the host has claimed the tip in between.
  await page.getByTestId('money-open').click();
  await page.getByTestId('money-out').click();
  await page.getByText('goes to your wallet').waitFor();
  await page.getByTestId('alone').click();
  expect(await page.getByTestId('leaving-words').textContent()).toContain('The host then has 15 minutes');
  await both(page, 'leaving');
  await page.getByTestId('leaving').getByTestId('wallet').click();
  await page.getByText('Leaving has begun. Come back after').waitFor();
  await page.getByTestId('leaving-words').getByText('can be fetched after').waitFor({ timeout: 10_000 });
  await both(page, 'leaving-begun');
  await page.getByTestId('leaving').getByTestId('wallet').click();
  await page.getByText('It can be finished after').waitFor();
  const { terms } = await dtok.api('getStream', { params: { stream: 'main' } });
  await vi.waitFor(
    async () => {
      const { claims } = await dtok.api('settle', { body: { dryRun: true } });
      expect(claims).toEqual([]);
    },
    { timeout: 10_000 },
  );
  await chain.send('evm_increaseTime', [terms.withdrawDelay + 1]);
  await chain.send('evm_mine', []);
  await page.getByTestId('leaving').getByTestId('wallet').click();
  await page.getByText('The money is in your wallet now.').waitFor();
  expect(await held(account)).toBe(9n * dai);
});

it('lets the page’s own key leave by the chain alone, from a wallet that it was brought into', async () => {
  const page = await open();
  const key = await fund(page);
  const address = addressOf(key);
  await page.close();
  await (await new Wallet(devAccount(5), chain).sendTransaction({ to: address, value: dai })).wait();

  const again = await context.newPage();
  await injectWallet({ page: again, key, chain, name: 'Test Wallet' });
  await open('/watch/main', again);
  await again.getByTestId('money-open').click();
  await again.getByTestId('money-out').click();
  await again.getByTestId('alone').click();
  await again.getByTestId('leaving-mine').getByText('this page has no gas').waitFor();
  await both(again, 'leaving-mine');
  await again.getByTestId('leaving').getByTestId('wallet').click();
  await again.getByText('Leaving has begun.').waitFor();
  await chain.send('evm_increaseTime', [delaySeconds + 1]);
  await chain.send('evm_mine', []);
  await again.getByTestId('leaving').getByTestId('wallet').click();
  await again.getByText('The money is in your wallet now.').waitFor();
  expect(await held(address)).toBe(5n * dai);
});

it('says what is not possible where the token takes no signatures, and asks for money where there is no faucet', async () => {
  const page = await context.newPage();
  const change = { gasless: true, faucet: false, payToName: 'hanna.eth' };
  await page.route('**/api/streams/main', async (route) => {
    const response = await route.fetch();
    const info = await response.json();
    await route.fulfill({ response, json: { ...info, terms: { ...info.terms, ...change } } });
  });
  const wallet = await injectWallet({ page, key: randomKey(), chain, name: 'Test Wallet' });
  await open('/watch/main', page);
  await page.getByTestId('put-in').click();
  await page.getByText('It can only pay the host, hanna.eth').waitFor();
  change.gasless = false;
  await page.reload();
  await page.getByTestId('put-in').click();
  await page.getByTestId('not-gasless').getByText('does not take signed payments').waitFor();
  expect([await page.getByTestId('wallet').count(), await page.getByTestId('await-start').count()]).toEqual([0, 0]);
  await both(page, 'not-gasless');
  expect(wallet.asked).toEqual([]);
  // It looks again and again: what is under way then is nobody's.
  await page.unrouteAll({ behavior: 'ignoreErrors' });
});

it('pays a wallet back at once, and sends a wallet’s signed deposit again that never arrived', async () => {
  const key = randomKey();
  await send(addressOf(key), 2n * dai);
  const page = await context.newPage();
  const wallet = await injectWallet({ page, key, chain, name: 'Another Wallet' });
  await open('/watch/main', page);
  await page.route('**/api/channels', (route) => route.abort());
  await page.getByTestId('money-open').click();
  await page.getByTestId('wallet-amount').fill('2');
  await page.getByTestId('wallet').click();
  await page.getByText('The server cannot be reached.').waitFor();
  await page.unrouteAll();
  await page.reload();
  await balance(page, '2.0000 DAI');
  expect(wallet.asked.filter((method) => method === 'eth_signTypedData_v4')).toHaveLength(1);
  await page.getByTestId('get-back').click();
  await page.getByText('2.00 DAI went back to your wallet').waitFor();
  expect(await held(addressOf(key))).toBe(2n * dai);
});

it('carries the purse to another device by words, and never tells them to anybody', async () => {
  const page = await open();
  const key = await fund(page);
  await both(page, 'key');
  await page.getByTestId('show-device').click();
  await page.locator('.secret img.qr').waitFor();
  await both(page, 'key-device');
  await page.getByTestId('show-words').click();
  await page.getByTestId('words').locator('li').nth(23).waitFor();
  await both(page, 'key-words');
  const words = await page.getByTestId('words').locator('li').allTextContents();
  expect(words).toHaveLength(24);

  const other = await newContext();
  const there = await open('/watch/main', await other.newPage());
  await there.getByTestId('money-open').click();
  await there.getByTestId('money-key').click();
  await there.getByTestId('bring-words').fill(words.toReversed().join(' '));
  await there.getByTestId('bring').click();
  await there.getByTestId('bring-wrong').waitFor();
  await shoot(there, 'money-bring-wrong-desktop');
  await there.getByTestId('bring-words').fill(` ${words.join('\n').toUpperCase()} `);
  await there.getByTestId('bring').click();
  await balance(there, '5.0000 DAI');
  // What was there before is not lost.
  await there.getByTestId('money-open').click();
  await there.getByTestId('money-key').click();
  await there.getByTestId('switch-back').click();
  await balance(there, '0.0000 DAI');
  await other.close();

  // By the code: a link like any other, until it is kept.
  const third = await newContext();
  const scanned = await open(`/watch/main#k=${keyToText(key)}`, await third.newPage());
  await balance(scanned, '5.0000 DAI');
  await scanned.getByTestId('money-open').click();
  await scanned.getByTestId('link-warning').waitFor();
  await both(scanned, 'link-warning');
  await scanned.getByTestId('money-key').click();
  await scanned.getByTestId('keep-link').click();
  await scanned.waitForURL(`${dtok.base}/watch/main`);
  await balance(scanned, '5.0000 DAI');
  await third.close();
  const secrets = [key.slice(2), keyToText(key), words.slice(0, 3).join(' ')];
  expect(told.filter((line) => secrets.some((secret) => line.includes(secret)))).toEqual([]);
});

it('sends everything to a name, once, although the page is lost in between', async () => {
  const page = await open();
  const address = addressOf(await fund(page));
  await page.getByTestId('money-out').click();
  await page.getByText('goes to this page’s address').waitFor();
  await both(page, 'out');
  await page.getByTestId('send-to').fill('nobody.eth');
  await page.getByTestId('send-look').click();
  await page.getByTestId('send-wrong').getByText('“nobody.eth” leads to no address').waitFor();
  await shoot(page, 'money-send-wrong-desktop');
  await page.getByTestId('send-to').fill('Friend.eth');
  await page.getByTestId('send-look').click();
  await page.getByTestId('send-confirm').waitFor();
  expect(await page.getByTestId('send-confirm').textContent()).toContain(
    `5.00 DAI goes to friend.eth, which leads to ${friend}`,
  );
  await both(page, 'send-confirm');

  const sent: (string | null)[] = [];
  page.on('request', (request) => request.url().endsWith('/api/transfers') && sent.push(request.postData()));
  await page.route('**/api/transfers', async (route) => {
    await route.fetch();
    await route.abort();
  });
  await page.getByTestId('send-go').click();
  await page.getByText('The server cannot be reached.').waitFor();
  await page.unrouteAll();
  await page.reload();
  await balance(page, '0.0000 DAI');
  await page.getByTestId('money-open').click();
  await page.getByTestId('money-out').click();
  await page.getByText('A payout is not finished. It goes to friend.eth').waitFor();
  await shoot(page, 'money-send-unfinished-desktop');
  await page.getByTestId('send-again').click();
  await page.getByText('5.00 DAI is at friend.eth now.').waitFor();
  await shoot(page, 'money-sent-desktop');
  expect(sent).toHaveLength(2);
  expect(sent[1]).toBe(sent[0]);
  expect([await held(friend), await held(address)]).toEqual([5n * dai, 0n]);
  expect(await chain.getTransactionCount(address)).toBe(0);
});
