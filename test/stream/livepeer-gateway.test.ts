// Renditions by a Livepeer gateway, at the wire: what is pushed, what becomes of the answers, and what stands in when there are none.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { livepeerPaths } from '../../src/http/livepeer-paths.js';
import { readSettings } from '../../src/settings.js';
import { createFragmentReader, type Fragment, type Init } from '../../src/stream/media/fragments.js';
import { createLivepeerGateway } from '../../src/stream/transcode/livepeer-gateway.js';
import type { Job, RenditionPiece } from '../../src/stream/transcode/port.js';
import { openAir, pictures, probe, times, unlock } from '../support/air.js';
import type { MediaPlaylist } from '../support/hls-validator.js';
import { type GatewayOptions, startGateway } from '../support/livepeer/gateway.js';
import { signingKeys } from '../support/livepeer/studio.js';
import { silent } from '../support/payments.js';

const folder = mkdtempSync(join(tmpdir(), 'dtok-livepeer-'));
afterAll(() => rmSync(folder, { recursive: true }));
const until = (check: () => unknown, timeout = 30_000) => vi.waitFor(check, { timeout, interval: 50 });

let init: Init;
const segments: Fragment[][] = [];
beforeAll(() => {
  const file = join(folder, 'source.mp4');
  execFileSync('ffmpeg', [
    ...[
      '-hide_banner',
      '-loglevel',
      'error',
      '-f',
      'lavfi',
      '-i',
      'testsrc2=s=480x400:r=30',
      '-f',
      'lavfi',
      '-i',
      'sine=440:r=48000',
    ],
    ...[
      '-t',
      '10',
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      '-tune',
      'zerolatency',
      '-g',
      '30',
      '-c:a',
      'aac',
      '-f',
      'mp4',
    ],
    ...['-movflags', '+frag_keyframe+empty_moov+default_base_moof+frag_discont', '-frag_duration', '30000', file],
  ]);
  createFragmentReader((piece) => {
    if (piece.kind === 'init') init = piece;
    else if (piece.independent) segments.push([piece]);
    else segments.at(-1)?.push(piece);
  })(readFileSync(file));
});

/** A gateway, and a job that pushes to it what is prepared. */
async function pushing(options: GatewayOptions & { deadlineMs?: number; names?: string[] } = {}) {
  const gateway = await startGateway(options);
  // Long, so that a slow machine fails no other test.
  const { deadlineMs = 25_000, names = ['360p'] } = options;
  const transcoder = createLivepeerGateway({ url: gateway.url, names, deadlineMs });
  const outcomes: (string | number)[][] = [];
  const pieces: RenditionPiece[] = [];
  const notices: string[] = [];
  const ends: string[] = [];
  const job: Job = {
    ...{ stream: 'main', cam: 'main', source: init, rungs: transcoder.rungs(init), log: silent },
    onPiece: (piece) => {
      pieces.push(piece);
      outcomes.push([piece.id, piece.rung]);
    },
    onFailed: (rung, id) => outcomes.push([id, 'none', rung]),
    onEnd: (reason) => ends.push(reason),
    onNotice: (text) => notices.push(text),
  };
  const transcoding = transcoder.start(job);
  return {
    ...{ gateway, transcoder, outcomes, pieces, notices, ends, transcoding },
    push(count: number): void {
      for (const [id, fragments] of segments.slice(0, count).entries()) {
        transcoding.push({ id, first: true, fragments: fragments.slice(0, 15) });
        transcoding.push({ id, first: false, fragments: fragments.slice(15) });
        transcoding.complete(id, 1000);
      }
    },
    async stop(): Promise<void> {
      await transcoding.end();
      gateway.stop();
      expect(gateway.faults).toEqual([]);
    },
  };
}

const mp4 = (fragments: readonly Fragment[]): Buffer[] => [init.data, ...fragments.map(({ data }) => data)];

