// Broadcasting by WHIP, end to end: a real Chromium as any WebRTC encoder, a paying viewer in another, losses and keys.
import { execFileSync } from 'node:child_process';
import { createDecipheriv } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { desktop, launch, phase, plays, shoot } from '../support/browser.js';
import { type Dtok, removeFolder, startDtok } from '../support/dtok.js';
import { newLink } from '../support/links.js';

const price = 10n ** 15n;
const stream = { stream: 'main' };

let dtok: Dtok;
/** With a camera that Chromium makes up. */
let studio: Browser;
let browser: Browser;

beforeAll(async () => {
  const env = { PRICE_PER_SECOND: '0.001', PREVIEW_SECONDS: '0', RECONNECT_SECONDS: '30', TEST_CARD: 'off' };
  [dtok, browser, studio] = await Promise.all([
    startDtok({ env }),
    launch(),
    launch('--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'),
  ]);
});

afterAll(async () => {
  await Promise.all([browser?.close(), studio?.close()]);
  if (!dtok) return;
  await dtok.stop();
  removeFolder(dtok.data);
});

const host = () => dtok.api('hostStream', { params: stream });
const until = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 20_000, interval: 100 });
const stateIs = (state: string) => until(async () => expect((await host()).info.state).toBe(state));

/** All of a WHIP client: an offer, its answer. */
async function publish(page: Page, key: string): Promise<number> {
  await page.goto(dtok.base);
  const { whipUrl } = await host();
  const path = new URL(whipUrl).pathname;
  return page.evaluate(
    async ([url, bearer]) => {
      const camera = await navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 360 }, audio: true });
      const peer = new RTCPeerConnection();
      for (const track of camera.getTracks()) peer.addTransceiver(track, { direction: 'sendonly', streams: [camera] });
      await peer.setLocalDescription();
      const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/sdp' };
      const answer = await fetch(url as string, { method: 'POST', headers, body: peer.localDescription?.sdp ?? null });
      if (answer.status === 201) await peer.setRemoteDescription({ type: 'answer', sdp: await answer.text() });
      return answer.status;
    },
    [path, key],
  );
}

/** The keys that a page was given, by their numbers. */
function keyBytesOf(page: Page): Map<string, Buffer> {
  const keys = new Map<string, Buffer>();
  page.on('response', async (response) => {
    const number = /\/keys\/main\/(\d+)$/.exec(response.url())?.[1];
    if (number && response.status() === 200) keys.set(number, await response.body());
  });
  return keys;
}

/** What ffprobe finds in a segment that was paid for; and without its key, nothing. */
async function codecs(keys: Map<string, Buffer>): Promise<string[]> {
  const get = async (name: string) => Buffer.from(await (await fetch(`${dtok.base}/media/main/${name}`)).arrayBuffer());
  const playlist = `${await get('video.m3u8')}`;
  const map = /#EXT-X-MAP:URI="(.+)"/.exec(playlist)?.[1] ?? '';
  const entry = /#EXT-X-KEY:METHOD=AES-128,URI=".*\/(\d+)",IV=0x(\w{32})\n(?:#(?!EXT-X-KEY).*\n)*(video-\d+\.m4s)/g;
  const [, number = '', iv = '', name = ''] = [...playlist.matchAll(entry)].find(([, n]) => keys.has(n ?? '')) ?? [];
  const [init, sealed] = [await get(map), await get(name)];
  const decipher = createDecipheriv('aes-128-cbc', keys.get(number) ?? '', Buffer.from(iv, 'hex'));
  const probe = (media: Buffer): string[] => {
    const file = join(dtok.data, 'probe.mp4');
    writeFileSync(file, Buffer.concat([init, media]));
    const args = ['-v', 'quiet', '-show_entries', 'packet=codec_type:stream=codec_name', '-of', 'csv=p=0', file];
    return [...new Set(execFileSync('ffprobe', args, { encoding: 'utf8' }).trim().split('\n'))].sort();
  };
  expect(probe(sealed)).not.toContain('video');
  return probe(Buffer.concat([decipher.update(sealed), decipher.final()]));
}

it('is watched and paid for, comes back by another POST, and is cut off with its key', async () => {
  const { streamKey } = await host();
  const camera = await studio.newPage();
  expect(await publish(camera, 'not-the-key')).toBe(401);
  expect(await publish(camera, streamKey ?? '')).toBe(201);
  await stateIs('live');

  const link = await newLink(dtok, price * 600n);
  const viewer = await browser.newPage({ viewport: desktop });
  const keys = keyBytesOf(viewer);
  await viewer.goto(link.url);
  await plays(viewer, 2);
  await shoot(viewer, 'whip-watched');
  await until(async () => expect(await link.spent()).toBeGreaterThan(price));
  expect(await codecs(keys)).toEqual(['aac', 'audio', 'h264', 'video']);

  // The machine is gone without a word: viewers wait, and pay nothing.
  await camera.close();
  await stateIs('reconnecting');
  await phase(viewer, 'reconnecting');
  const paused = await link.spent();
  const again = await studio.newPage();
  expect(await link.spent()).toBe(paused);
  expect(await publish(again, streamKey ?? '')).toBe(201);
  await stateIs('live');
  await plays(viewer, 2);
  expect(await (await fetch(`${dtok.base}/media/main/video.m3u8`)).text()).toContain('#EXT-X-DISCONTINUITY\n');

  await dtok.api('changeStreamKey', { params: { ...stream, cam: 'main' }, body: { change: 'renew' } });
  expect((await host()).info.state).not.toBe('live');
  expect(await publish(again, streamKey ?? '')).toBe(401);
  expect(dtok.output()).toContain('this stream key was replaced');
  const logged = dtok
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{'));
  expect(logged.join('\n')).not.toContain(streamKey);
});
