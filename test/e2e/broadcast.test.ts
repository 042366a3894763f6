// Going live from a browser, end to end: a real Chromium with a made-up camera, a paying viewer in another, and losses.
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { chromiumPath, desktop, launch, phase, phone, plays, shoot } from '../support/browser.js';
import { type Dtok, removeFolder, startDtok } from '../support/dtok.js';
import { newLink } from '../support/links.js';
import { rtmpClient } from '../support/rtmp-client.js';

const price = 10n ** 15n;
const stream = { stream: 'main' };

let dtok: Dtok;
/** The host's, with a camera that Chromium makes up. */
let studio: Browser;
let browser: Browser;

beforeAll(async () => {
  const env = {
    PRICE_PER_SECOND: '0.001',
    PREVIEW_SECONDS: '0',
    KEY_PERIOD_SECONDS: '2',
    RECONNECT_SECONDS: '5',
    TEST_CARD: 'off',
  };
  const args = ['--no-sandbox', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
  [dtok, browser, studio] = await Promise.all([
    startDtok({ env }),
    launch(),
    chromium.launch({ executablePath: chromiumPath(), args }),
  ]);
});

afterAll(async () => {
  await Promise.all([browser?.close(), studio?.close()]);
  if (!dtok) return;
  await dtok.stop();
  removeFolder(dtok.data);
});

const host = () => dtok.api('hostStream', { params: stream });
const until = (check: () => Promise<void>, timeout = 20_000) => vi.waitFor(check, { timeout, interval: 100 });
const stateIs = (state: string) => until(async () => expect((await host()).info.state).toBe(state));

async function openStudio(viewport: { width: number; height: number }): Promise<Page> {
  const page = await studio.newPage({ viewport });
  // Counts and can break the page's sockets, as a lost line does.
  await page.addInitScript(() => {
    const Real = window.WebSocket;
    const made: WebSocket[] = [];
    Object.assign(window, { made });
    window.WebSocket = class extends Real {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(url, protocols);
        made.push(this);
      }
    };
  });
  page.on('dialog', (dialog) => void dialog.accept());
  await page.goto(`${dtok.base}/broadcast/main#k=${(await host()).streamKey}`);
  return page;
}

/** What it logs; the panel, which shows the host his keys, is not of it. */
const logLines = (): string[] =>
  dtok
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{'));

const status = (page: Page, state: string) =>
  page.waitForSelector(`[data-testid=status][data-state="${state}"]`, { timeout: 20_000 });

async function goLive(page: Page): Promise<void> {
  await page.getByTestId('open-camera').click();
  await page.getByTestId('go-live').click();
  await status(page, 'live');
}

describe('a browser on air', () => {
  it('is watched and paid for, comes back after a lost line, and is cut off with its key', async () => {
    const page = await openStudio(desktop);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.getByTestId('open-camera').waitFor();
    await shoot(page, 'broadcast-start-desktop');
    const { streamKey } = await host();
    expect(page.url()).not.toContain(streamKey);
    await goLive(page);
    await page.waitForFunction(
      () => Number(document.querySelector<HTMLElement>('[data-testid=level]')?.dataset.level) > 0.05,
    );
    await shoot(page, 'broadcast-live-desktop');
    await page.setViewportSize(phone);
    await shoot(page, 'broadcast-live-phone');

    const link = await newLink(dtok, price * 600n);
    const viewer = await browser.newPage({ viewport: desktop });
    await viewer.goto(link.url);
    await plays(viewer, 2);
    await until(async () => expect(await link.spent()).toBeGreaterThan(2n * price));
    await shoot(viewer, 'broadcast-watched');

    // The line breaks: the page comes back by itself, and the picture goes on.
    await page.evaluate(() => (window as unknown as { made: WebSocket[] }).made.at(-1)?.close());
    await page.waitForFunction(() => (window as unknown as { made: WebSocket[] }).made.length >= 2);
    await status(page, 'live');
    await plays(viewer, 2);

    // A screen instead, while on air.
    await page.getByTestId('open-screen').click();
    await page.getByText('Show the camera').waitFor();
    await status(page, 'live');
    await plays(viewer, 2);
    await shoot(page, 'broadcast-screen-phone');

    const playlist = await (await fetch(`${dtok.base}/media/main/video.m3u8`)).text();
    expect(playlist).toContain('#EXT-X-DISCONTINUITY\n');

    // Without a broadcast nobody pays: what was there is watched to its end, then viewers wait.
    await page.getByTestId('stop').click();
    await stateIs('reconnecting');
    await phase(viewer, 'reconnecting');
    const paused = await link.spent();
    await stateIs('idle');
    expect(await link.spent()).toBe(paused);

    // A key that is revoked cuts off whoever broadcasts by it, and lets nobody in again.
    await page.getByTestId('go-live').click();
    await status(page, 'live');
    await dtok.api('changeStreamKey', { params: { ...stream, cam: 'main' }, body: { change: 'revoke' } });
    await page.getByTestId('trouble').filter({ hasText: 'replaced' }).waitFor();
    await status(page, 'idle');
    await shoot(page, 'broadcast-revoked-phone');
    expect([...asked, ...logLines()].join('\n')).not.toContain(streamKey);
  });
});

it('says what to do where there is no camera, or no key', async () => {
  const page = await browser.newPage({ viewport: phone });
  await page.goto(`${dtok.base}/broadcast/main`);
  await page.getByTestId('shut').filter({ hasText: 'QR code on the dashboard' }).waitFor();
  await page.goto(`${dtok.base}/broadcast/main#t=${dtok.hostToken}`);
  await page.getByTestId('open-camera').click();
  await page.getByTestId('trouble').filter({ hasText: 'try again' }).waitFor();
  await shoot(page, 'broadcast-no-camera-phone');
});

describe('a stream key on the dashboard', () => {
  it('is renewed: the encoder on the old one is cut off, told why, and nothing of it stays', async () => {
    await dtok.api('changeStreamKey', { params: { ...stream, cam: 'main' }, body: { change: 'renew' } });
    const { streamKey: old } = await host();
    const port = Number(new URL(dtok.rtmp).port);
    const encoder = await rtmpClient(port);
    await encoder.publishes(old);
    await encoder.hears('NetStream.Publish.Start');

    const page = await browser.newPage({ viewport: desktop });
    page.on('dialog', (dialog) => void dialog.accept());
    await page.goto(`${dtok.base}/host#t=${dtok.hostToken}`);
    await page.getByTestId('broadcast-qr-main').click();
    await page.getByTestId('needs-https').waitFor();
    await shoot(page, 'broadcast-dashboard');
    await page.getByTestId('renew-key-main').click();
    await encoder.hears('this stream key was replaced');
    await encoder.closes();
    expect((await host()).streamKey).not.toBe(old);

    const again = await rtmpClient(port);
    await again.publishes(old);
    await again.hears('this stream key was replaced');
    await again.closes();
    await page.getByTestId('notices').filter({ hasText: 'replaced stream key' }).waitFor();
    expect((await host()).info.state).not.toBe('live');
    expect(logLines().join('\n')).toContain('this stream key was replaced');
    expect(logLines().join('\n')).not.toContain(old);
  });
});