describe.concurrent('a segment', () => {
  it('is pushed as the gateway wants it, and comes back at the frames’ own times with the source’s sound', async () => {
    const air = await pushing();
    air.push(3);
    await until(() => expect(air.outcomes).toEqual([0, 1, 2].map((id) => [id, '360p'])));
    const [push] = air.gateway.pushes;
    expect(push?.headers).toMatchObject({
      accept: 'multipart/mixed',
      'content-duration': '1000',
      'content-resolution': '480x400',
    });
    const configuration = JSON.parse(`${push?.headers['livepeer-transcode-configuration']}`);
    expect(configuration).toMatchObject({ manifestID: push?.manifest });
    expect(configuration.profiles).toEqual([
      { name: '360p', width: 432, height: 360, bitrate: 600_000, fps: 0, profile: 'H264ConstrainedHigh' },
    ]);
    expect(air.pieces[1]?.init.data.equals(air.pieces[0]?.init.data ?? Buffer.alloc(0)), 'one init for all').toBe(true);
    const made = probe(folder, [air.pieces[0]?.init.data ?? Buffer.alloc(0), ...air.pieces.map(({ data }) => data)]);
    const source = probe(folder, mp4(segments.slice(0, 3).flat()));
    expect([made.width, made.height]).toEqual([432, 360]);
    const round = (all: number[]): number[] => all.map((time) => Math.round(time * 1000));
    expect(round(times(pictures(made.packets)))).toEqual(round(times(pictures(source.packets))));
    const sound = (packets: typeof made.packets) => round(times(packets.filter((p) => p.codec_type === 'audio')));
    expect(sound(made.packets)).toEqual(sound(source.packets));
    await air.stop();
  });

  it('is tried again while that may help, on the connections that there are', async () => {
    const air = await pushing({
      fault: (n, tries) => (n < 3 && tries < 2 ? ([503, 500, 'cut'] as const)[n] : undefined),
    });
    air.push(5);
    await until(() => expect(air.outcomes.length).toBe(5));
    expect(air.outcomes).toEqual([0, 1, 2, 3, 4].map((id) => [id, '360p']));
    expect(air.notices).toEqual([]);
    expect(air.gateway.pushes.filter(({ n }) => n === 0).length).toBe(3);
    expect(air.gateway.most(), 'at most so many at once').toBeLessThanOrEqual(3);
    expect(air.gateway.connections()).toBeLessThan(air.gateway.pushes.length);
    await air.stop();
  });

  it.each([
    [422, /422.*H\.264/, 1],
    [500, /failed \(500\)/, 3],
    [503, /no orchestrator/, 3],
    ['cut', /cannot be reached/, 3],
    ['cut in the middle', /broke off/, 3],
    ['plain', /not multipart/, 3],
    ['addresses', /objectStore/, 3],
    ['no parts', /lacks 360p/, 1],
    ['short', /360p cannot be used.*last/, 1],
  ] as const)('that fails by %s is the original, and the host is told why', async (fault, words, tries) => {
    const air = await pushing({ fault: (n) => (n === 0 ? fault : undefined) });
    air.push(2);
    await until(() => expect(air.outcomes.length).toBe(2));
    expect(air.outcomes).toEqual([
      [0, 'none', '360p'],
      [1, '360p'],
    ]);
    expect(air.notices).toEqual([expect.stringMatching(words)]);
    expect(air.gateway.pushes.filter(({ n }) => n === 0).length).toBe(tries);
    expect(air.ends).toEqual([]);
    await air.stop();
  });

  it('that is late is the original, and those behind it come in their order', async () => {
    const air = await pushing({ deadlineMs: 2500, fault: (n) => (n === 0 ? 'silent' : undefined) });
    const began = performance.now();
    air.push(3);
    await until(() => expect(air.outcomes.length).toBe(3));
    expect(performance.now() - began).toBeLessThan(2500 + 1500);
    expect(air.outcomes[0]).toEqual([0, 'none', '360p']);
    expect(air.outcomes.map(([id]) => id)).toEqual([0, 1, 2]);
    expect(air.notices[0]).toMatch(/within 2.5 s/);
    await air.stop();
  });

  it('is dropped, oldest first, where the gateway is slower than they come', async () => {
    let open = (): void => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    const air = await pushing({ before: () => opened, fault: () => 422 });
    air.push(9);
    await until(() => expect(air.gateway.pushes.length).toBe(3));
    open();
    await until(() => expect(air.outcomes.length).toBe(9));
    expect(air.gateway.pushes.map(({ n }) => n).sort()).toEqual([0, 1, 2, 5, 6, 7, 8]);
    expect(air.notices.filter((text) => /more slowly than they come/.test(text)).length).toBe(1);
    await air.stop();
  });

  it.each([
    [401, /user and a password/],
    [403, /authWebhookUrl/],
  ])('refused for good with %i ends the pushing, which begins anew later', async (status, words) => {
    const air = await pushing({ fault: () => status });
    air.push(1);
    await until(() => expect(air.ends.length).toBe(1));
    expect(air.ends[0]).toMatch(words);
    expect(air.gateway.pushes.length).toBe(1);
    expect(air.outcomes).toEqual([[0, 'none', '360p']]);
    await air.stop();
  });

  it('tells nothing after the end, which waits for nobody', async () => {
    const air = await pushing({ fault: () => 'silent' });
    air.push(6);
    await until(() => expect(air.gateway.pushes.length).toBe(3));
    const began = performance.now();
    await air.stop();
    expect(performance.now() - began).toBeLessThan(1000);
    expect([air.outcomes, air.notices, air.ends]).toEqual([[], [], []]);
  });
});

