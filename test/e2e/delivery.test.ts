// Delivery: ciphertext from another static server, and a real broadcast that takes the test card's place.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { desktop, launch, video } from '../support/browser.js';
import { type Dtok, removeFolder, startDtok } from '../support/dtok.js';
import { judgePlaylists } from '../support/playlists.js';
import { pictureArgs } from '../support/publisher.js';

let dtok: Dtok;
let browser: Browser;
let judged: ReturnType<typeof judgePlaylists>;
let mirror: Server;
const served: string[] = [];

beforeAll(async () => {
  [dtok, browser] = await Promise.all([startDtok({ env: { PREVIEW_SECONDS: '0' } }), launch()]);
  judged = judgePlaylists(browser);
  const folder = join(dtok.data, 'media', 'main');
  mirror = createServer((req, res) => {
    const name = (req.url ?? '').slice(1).split('?')[0] ?? '';
    const file = join(folder, name);
    served.push(name);
    if (!/^[\w-]+\.(m3u8|m4s|mp4)$/.test(name) || !existsSync(file)) return void res.writeHead(404).end();
    res.writeHead(200, { 'access-control-allow-origin': '*' });
    createReadStream(file).pipe(res);
  }).listen(0, '127.0.0.1');
  await once(mirror, 'listening');
});

afterAll(async () => {
  // All that was served in these flows, from one look to the next.
  const faults = await judged?.faults(10);
  await browser?.close();
  mirror?.closeAllConnections();
  mirror?.close();
  await dtok?.stop();
  removeFolder(dtok.data);
  expect(faults).toEqual([]);
});

const stream = { stream: 'main' };
const watched = async () => BigInt((await dtok.api('hostStream', { params: stream })).earnings.watched);
const plays = (page: Awaited<ReturnType<Browser['newPage']>>, seconds: number) =>
  vi.waitFor(async () => expect((await video(page)).time).toBeGreaterThan(seconds), { timeout: 25_000, interval: 100 });

it('plays and pays with ciphertext from a different static server', async () => {
  const address = mirror.address();
  const mediaBase = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  await dtok.api('patchStream', { params: stream, body: { mediaBase } });
  await vi.waitFor(async () => expect((await dtok.api('getStream', { params: stream })).state).toBe('live'), 20_000);
  const page = await browser.newPage({ viewport: desktop });
  const own: string[] = [];
  page.on('request', (request) => own.push(request.url()));
  await page.goto(dtok.watchLink);
  await plays(page, 3);
  expect(served.filter((name) => name.endsWith('.m4s')).length).toBeGreaterThan(1);
  expect(own.filter((url) => url.includes('/media/'))).toEqual([]);
  expect(own.filter((url) => url.startsWith(`${dtok.base}/keys/main/`)).length).toBeGreaterThan(1);
  expect(await watched()).toBeGreaterThan(0n);
  await page.close();
  await dtok.api('patchStream', { params: stream, body: { mediaBase: '' } });
});

it('shows a real broadcast to those who watched the test card, and refuses a second one', async () => {
  const { rtmpUrl, streamKey } = await dtok.api('hostStream', { params: stream });
  const url = `${rtmpUrl.replace('localhost', '127.0.0.1')}/${streamKey}`;
  const page = await browser.newPage({ viewport: desktop });
  await page.goto(dtok.watchLink);
  await plays(page, 1);
  expect((await video(page)).width).toBe(1280);
  const camera = spawn('ffmpeg', [...pictureArgs({ seconds: 120, size: '640x360' }), url], { stdio: 'ignore' });
  await vi.waitFor(async () => expect((await video(page)).width).toBe(640), { timeout: 30_000, interval: 100 });
  const { time } = await video(page);
  await vi.waitFor(async () => expect((await video(page)).time).toBeGreaterThan(time + 2), 20_000);

  const second = spawn('ffmpeg', [...pictureArgs({ seconds: 60 }), url], { stdio: ['ignore', 'ignore', 'pipe'] });
  const [code] = (await once(second, 'exit')) as [number];
  expect(code).not.toBe(0);
  const wrong = spawn('ffmpeg', [...pictureArgs({ seconds: 60 }), `${url}x`], { stdio: 'ignore' });
  expect(((await once(wrong, 'exit')) as [number])[0]).not.toBe(0);
  expect(dtok.output()).toContain('this stream is already being broadcast');
  expect(dtok.output()).toContain('the stream key is not known');
  // Once, in the panel: a log line never has it.
  expect(dtok.output().split(streamKey)).toHaveLength(2);
  camera.kill('SIGKILL');
  await once(camera, 'exit');
  await page.close();
});
