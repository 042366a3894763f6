// A short show from its first tip to its summary, in a real Chromium: the page, its pictures, and tables whose sums are the ledger's.
import { readFileSync } from 'node:fs';
import type { Browser, BrowserContext, Download, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { readCsv } from '../../src/sponsor/wishes.js';
import { keyToText } from '../../src/web/shared/bytes.js';
import { openTipper } from '../overlay/tipper.js';
import { desktop, launch, phone, plays, shoot } from '../support/browser.js';
import { type Dtok, startDtok } from '../support/dtok.js';

const dai = 10n ** 18n;
const main = { params: { stream: 'main' } };

let dtok: Dtok;
let browser: Browser;
let context: BrowserContext;
const faults: string[] = [];
beforeAll(async () => {
  const env = { PRICE_PER_SECOND: '0.01', PREVIEW_SECONDS: '0', KEY_PERIOD_SECONDS: '1', LIST_STREAMS: 'off' };
  [dtok, browser] = await Promise.all([startDtok({ env: { ...env, SPONSOR_DEPOSIT: '200' } }), launch()]);
  context = await browser.newContext({ acceptDownloads: true });
  context.on('weberror', (fault) => faults.push(String(fault.error())));
});
afterAll(async () => {
  await browser?.close();
  await dtok?.stop();
});

async function open(url: string, size = desktop): Promise<Page> {
  const page = await context.newPage();
  await page.setViewportSize(size);
  await page.goto(url);
  return page;
}

async function saved(page: Page, testid: string): Promise<Download> {
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId(testid).first().click()]);
  return download;
}

/** Without the mark at its start, which is for spreadsheets. */
const tableIn = async (download: Download): Promise<string[][]> =>
  readCsv(readFileSync(await download.path(), 'utf8').replace(/^\ufeff/, ''));

/** Its size, and how many different colours there are among some thousand places of it. */
async function pictureIn(page: Page, download: Download) {
  const bytes = readFileSync(await download.path());
  return page.evaluate(
    async (src) => {
      const image = new Image();
      image.src = src;
      await image.decode();
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
      const context = canvas.getContext('2d');
      context?.drawImage(image, 0, 0);
      const { data } = context?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
      const colours = new Set<string>();
      for (let i = 0; i < data.length; i += 4 * 97) colours.add(`${data[i]} ${data[i + 1]} ${data[i + 2]}`);
      return { width: canvas.width, height: canvas.height, colours: colours.size };
    },
    `data:image/png;base64,${bytes.toString('base64')}`,
  );
}