describe('the gateway’s webhook', () => {
  it('lets in what we push, and nothing else', async () => {
    let authorize: (url: string) => object | null = () => null;
    const app = express();
    app.use('/livepeer', livepeerPaths({ secret: 'a-secret-of-the-host', authorize: (url) => authorize(url) }));
    const server = createServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const base = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/livepeer/auth`;
    const ask = async (secret: string, body: string): Promise<number> =>
      (await fetch(`${base}/${secret}`, { method: 'POST', body })).status;

    const air = await pushing({ webhook: `${base}/a-secret-of-the-host`, names: ['360p', '720p'] });
    ({ authorize } = air.transcoder);
    air.push(1);
    await until(() => expect(air.outcomes).toEqual([[0, '360p']]));
    const name = air.gateway.pushes[0]?.manifest;
    const url = JSON.stringify({ url: `${air.gateway.url}/live/${name}/0.ts` });
    expect(await ask('a-secret-of-the-host', url)).toBe(200);
    expect(await ask('another', url)).toBe(403);
    expect(await ask('a-secret-of-the-host', JSON.stringify({ url: 'rtmp://gateway/live/main' }))).toBe(403);
    expect(await ask('a-secret-of-the-host', JSON.stringify({ url: `http://gateway/live/${name}x/0.ts` }))).toBe(403);
    expect(await ask('a-secret-of-the-host', '{}')).toBe(403);
    await air.stop();
    expect(await ask('a-secret-of-the-host', url), 'not after the end').toBe(403);

    const stranger = await pushing({ webhook: `${base}/another` });
    stranger.push(1);
    await until(() => expect(stranger.ends.length).toBe(1));
    await stranger.stop();
    server.closeAllConnections();
    server.close();
  });
});

/** Cleartext of segments behind their initialization. */
async function clear(
  air: Awaited<ReturnType<typeof openAir>>,
  of: MediaPlaylist['segments'][number],
): Promise<Buffer[]> {
  return [await air.media(of.map), unlock(await air.media(of.uri), of.key, of.iv)];
}

