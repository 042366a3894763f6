// A show that Livepeer Studio shows behind its own gate: the watch page pays at ours, plays from there, and stops when the purse is empty.
import { spawn } from 'node:child_process';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { desktop, keysOf, launch, phase, plays, shoot } from '../support/browser.js';
import { type Dtok, freePort, removeFolder, startDtok } from '../support/dtok.js';
import { signingKeys, startStudio } from '../support/livepeer/studio.js';
import { pictureArgs } from '../support/publisher.js';

const account = signingKeys();
const secret = 'a-secret-of-the-hosts-own';
let dtok: Dtok;
let browser: Browser;
let studio: Awaited<ReturnType<typeof startStudio>>;
let camera: ReturnType<typeof spawn>;

beforeAll(async () => {
  const port = String(await freePort());
  studio = await startStudio({ apiKey: 'an-api-key', publicKey: account.publicKey, sourceHeight: 400, secondMs: 50 });
  const livepeer = {
    ...{ TRANSCODER: 'livepeer-studio', STUDIO_GATE: 'webhook', RENDITIONS: '360p', LIVEPEER_WEBHOOK_SECRET: secret },
    ...{ LIVEPEER_STUDIO_API: studio.api, LIVEPEER_STUDIO_RTMP: studio.rtmp, LIVEPEER_STUDIO_API_KEY: 'an-api-key' },
    ...{ LIVEPEER_STUDIO_SIGNING_KEY: account.signingKey, LIVEPEER_STUDIO_PUBLIC_KEY: account.publicKey },
  };
  const base = { PORT: port, PUBLIC_URL: `http://127.0.0.1:${port}`, TEST_CARD: 'off', PREVIEW_SECONDS: '0' };
  // Ten seconds' worth.
  const env = { ...base, ...livepeer, PRICE_PER_SECOND: '0.001', FIRST_LINK_CREDIT: '0.01' };
  [dtok, browser] = await Promise.all([startDtok({ env }), launch()]);
  const { streamKey } = await dtok.api('hostStream', { params: { stream: 'main' } });
  camera = spawn('ffmpeg', [...pictureArgs({ size: '480x400' }), `${dtok.rtmp}/${streamKey}`], { stdio: 'ignore' });
});

afterAll(async () => {
  camera?.kill('SIGKILL');
  await browser?.close();
  await dtok?.stop();
  studio?.stop();
  removeFolder(dtok.data);
});

const info = () => dtok.api('getStream', { params: { stream: 'main' } });

it('plays from Studio while the purse lasts, paid for by the second, and stops when it is empty', async () => {
  const page = await browser.newPage({ viewport: desktop });
  const asked: { url: string; pass: string | undefined }[] = [];
  page.on('request', (request) => asked.push({ url: request.url(), pass: request.headers()['livepeer-access-key'] }));
  const keys = keysOf(page);
  await page.goto(dtok.watchLink);
  await plays(page, 3);
  await shoot(page, 'studio-playing');
  const { gate, cams } = await info();
  expect(gate).toBe('webhook');
  expect(cams[0]?.studio).toMatch(`${studio.base}/hls/`);
  const there = asked.filter(({ url }) => url.startsWith(studio.base));
  expect(there.filter(({ url }) => url.includes('.m3u8')).every(({ pass }) => pass)).toBe(true);
  expect(there.filter(({ url }) => url.includes('.ts')).length).toBeGreaterThan(2);
  expect(
    asked.filter(({ url }) => url.includes('/media/')),
    'nothing from us',
  ).toEqual([]);

  await phase(page, 'out-of-credit', 30_000);
  await shoot(page, 'studio-empty');
  const { earnings, settings } = await dtok.api('hostStream', { params: { stream: 'main' } });
  const seconds = Number(BigInt(earnings.watched) / BigInt(settings.price));
  expect(seconds, 'all that the link had').toBe(10);
  // By the second, in key periods of two: none twice, none left out.
  expect(keys.size).toBe(5);
  expect(Math.max(...keys) - Math.min(...keys)).toBe(4);
  const pass = there.find((one) => one.pass)?.pass ?? '';
  expect(dtok.output(), 'secrets are not told').not.toContain(secret);
  expect(dtok.output()).not.toContain(pass);
}, 90_000);
