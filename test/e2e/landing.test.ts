// The list of streams from the chain alone: on a foreign server that has no API, and beside a house's own streams.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import { Contract, encodeBytes32String, JsonRpcProvider, Wallet } from 'ethers';
import express from 'express';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { streamRegistry } from '../../src/chain/contracts.js';
import { devAccount, registry } from '../../src/chain/index.js';
import { desktop, launch, phone, shoot } from '../support/browser.js';
import { type Dtok, removeFolder, startDtok } from '../support/dtok.js';

let dtok: Dtok;
let browser: Browser;
let foreign: Server;
let rpcUrl = '';
const asked: string[] = [];
const pages = fileURLToPath(new URL('../../dist/web', import.meta.url));

const metadata = (change: object = {}) => ({
  ...{ id: 'jazz', title: 'Jazz', host: 'Nina', state: 'live', price: '20000000000000000', previewMs: 0 },
  token: { chainId: 31337, address: `0x${'1'.repeat(40)}`, symbol: 'DAI', decimals: 18 },
  ...{ watch: 'https://jazz.example/watch/jazz', gate: 'https://jazz.example/keys/jazz', cams: [] },
  ...change,
});
const inline = (json: object) => `data:application/json;base64,${Buffer.from(JSON.stringify(json)).toString('base64')}`;

beforeAll(async () => {
  const files = express().use((req, _res, next) => {
    asked.push(req.url);
    next();
  }, express.static(pages));
  foreign = createServer(files).listen(0, '127.0.0.1');
  [dtok, browser] = await Promise.all([startDtok({ env: { TEST_CARD: 'off' } }), launch(), once(foreign, 'listening')]);
  rpcUrl = (await dtok.api('getRegistry')).rpcUrl ?? '';
  const provider = new JsonRpcProvider(rpcUrl, undefined, { cacheTimeout: -1 });
  const account = new Wallet(devAccount(6), provider);
  const list = new Contract(registry.address, streamRegistry.abi, account);
  const register = async (name: string, title: string, uri: string) =>
    (await list.getFunction('register')(encodeBytes32String(name), account.address, title, uri)).wait();
  await register('jazz', '<b>Jazz</b> & more', inline(metadata()));
  await register('lure', 'A lure', inline(metadata({ watch: 'javascript:alert(1)' })));
  await register('elsewhere', 'Another’s page', `${dtok.base}/api/streams/main/metadata`);
  await register('dead', 'Dead', 'http://127.0.0.1:1/nothing');
  await register('closed', 'Closed', inline(metadata()));
  const id = await list.getFunction('idOf')(account.address, encodeBytes32String('closed'));
  await (await list.getFunction('close')(id)).wait();
  provider.destroy();
}, 90_000);

afterAll(async () => {
  await browser?.close();
  foreign?.closeAllConnections();
  foreign?.close();
  await dtok?.stop();
  if (dtok) removeFolder(dtok.data);
});

const titles = (page: Awaited<ReturnType<Browser['newPage']>>) =>
  page.getByTestId('listed').locator('h2').allTextContents();

it('is read by anyone’s copy of the page, which asks no server of ours', async () => {
  const { port } = foreign.address() as { port: number };
  const page = await browser.newPage({ viewport: desktop });
  await page.goto(`http://127.0.0.1:${port}/?rpc=${encodeURIComponent(rpcUrl)}`);
  const own = page.locator(`[data-testid=listed] a[href="http://localhost:${new URL(dtok.base).port}/watch/main"]`);
  // Its own entry, and one that somebody else made of the same metadata.
  await own.first().waitFor();
  expect(await titles(page)).toEqual(expect.arrayContaining(['My first paid show', '<b>Jazz</b> & more']));
  expect(await titles(page)).not.toEqual(expect.arrayContaining(['A lure']));
  expect(await titles(page)).not.toEqual(expect.arrayContaining(['Closed']));
  expect(await titles(page)).not.toEqual(expect.arrayContaining(['Dead']));
  expect(await page.getByTestId('listed').filter({ hasText: 'My first paid show' }).textContent()).toContain(
    '0.03 DAI',
  );
  expect(asked.filter((url) => url.startsWith('/api'))).toEqual([]);
  await shoot(page, 'from-chain-desktop');
  await page.close();
});

it('shows what is on elsewhere beside the house’s own', async () => {
  const page = await browser.newPage({ viewport: phone });
  await page.goto(`http://localhost:${new URL(dtok.base).port}/`);
  await page.getByTestId('stream-main').waitFor();
  await page.getByTestId('listed').first().waitFor();
  expect(await titles(page)).toEqual(['<b>Jazz</b> & more']);
  await shoot(page, 'elsewhere-phone');
  await page.close();
});

it('says what is wrong when the node does not answer', async () => {
  const { port } = foreign.address() as { port: number };
  const page = await browser.newPage({ viewport: phone });
  await page.goto(`http://127.0.0.1:${port}/?rpc=http://127.0.0.1:1`);
  await page.getByText('does not answer').waitFor();
  await page.close();
});