describe('a show', () => {
  it('goes on without a gap where the gateway fails in the middle', async () => {
    const gateway = await startGateway({ fault: (n) => (n === 2 ? 'no parts' : n === 3 ? 422 : undefined) });
    const own = mkdtempSync(join(tmpdir(), 'dtok-air-'));
    const air = await openAir({
      folder: own,
      dvrMs: 60_000,
      transcoder: createLivepeerGateway({ url: gateway.url, names: ['360p'], deadlineMs: 15_000 }),
    });
    air.publish({ size: '480x400' });
    let small: MediaPlaylist | undefined;
    await until(async () => {
      small = await air.playlist('360p');
      expect(small.segments.filter(({ uri }) => uri.startsWith('360p-')).length).toBeGreaterThanOrEqual(4);
    }, 40_000);
    const kinds = small?.segments.map(({ uri }) => (uri.startsWith('360p-') ? 'small' : 'original')).join(' ');
    expect(kinds).toMatch(/small small original original small small/);
    const source = await air.playlist('video');
    const at: number[] = [];
    for (const segment of small?.segments ?? []) {
      const original = source.segments.find(({ msn }) => msn === segment.msn);
      const { key, ms, date, discontinuity } = segment;
      expect(original).toMatchObject({ key, ms, date, discontinuity });
      if (!original) continue;
      const [a, b] = [await clear(air, original), await clear(air, segment)].map((data) =>
        pictures(probe(own, data).packets),
      );
      expect(b?.[0]?.flags).toContain('K');
      const round = (all: number[]): number[] => all.map((time) => Math.round(time * 1000));
      expect(round(times(b ?? []))).toEqual(round(times(a ?? [])));
      at.push(...times(b ?? []));
    }
    expect(Math.max(...at.slice(1).map((time, i) => time - (at[i] ?? 0)))).toBeLessThan(0.08);
    expect(air.notices).toEqual([expect.stringMatching(/lacks 360p/), expect.stringMatching(/422/)]);
    expect([air.faults, gateway.faults]).toEqual([[], []]);
    await air.stop();
    gateway.stop();
    rmSync(own, { recursive: true });
  }, 60_000);
});

describe('the settings', () => {
  const chosen = (env: Record<string, string>) => readSettings(env).transcoder;

  it('say who makes the renditions, and what is missing', () => {
    expect(chosen({})).toEqual({ kind: 'none' });
    expect(chosen({ RENDITIONS: '360p' })).toEqual({ kind: 'local', renditions: ['360p'] });
    expect(chosen({ RENDITIONS: '360p', TRANSCODER: 'none' })).toEqual({ kind: 'none' });
    expect(chosen({ RENDITIONS: '360p', TRANSCODER: 'livepeer-gateway' })).toEqual({
      ...{ kind: 'livepeer-gateway', renditions: ['360p'], url: 'http://127.0.0.1:9935' },
      ...{ webhookSecret: null, deadlineMs: 8000 },
    });
    expect(() => chosen({ TRANSCODER: 'livepeer-gateway' })).toThrow(/RENDITIONS must say/);
    const studio = { RENDITIONS: '360p', TRANSCODER: 'livepeer-studio', LIVEPEER_STUDIO_API_KEY: 'an-api-key' };
    const { signingKey, publicKey } = signingKeys();
    const whole = { ...studio, LIVEPEER_STUDIO_SIGNING_KEY: signingKey, LIVEPEER_STUDIO_PUBLIC_KEY: publicKey };
    expect(chosen({ ...whole, DVR_SECONDS: '60' })).toMatchObject({
      ...{ kind: 'livepeer-studio', apiKey: 'an-api-key', signingKey, publicKey },
      ...{ api: 'https://livepeer.studio/api', rtmp: 'rtmp://rtmp.livepeer.com/live' },
    });
    expect(() => chosen(studio)).toThrow(/LIVEPEER_STUDIO_SIGNING_KEY/);
    expect(() => chosen(whole)).toThrow(/DVR_SECONDS must be 60/);
    expect(() => chosen({ ...whole, LIVEPEER_STUDIO_SIGNING_KEY: publicKey })).toThrow(/private key/);
    expect(() => chosen({ TRANSCODER: 'mine' })).toThrow(/TRANSCODER/);
    expect(() => chosen({ LIVEPEER_WEBHOOK_SECRET: 'short' })).toThrow(/LIVEPEER_WEBHOOK_SECRET/);
  });
});
