// An overlay over moving video in Chromium, which counts its own frames; and a burst of tips to show there.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import express from 'express';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { addressOf } from '../../src/payments/typed-data.js';
import { openTipper } from '../../test/overlay/tipper.js';
import { type Dtok, removeFolder, startDtok, temporaryFolder } from '../../test/support/dtok.js';

const dai = 10n ** 18n;
const main = { params: { stream: 'main' } };
export const size = { width: 1920, height: 1080 };
const people = 10;

/** Twenty seconds of moving picture, 1280 × 720 at 30 a second as the test card, and where it is served. */
export async function serveClip() {
  const folder = temporaryFolder('frames');
  const source = `testsrc2=size=1280x720:rate=30:duration=20`;
  const how = [
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-crf',
    '30',
    '-pix_fmt',
    'yuv420p',
    '-movflags',
    '+faststart',
  ];
  const made = spawnSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', source, ...how, join(folder, 'clip.mp4')]);
  if (made.status !== 0) throw new Error(`ffmpeg made no video: ${made.stderr}`);
  const server = createServer(express().use(express.static(folder))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = (): void => {
    server.closeAllConnections();
    server.close();
    removeFolder(folder);
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/clip.mp4`, close };
}

/** dTok and ten people with money; every alert is a short one of a tier with picture, sound and a way of its own. */
export async function openShow() {
  const data = temporaryFolder('frames-show');
  const env = { TEST_CARD: 'off', MIN_TIP: '0.01', SPONSOR_DEPOSIT: '20000', RATE_LIMIT: '1000000' };
  const dtok = await startDtok({ env, data });
  const looks = [
    { from: '0', animation: 'slide', picture: 'heart', sound: 'none' },
    { from: `${2n * dai}`, animation: 'pop', picture: 'coin', sound: 'coin' },
    { from: `${3n * dai}`, animation: 'drop', picture: 'rocket', sound: 'chime' },
    { from: `${4n * dai}`, animation: 'flip', picture: 'star', sound: 'sparkle' },
    { from: `${5n * dai}`, animation: 'sweep', picture: 'party', sound: 'fanfare' },
  ] as const;
  const tiers = looks.map((look) => ({ ...look, standMs: 1000 }));
  await dtok.api('patchAlerts', { ...main, body: { gapMs: 100, mergeFrom: 0, tiers } });
  await dtok.api('setGoal', { ...main, body: { title: 'A new amp', amount: `${400n * dai}` } });
  const tippers: Awaited<ReturnType<typeof openTipper>>[] = [];
  for (let i = 0; i < people; i++) tippers.push(await openTipper(dtok, 1000n * dai));
  let made = 0;
  return {
    dtok,
    /** All at once: every tip in the order in which it is taken. */
    burst: (count: number) =>
      Promise.all(
        Array.from({ length: count }, () => {
          const i = made++;
          const message = i % 2 ? 'That solo was out of this world. Once more, with feeling!' : '';
          return tippers[i % people]?.tip(`Viewer ${i}`, BigInt(1 + (i % 5)) * dai, message);
        }),
      ),
    /** Takes everything that still waits, or stands, off the stage: muted, people are taken out of the queue. */
    async clear(): Promise<void> {
      for (const act of ['mute', 'unmute'] as const)
        for (const { key } of tippers) await dtok.api('actOnAlerts', { ...main, body: { act, who: addressOf(key) } });
    },
    async close(): Promise<void> {
      await dtok.stop();
      removeFolder(data);
    },
  };
}

interface Counter {
  frames: number[];
  alerts: number;
}

export async function openScene(browser: Browser, dtok: Dtok, clip: string) {
  const page = await (await browser.newContext({ viewport: size })).newPage();
  await page.addInitScript({ path: fileURLToPath(new URL('frames-count.js', import.meta.url)) });
  await page.goto(dtok.overlay.replace('#', '?parts=alerts,goal,leaderboard,poll#'));
  await page.waitForSelector('body[data-connected=true]');
  await page.evaluate(async (url) => {
    const video = document.createElement('video');
    Object.assign(video, { muted: true, loop: true, src: url });
    Object.assign(video.style, { position: 'fixed', inset: '0', width: '100%', height: '100%', zIndex: '-1' });
    document.body.prepend(video);
    await video.play();
  }, clip);
  return page;
}

const counterOf = (page: Page): Promise<Counter> =>
  page.evaluate(() => (window as unknown as { counter: Counter }).counter);
const videoFrames = (page: Page): Promise<number> =>
  page.evaluate(() => document.querySelector('video')?.getVideoPlaybackQuality().totalVideoFrames ?? 0);

export interface Frames {
  /** ms between one frame and the next, of the page's scripts. */
  deltas: number[];
  alerts: number;
  video: number;
  /** CPU of the page's own thread, ms: in all, and of that for style and layout. */
  cpu: number;
  layout: number;
  /** Measured for so long. */
  seconds: number;
  /** By the compositor: drawn, and not drawn in time though something moved. */
  drawn: number;
  dropped: number;
}

interface TraceEvent {
  name: string;
  pid: number;
  ph: string;
  args?: { name?: string; frame_reporter?: { state: string; affects_smoothness: boolean } };
}

/** What the page's compositor says of each frame, from the browser's trace. */
async function traced(session: CDPSession, act: () => Promise<void>): Promise<Pick<Frames, 'drawn' | 'dropped'>> {
  const events: TraceEvent[] = [];
  session.on('Tracing.dataCollected', ({ value }) => {
    for (const event of value as unknown as TraceEvent[])
      if (event.name === 'process_name' || (event.name === 'PipelineReporter' && event.ph === 'b')) events.push(event);
  });
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['cc', 'benchmark'] },
  });
  await act();
  const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve));
  await session.send('Tracing.end');
  await complete;
  const pages = new Set(events.filter(({ args }) => args?.name === 'Renderer').map(({ pid }) => pid));
  const frames = events.flatMap(({ pid, args }) =>
    pages.has(pid) && args?.frame_reporter ? [args.frame_reporter] : [],
  );
  return {
    drawn: frames.filter(({ state }) => state.startsWith('STATE_PRESENTED')).length,
    dropped: frames.filter((one) => one.state === 'STATE_DROPPED' && one.affects_smoothness).length,
  };
}

/** CPU of the page's own thread since it began, in ms: what other work on the machine takes is not in it. */
async function cpuOf(session: CDPSession): Promise<{ cpu: number; layout: number }> {
  const { metrics } = await session.send('Performance.getMetrics');
  const of = (name: string): number => 1000 * (metrics.find((one) => one.name === name)?.value ?? Number.NaN);
  return { cpu: of('TaskDuration'), layout: of('LayoutDuration') + of('RecalcStyleDuration') };
}

/** Counts for so long, while `act` happens. */
export async function measure(
  browser: Browser,
  page: Page,
  seconds: number,
  act: () => Promise<unknown>,
): Promise<Frames> {
  const inPage = await page.context().newCDPSession(page);
  await inPage.send('Performance.enable', { timeDomain: 'threadTicks' });
  const spent = await cpuOf(inPage);
  const before = { counter: await counterOf(page), video: await videoFrames(page) };
  const session = await browser.newBrowserCDPSession();
  const { drawn, dropped } = await traced(session, async () => {
    await Promise.all([act(), page.waitForTimeout(seconds * 1000)]);
  });
  await session.detach();
  const now = await cpuOf(inPage);
  await inPage.detach();
  const after = { counter: await counterOf(page), video: await videoFrames(page) };
  const frames = after.counter.frames.slice(before.counter.frames.length);
  const deltas = frames.slice(1).map((at, i) => at - (frames[i] ?? at));
  const took = deltas.reduce((sum, delta) => sum + delta, 0) / 1000;
  return {
    ...{ drawn, dropped, deltas, seconds: took, cpu: now.cpu - spent.cpu, layout: now.layout - spent.layout },
    alerts: after.counter.alerts - before.counter.alerts,
    video: after.video - before.video,
  };
}
