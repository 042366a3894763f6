// A real Chromium with hls.js, set as our player sets it, on a cam with renditions: near the edge, and over a switch and a failure.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, it, vi } from 'vitest';
import { createLocalTranscoder } from '../../src/stream/transcode/local.js';
import type { Job, Transcoder } from '../../src/stream/transcode/port.js';
import { config } from '../../src/web/watch/engine.js';
import { type Air, keyOf, openAir } from '../support/air.js';
import { launch } from '../support/browser.js';

const script = createRequire(import.meta.url).resolve('hls.js/dist/hls.light.min.js');

/** Its loaders and their endless patience cannot be sent to a page. */
function settings(): string {
  const { loader, pLoader, fLoader, keyLoadPolicy, ...rest } = config(null as never, null as never);
  return JSON.stringify(rest);
}

const html = (
  playlist: string,
): string => `<!doctype html><video muted width="640"></video><script src="hls.js"></script>
<script>
const video = document.querySelector('video');
const hls = new Hls(${settings()});
Object.assign(window, { hls, video, fatal: [] });
hls.on(Hls.Events.ERROR, (_, data) => data.fatal && fatal.push(data.details));
hls.on(Hls.Events.MANIFEST_PARSED, () => { hls.nextLevel = 1; video.play(); });
hls.attachMedia(video);
hls.loadSource(${JSON.stringify(playlist)});
let still = 0, last = -1;
window.longest = 0;
setInterval(() => {
  still = video.currentTime === last ? still + 50 : 0;
  last = video.currentTime;
  if (last > 2) window.longest = Math.max(window.longest, still);
}, 50);
</script>`;

/** A page on that air, and how often it asked for each key. */
async function openPage(page: Page, { base }: Air): Promise<Map<number, number>> {
  const asked = new Map<number, number>();
  await page.route(`${base}/page`, (route) => route.fulfill({ contentType: 'text/html', body: html('live.m3u8') }));
  await page.route(`${base}/hls.js`, (route) =>
    route.fulfill({ contentType: 'text/javascript', body: readFileSync(script) }),
  );
  await page.route('http://gate.example/keys/main/*', (route) => {
    const n = Number(route.request().url().split('/').at(-1));
    asked.set(n, (asked.get(n) ?? 0) + 1);
    return route.fulfill({ body: keyOf(n), headers: { 'access-control-allow-origin': '*' } });
  });
  await page.goto(`${base}/page`);
  return asked;
}

const state = (page: Page) =>
  page.evaluate(() => {
    const { video, fatal, longest } = globalThis as never as Record<string, never> & {
      video: HTMLVideoElement;
      fatal: string[];
      longest: number;
    };
    return { time: video.currentTime, width: video.videoWidth, fatal, longest };
  });

it('plays parts near the edge, switches quality for no further key, and goes on over a transcoder’s death', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'dtok-playing-'));
  const local = createLocalTranscoder({ ffmpeg: 'ffmpeg', names: ['360p'], cores: 4 });
  const jobs: Job[] = [];
  const start: Transcoder['start'] = (job) => {
    jobs.push(job);
    return local.start(job);
  };
  const air = await openAir({ folder, transcoder: { ...local, start } });
  const browser = await launch();
  try {
    air.publish({ size: '854x480' });
    await vi.waitFor(async () => {
      expect(await (await fetch(`${air.base}/live.m3u8`)).text()).toContain('360p.m3u8');
    }, 20_000);
    const page = await browser.newPage();
    const asked = await openPage(page, air);
    const parts = new Set<string>();
    page.on('request', (request) => /-\d+-\d+\.m4s$/.test(request.url()) && parts.add(request.url()));
    const moved = (seconds: number) =>
      vi.waitFor(async () => expect((await state(page)).time).toBeGreaterThan(seconds), 30_000);
    await vi.waitFor(async () => expect((await state(page)).width).toBe(854), 20_000);
    const { time: first } = await state(page);
    await moved(first + 4);
    expect(parts.size, 'parts are fetched').toBeGreaterThan(3);

    await page.evaluate('hls.nextLevel = 0');
    await vi.waitFor(async () => expect((await state(page)).width).toBe(640), 20_000);
    jobs[0]?.onEnd('it died');
    // The original stands in, until there is another transcoder.
    await vi.waitFor(async () => expect((await state(page)).width).toBe(854), 20_000);
    await vi.waitFor(async () => expect((await state(page)).width).toBe(640), 20_000);
    const { fatal, longest } = await state(page);
    expect(fatal).toEqual([]);
    expect(longest, 'ms that the picture stood still').toBeLessThan(2000);
    expect(
      [...asked.values()].every((count) => count === 1),
      'each key is asked for once',
    ).toBe(true);
    expect(Math.max(...asked.keys()) - Math.min(...asked.keys()) + 1).toBe(asked.size);
  } finally {
    await browser.close();
    await air.stop();
    rmSync(folder, { recursive: true });
  }
}, 120_000);
