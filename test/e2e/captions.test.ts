// Captions that an encoder puts into the pictures, on the watch page: the button appears, and shows what is said.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { desktop, launch, plays, shoot } from '../support/browser.js';
import { captioned, h264Of, linesEachSecond } from '../support/captions.js';
import { type Dtok, removeFolder, startDtok } from '../support/dtok.js';

let dtok: Dtok;
let browser: Browser;
let camera: ReturnType<typeof spawn>;

beforeAll(async () => {
  [dtok, browser] = await Promise.all([startDtok({ env: { TEST_CARD: 'off' } }), launch()]);
  const file = join(dtok.data, 'captioned.h264');
  writeFileSync(file, captioned(h264Of(90), linesEachSecond('Hello to the stage and all')));
  const { streamKey } = await dtok.api('hostStream', { params: { stream: 'main' } });
  const picture = ['-re', '-f', 'h264', '-r', '30', '-i', file];
  const sound = ['-re', '-f', 'lavfi', '-i', 'sine=440:r=48000'];
  const coded = ['-c:v', 'copy', '-c:a', 'aac', '-shortest', '-f', 'flv', `${dtok.rtmp}/${streamKey}`];
  camera = spawn('ffmpeg', ['-v', 'error', ...picture, ...sound, ...coded], { stdio: 'ignore' });
}, 90_000);

afterAll(async () => {
  camera?.kill('SIGKILL');
  await browser?.close();
  await dtok?.stop();
  if (dtok) removeFolder(dtok.data);
});

it('shows the captions that come with the pictures, once they are asked for', async () => {
  await vi.waitFor(
    async () =>
      expect(await (await fetch(`${dtok.base}/media/main/live.m3u8`)).text()).toContain('CLOSED-CAPTIONS="captions"'),
    30_000,
  );
  const page = await browser.newPage({ viewport: desktop });
  const complaints: string[] = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  await page.goto(dtok.watchLink);
  await plays(page, 1);
  const said = () =>
    page.evaluate(() => {
      const tracks = Array.from(document.querySelector<HTMLVideoElement>('video.front')?.textTracks ?? []);
      const showing = tracks.filter(({ mode }) => mode === 'showing');
      return showing
        .flatMap(({ activeCues }) => Array.from(activeCues ?? [], (cue) => (cue as VTTCue).text))
        .join('\n');
    });
  const button = page.getByTestId('captions');
  await button.waitFor({ timeout: 20_000 });
  expect(await said(), 'nobody asked for them').toBe('');
  await button.click();
  const lines = new Set<string>();
  const look = async () => {
    for (const line of (await said()).match(/Hello to the stage and all \d+/g) ?? []) lines.add(line);
    return lines.size;
  };
  // Line after line: each is longer than a part of its segment.
  await vi.waitFor(async () => expect(await look()).toBeGreaterThan(5), { timeout: 20_000, interval: 50 });
  await shoot(page, 'captions');
  await button.click();
  await vi.waitFor(async () => expect(await said()).toBe(''), { timeout: 5000, interval: 50 });
  expect(complaints.filter((text) => text.includes('Content Security Policy'))).toEqual([]);
}, 90_000);
