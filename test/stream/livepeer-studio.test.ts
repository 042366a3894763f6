// Renditions by Livepeer Studio, at the wire: a stream made, pushed, pulled, placed and ended; and what happens without it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { createLivepeerStudio } from '../../src/stream/transcode/livepeer-studio.js';
import { openAir, pictures, probe, times, unlock } from '../support/air.js';
import type { MediaPlaylist } from '../support/hls-validator.js';
import { type StudioOptions, signingKeys, startStudio } from '../support/livepeer/studio.js';

const until = (check: () => unknown, timeout = 45_000) => vi.waitFor(check, { timeout, interval: 100 });
const keys = signingKeys();

async function onAir(options: Partial<StudioOptions> = {}, change: Partial<typeof keys> & { apiKey?: string } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'dtok-air-'));
  const studio = await startStudio({ apiKey: 'an-api-key', publicKey: keys.publicKey, sourceHeight: 400, ...options });
  const transcoder = createLivepeerStudio({
    ...{ api: studio.api, rtmp: studio.rtmp, apiKey: 'an-api-key', ...keys, issuer: 'https://dtok.example' },
    ...{ ffmpeg: 'ffmpeg', names: ['360p'], deadlineMs: 15_000, ...change },
  });
  const air = await openAir({ folder, transcoder, dvrMs: 60_000 });
  air.publish({ size: '480x400' });
  return {
    ...{ air, studio, folder },
    async stop(): Promise<void> {
      await air.stop();
      studio.stop();
      expect(air.faults).toEqual([]);
      rmSync(folder, { recursive: true });
    },
  };
}

/** How much the pictures of two files are the same, in dB. */
function likeness(folder: string, a: readonly Buffer[], b: readonly Buffer[]): number {
  const files = [a, b].map((parts, i) => {
    const file = join(folder, `likeness-${i}.mp4`);
    writeFileSync(file, Buffer.concat(parts));
    return ['-i', file];
  });
  const filter = '[0:v]scale=432:360[a];[a][1:v]psnr';
  const { stderr } = spawnSync('ffmpeg', ['-hide_banner', ...files.flat(), '-lavfi', filter, '-f', 'null', '-'], {
    encoding: 'utf8',
  });
  return Number(/average:([\d.]+|inf)/.exec(stderr)?.[1]);
}

it('is pushed to, pulled from behind a token, placed to the frame, and ended', async () => {
  const { air, studio, folder, stop } = await onAir();
  let small: MediaPlaylist | undefined;
  await until(async () => {
    small = await air.playlist('360p');
    expect(small.segments.filter(({ uri }) => uri.startsWith('360p-')).length).toBeGreaterThanOrEqual(4);
  });
  const [made] = [...studio.streams.values()];
  expect(made?.playbackPolicy).toEqual({ type: 'jwt' });
  expect((await fetch(`${studio.base}/hls/${made?.playbackId}/index.m3u8`)).status, 'closed to others').toBe(403);
  const source = await air.playlist('video');
  const own = small?.segments.filter(({ uri }) => uri.startsWith('360p-')) ?? [];
  expect(own.length).toBeGreaterThanOrEqual(4);
  const round = (all: number[]): number[] => all.map((time) => Math.round(time * 1000));
  const clear = async ({ map, uri, key, iv }: MediaPlaylist['segments'][number]) => [
    await air.media(map),
    unlock(await air.media(uri), key, iv),
  ];
  for (const segment of own) {
    const original = source.segments.find(({ msn }) => msn === segment.msn);
    if (!original) throw new Error('no original');
    const { key, ms, date, discontinuity } = segment;
    expect(original).toMatchObject({ key, ms, date, discontinuity });
    const [a, b] = [await clear(original), await clear(segment)];
    expect(round(times(pictures(probe(folder, b).packets)))).toEqual(round(times(pictures(probe(folder, a).packets))));
    expect(likeness(folder, a, b), 'the same pictures, not those of another second').toBeGreaterThan(22);
  }
  expect(studio.refusals.length).toBe(1);
  await air.stop();
  expect(studio.streams.size, 'all are ended').toBe(0);
  expect(studio.asked).toContain('DELETE /stream/id-1/terminate');
  expect(air.notices).toEqual([]);
  await stop();
}, 60_000);

it('says what is wrong with the account, and the show goes on as the original', async () => {
  const { air, studio, stop } = await onAir({}, { apiKey: 'another' });
  await until(() => expect(air.notices.join()).toMatch(/LIVEPEER_STUDIO_API_KEY.*original/));
  await until(async () => expect((await air.playlist('360p')).segments.length).toBeGreaterThanOrEqual(3));
  expect(studio.streams.size).toBe(0);
  await stop();
}, 60_000);

it('says so where its signing key does not open its own stream', async () => {
  const { air, stop } = await onAir({}, { signingKey: signingKeys().signingKey });
  await until(() => expect(air.notices.join()).toMatch(/LIVEPEER_STUDIO_SIGNING_KEY/));
  await stop();
}, 60_000);