it('a show with tips and a poll ends in a summary that can be handed on, and adds up', async () => {
  const [ann, bob, troll] = await Promise.all([20n, 20n, 20n].map((limit) => openTipper(dtok, limit * dai)));
  if (!ann || !bob || !troll) throw new Error('no tippers');
  await dtok.api('patchStream', { ...main, body: { title: 'Late Night Jazz' } });
  const watch = await open(`${dtok.base}/watch/main#k=${keyToText(ann.key)}`);
  await plays(watch, 1);
  await dtok.api('setGoal', { ...main, body: { title: 'A new amp', amount: `${10n * dai}` } });
  await ann.tip('Ada Lovelace', 7n * dai, 'That solo was out of this world 🎷');
  await bob.tip('محمد', 3n * dai, 'שלום!');
  await troll.tip('Troll', dai, 'see you at evil.example.com');
  const poll = { id: 'poll-of-the-show', question: 'Which encore?', options: ['Blue in Green', 'So What'] };
  const { id } = await dtok.api('createPoll', { ...main, body: { ...poll, durationMs: 60_000 } });
  await watch.getByTestId('poll-option-1').click();
  await vi.waitFor(async () => expect((await dtok.api('listPolls', main))[0]?.tally.voters).toBe(1), 5000);
  await dtok.api('closePoll', { params: { poll: id } });

  await watch.getByTestId('supporters').locator('summary').click();
  const leaders = () => watch.getByTestId('supporters').locator('li').allTextContents();
  await vi.waitFor(
    async () => expect(await leaders()).toEqual(['Ada Lovelace7.00 DAI', 'محمد3.00 DAI', 'Troll1.00 DAI']),
    5000,
  );
  await watch.getByTestId('supporters').scrollIntoViewIfNeeded();
  await shoot(watch, 'watch-supporters');
  // Viewers are sampled every few seconds.
  const peak = async () => (await dtok.api('getShow', { params: { stream: 'main', show: 'last' } })).peak;
  await vi.waitFor(async () => expect(await peak()).toBe(1), { timeout: 12_000, interval: 500 });

  await dtok.api('patchStream', { ...main, body: { open: false } });
  await watch.getByTestId('how-it-went').waitFor({ timeout: 20_000 });
  await watch.evaluate(() => scrollTo(0, 0));
  await shoot(watch, 'watch-over');
  await watch.getByTestId('how-it-went').click();
  await watch.waitForURL(`${dtok.base}/show/main/1`);
  const said = (testid: string) => watch.getByTestId(testid).allTextContents();
  await watch.getByTestId('show-title').waitFor();
  expect(await said('show-title')).toEqual(['Late Night Jazz']);
  expect(await watch.getByTestId('show-supporters').locator('li').allTextContents()).toEqual([
    ...['Ada Lovelace7.00 DAI', 'محمد3.00 DAI', 'Troll1.00 DAI'],
  ]);
  expect((await said('show-message')).join()).not.toContain('evil');
  expect(await watch.getByTestId('show-poll').locator('.won').textContent()).toContain('So What');
  expect((await said('show-goal')).join()).toContain('A new amp');
  expect(await said('show-earned-tipped')).toEqual([]);
  await shoot(watch, 'show-desktop');
  for (const [testid, width, height] of [
    ['picture-wide', 1200, 630],
    ['picture-tall', 1080, 1920],
  ] as const) {
    const picture = await pictureIn(watch, await saved(watch, testid));
    expect(picture).toMatchObject({ width, height });
    expect(picture.colours).toBeGreaterThan(60);
  }
  const html = await (await fetch(`${dtok.base}/show/main`)).text();
  expect(html).toContain('<meta property="og:title" content="Late Night Jazz">');
  const image = /property="og:image" content="[^"]*(\/show\/main\/1\/wide\.png)"/.exec(html)?.[1] ?? '';
  expect((await fetch(dtok.base + image)).headers.get('content-type')).toBe('image/png');
  expect((await fetch(`${dtok.base}/show/main/7`)).status).toBe(404);

  const host = await open(`${dtok.base}/host#t=${dtok.hostToken}`, { width: 1440, height: 1400 });
  await host.getByTestId('host-show').waitFor();
  const table = await saved(host, 'host-show-people');
  const [, ...rows] = await tableIn(table);
  const sum = (column: number): bigint => rows.reduce((all, row) => all + BigInt(row[column] ?? 0), 0n);
  const { earnings } = await dtok.api('hostStream', main);
  expect([sum(5), sum(7) + sum(9)].map(String)).toEqual([earnings.watched, earnings.tipped]);
  expect(sum(5)).toBeGreaterThan(0n);
  await host.getByTestId('supporters-view').selectOption('hour');
  await host.getByTestId('supporter-lines').locator('li').nth(2).waitFor();
  expect(await tableIn(await saved(host, 'supporters-csv'))).toHaveLength(4);
  await host.getByTestId('host-shows').scrollIntoViewIfNeeded();
  await shoot(host, 'host-shows');
  // The host tells what was earned, and not by whom.
  await host.getByTestId('shows-earnings').check();
  await host.getByTestId('shows-names').uncheck();
  await vi.waitFor(
    async () => expect((await dtok.api('listShows', main)).settings).toEqual({ names: false, earnings: true }),
    5000,
  );
  const small = await open(`${dtok.base}/show/main/1`, phone);
  await small.getByTestId('show-earned-tipped').waitFor();
  expect(await small.getByTestId('show-earned-tipped').textContent()).toBe('11.00 DAI');
  expect(await small.locator('body').textContent()).not.toContain('Ada');
  await shoot(small, 'show-phone');
  expect((await dtok.api('verify', {})).findings).toEqual([]);
  expect(faults).toEqual([]);
});
