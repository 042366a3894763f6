// A show whose renditions Livepeer makes, watched in a real Chromium: by a gateway and out of S3, and by Livepeer Studio.
import { type ChildProcess, spawn } from 'node:child_process';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { desktop, keysOf, launch, plays, video } from '../support/browser.js';
import { type Dtok, removeFolder, startDtok } from '../support/dtok.js';
import { startGateway } from '../support/livepeer/gateway.js';
import { signingKeys, startStudio } from '../support/livepeer/studio.js';
import { pictureArgs } from '../support/publisher.js';
import { account, startS3 } from '../support/s3.js';

const main = { params: { stream: 'main' } };
const show = { TEST_CARD: 'off', PREVIEW_SECONDS: '0', PRICE_PER_SECOND: '0.01', RENDITIONS: '360p' };
const slow = { timeout: 40_000, interval: 200 };

let browser: Browser;
const closers: (() => unknown)[] = [];

beforeAll(async () => {
  browser = await launch();
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
afterAll(() => browser?.close());

async function onAir(env: Record<string, string>): Promise<Dtok> {
  const dtok = await startDtok({ env: { ...show, ...env } });
  closers.push(async () => {
    await dtok.stop();
    removeFolder(dtok.data);
  });
  const { streamKey } = await dtok.api('hostStream', main);
  const args = [...pictureArgs({ seconds: 600, size: '960x540' }), `${dtok.rtmp}/${streamKey}`];
  const child: ChildProcess = spawn('ffmpeg', args, { stdio: 'ignore' });
  closers.push(() => child.kill('SIGKILL'));
  return dtok;
}

/** Watches the 360p of `dtok`, and hears what it was charged. */
async function watchSmall(dtok: Dtok, page: Page): Promise<void> {
  const keys = keysOf(page);
  await page.goto(dtok.watchLink);
  await plays(page);
  await vi.waitFor(() => page.getByTestId('quality').selectOption('360', { timeout: 500 }), slow);
  await vi.waitFor(async () => expect((await video(page)).width).toBe(640), slow);
  await plays(page, 2);
  const { earnings } = await dtok.api('hostStream', main);
  expect(BigInt(earnings.watched), 'each key is charged once, whatever the quality').toBeGreaterThan(0n);
  expect(keys.size).toBeGreaterThan(1);
}

it('by a Livepeer gateway, fetched from an S3 bucket', async () => {
  const [gateway, s3] = await Promise.all([startGateway(), startS3({ open: true })]);
  closers.push(gateway.stop, s3.stop);
  const base = `${s3.endpoint}/shows/live/main/`;
  const dtok = await onAir({
    ...{ TRANSCODER: 'livepeer-gateway', LIVEPEER_GATEWAY_URL: gateway.url },
    ...{ PUBLISH_TO: 's3://shows/live', MEDIA_BASE: base, S3_ENDPOINT: s3.endpoint, S3_REGION: account.region },
    ...{ S3_ACCESS_KEY_ID: account.accessKeyId, S3_SECRET_ACCESS_KEY: account.secretAccessKey },
  });
  await vi.waitFor(() => expect([...s3.objects.keys()]).toContainEqual(expect.stringMatching(/360p-\d+\.m4s$/)), slow);
  const page = await browser.newPage({ viewport: desktop });
  const fetched: string[] = [];
  page.on('response', (response) => response.status() === 200 && fetched.push(response.url()));
  await watchSmall(dtok, page);
  const small = fetched.filter((url) => /360p-\d+(-\d+)?\.m4s$/.test(url));
  expect(small.length).toBeGreaterThan(1);
  expect(
    small.filter((url) => !url.startsWith(base)),
    'none of them from dTok itself',
  ).toEqual([]);
  expect(gateway.faults).toEqual([]);
  await page.close();
}, 120_000);

it('by Livepeer Studio, packaged and encrypted again, and offered to who was there before it came', async () => {
  const keys = signingKeys();
  const studio = await startStudio({ apiKey: 'an-api-key', publicKey: keys.publicKey, sourceHeight: 540 });
  closers.push(studio.stop);
  const dtok = await onAir({
    ...{ TRANSCODER: 'livepeer-studio', LIVEPEER_STUDIO_API: studio.api, LIVEPEER_STUDIO_RTMP: studio.rtmp },
    ...{ LIVEPEER_STUDIO_API_KEY: 'an-api-key', LIVEPEER_STUDIO_SIGNING_KEY: keys.signingKey },
    ...{ LIVEPEER_STUDIO_PUBLIC_KEY: keys.publicKey, LIVEPEER_DEADLINE_SECONDS: '12', DVR_SECONDS: '120' },
  });
  const page = await browser.newPage({ viewport: desktop });
  await watchSmall(dtok, page);
  await page.close();
}, 120_000);
