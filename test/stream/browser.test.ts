// Browsers on air: what recorders write, over real sockets and a real ffmpeg, into cams; who is refused, and really closed.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { startBroadcastSocket } from '../../src/http/broadcast-socket.js';
import { publishFromBrowser } from '../../src/stream/browser/publisher.js';
import { createIngest, refusals } from '../../src/stream/ingest.js';
import type { Source } from '../../src/stream/media/broadcast.js';
import { codecTrouble, flvTags, isFlvHeader, type Tag, timeOf } from '../../src/stream/media/flv.js';
import { createPublishers } from '../../src/stream/publishers.js';
import type { Streams } from '../../src/stream/streams.js';
import type { BroadcastHello, BroadcastSaid, Recording } from '../../src/vocabulary/broadcast.js';
import { broadcastSocketPath } from '../../src/vocabulary/broadcast-limits.js';

const key = 'the-stream-key';
const token = 'the-host-token';
const old = 'a-replaced-key';

interface Show {
  stream: string;
  cam: string;
  source: Source;
  first: Buffer | null;
  tags: Tag[];
  ended: boolean;
}

let http: Server;
let shows: Show[];
let lines: string[];
let notices: string[];
let open: boolean;
let ffmpeg: string;
let socket: ReturnType<typeof startBroadcastSocket>;
const clients: WebSocket[] = [];
const children: ChildProcess[] = [];

beforeEach(async () => {
  [shows, lines, notices, open, ffmpeg] = [[], [], [], true, 'ffmpeg'];
  const line = (...parts: unknown[]): void => void lines.push(JSON.stringify(parts));
  const log = { info: line, warn: line, error: line, debug: line };
  const cam = { stream: 'main', id: 'main', title: '', streamKey: key };
  const streams = {
    get: () => ({ open }),
    cams: {
      of: (stream: string) => (stream === 'main' ? [cam] : []),
      byStreamKey: (given: string) => (given === key ? cam : undefined),
      retired: (given: string) => (given === old ? { stream: 'main', cam: 'main' } : undefined),
    },
  } as unknown as Streams;
  const begin = (stream: string, source: Source, cam: string): void => {
    const show: Show = { stream, cam, source, first: null, tags: [], ended: false };
    shows.push(show);
    source.onData((flv) => {
      show.first ??= flv;
      show.tags.push(...flvTags(flv));
    });
    source.onEnd(() => {
      show.ended = true;
    });
  };
  const ingest = createIngest({ streams, notice: (_stream, text) => notices.push(text), begin });
  const publishers = createPublishers();
  http = createServer().listen(0, '127.0.0.1');
  await once(http, 'listening');
  socket = startBroadcastSocket({
    http,
    shows: {
      fromBrowser({ line, who, visit, recording }) {
        const place = 'key' in who ? ingest.byKey(who.key) : ingest.byHost(who.stream, who.cam);
        if ('refuse' in place) return place;
        publishFromBrowser({
          ...{ ffmpeg, line, place, visit, recording, publishers, log },
          begin: (source) => ingest.publish(place, source),
          state: () => 'live',
          behindLimitMs: 2500,
        });
        return null;
      },
    },
    isHost: (given) => given === token,
    log,
    limits: { helloMs: 300, silenceMs: 2000 },
  });
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const client of clients.splice(0)) client.terminate();
  socket.stop();
  http.close();
  for (const secret of [key, token, old]) expect(lines.join('\n')).not.toContain(secret);
});

const eventually = (check: () => void, timeout = 10_000): Promise<void> => vi.waitFor(check, { timeout, interval: 20 });

const webm: Recording = { container: 'webm', video: 'h264', audio: 'other', keyframes: true };

async function connect() {
  const client = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}${broadcastSocketPath}`);
  clients.push(client);
  const said: BroadcastSaid[] = [];
  let closed = false;
  client.on('message', (text) => said.push(JSON.parse(`${text}`)));
  client.on('close', () => {
    closed = true;
  });
  client.on('error', () => {});
  await once(client, 'open');
  return {
    client,
    said,
    isClosed: () => closed,
    closes: () => eventually(() => expect(closed).toBe(true)),
    hello(more: Partial<BroadcastHello> = {}): void {
      client.send(JSON.stringify({ by: { key }, visit: 'visit-one', recording: webm, ...more }));
    },
    hears: (type: BroadcastSaid['type']) => eventually(() => expect(said.map((one) => one.type)).toContain(type)),
    refusal: (): Extract<BroadcastSaid, { type: 'refused' }> | undefined => said.find((one) => one.type === 'refused'),
  };
}

const x264 = (gop: number): string[] => ['-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '0', '-g', `${gop}`];

/** A recorder, as a browser's: pieces of a container, paced like a camera. */
function record(to: WebSocket, codecs: readonly string[], container: readonly string[] = ['-f', 'webm']): ChildProcess {
  const child = spawn('ffmpeg', [
    ...['-hide_banner', '-loglevel', 'error', '-re', '-f', 'lavfi', '-i', 'testsrc2=s=321x180:r=15'],
    ...['-re', '-f', 'lavfi', '-i', 'sine=440:r=48000', '-vf', 'crop=320:180', ...codecs],
    ...['-t', '20', '-flush_packets', '1', '-cluster_time_limit', '250', ...container, 'pipe:1'],
  ]);
  children.push(child);
  child.stdout.on('data', (bytes) => to.send(bytes, { binary: true }));
  return child;
}

const matroska = ['-f', 'matroska'];
const pictures = (show: Show | undefined): Tag[] =>
  (show?.tags ?? []).filter((tag) => tag.type === 'video' && !tag.config);
const keyframes = (show: Show | undefined): number[] =>
  pictures(show)
    .filter((tag) => tag.keyframe)
    .map(timeOf);

/** It is on air with H.264, AAC, and keyframes about each second. */
async function isWell(): Promise<void> {
  await eventually(() => expect(keyframes(shows[0]).length).toBeGreaterThanOrEqual(3), 15_000);
  const [show] = shows;
  expect(show?.first && isFlvHeader(show.first)).toBe(true);
  expect(show?.tags.map(codecTrouble).filter(Boolean)).toEqual([]);
  expect(show?.tags.some((tag) => tag.type === 'audio')).toBe(true);
  const times = keyframes(show);
  for (const [i, time] of times.slice(1).entries()) expect(time - (times[i] ?? 0)).toBeLessThan(1200);
}

describe('what a browser records', () => {
  it('goes on air by a stream key: H.264 as it came, Opus as AAC', async () => {
    const one = await connect();
    one.hello();
    await one.hears('accepted');
    record(one.client, [...x264(15), '-c:a', 'libopus'], matroska);
    await isWell();
    expect(shows[0]).toMatchObject({ stream: 'main', cam: 'main', ended: false });
    await one.hears('state');
    expect(one.said.at(-1)).toMatchObject({ type: 'state', state: 'live', received: expect.any(Number) });
  });

  it('is encoded anew where a browser has no H.264, and by the host’s token', async () => {
    const one = await connect();
    one.hello({ by: { token, stream: 'main', cam: 'main' }, recording: { ...webm, video: 'other', keyframes: false } });
    await one.hears('accepted');
    record(one.client, [
      '-c:v',
      'libvpx',
      '-deadline',
      'realtime',
      '-cpu-used',
      '8',
      '-lag-in-frames',
      '0',
      '-g',
      '600',
      '-c:a',
      'libopus',
    ]);
    await isWell();
  });

  it('may be fragmented MP4 with AAC, as Safari writes it', async () => {
    const one = await connect();
    one.hello({ recording: { container: 'mp4', video: 'h264', audio: 'aac', keyframes: true } });
    await one.hears('accepted');
    const fragmented = ['-f', 'mp4', '-movflags', 'empty_moov+default_base_moof', '-frag_duration', '250000'];
    record(one.client, [...x264(15), '-c:a', 'aac'], fragmented);
    await isWell();
  });

  it('asks for pictures that it encodes anew when keyframes stay away', async () => {
    const one = await connect();
    one.hello();
    record(one.client, [...x264(600), '-c:a', 'libopus'], matroska);
    await one.hears('refused');
    expect(one.refusal()).toMatchObject({ next: 'transcode' });
    await one.closes();
    expect(shows[0]?.ended).toBe(true);
  });

  it('is told to come again when it cannot be read', async () => {
    const one = await connect();
    one.hello();
    await one.hears('accepted');
    one.client.send(Buffer.alloc(200_000, 7));
    await one.hears('refused');
    expect(one.refusal()).toMatchObject({ next: 'again' });
    await one.closes();
  });
});

describe('who is refused', () => {
  const refused: [string, Partial<BroadcastHello>, string][] = [
    ['a wrong key', { by: { key: 'wrong-key' } }, refusals.keyUnknown],
    ['a replaced key', { by: { key: old } }, refusals.keyRetired],
    ['a wrong token', { by: { token: 'wrong', stream: 'main', cam: 'main' } }, 'the host’s link is not right'],
    ['a cam that is not there', { by: { token, stream: 'main', cam: 'roof' } }, refusals.noCam],
    ['a page of another version', { visit: '' }, 'reload the page'],
  ];
  it.each(refused)('%s', async (_who, hello, reason) => {
    const one = await connect();
    one.hello(hello);
    await one.hears('refused');
    expect(one.refusal()).toMatchObject({ next: 'stop', reason: expect.stringContaining(reason) });
    await one.closes();
    expect(shows).toEqual([]);
    expect(lines.join()).toContain(reason);
  });

  it('tells the dashboard of a replaced key and of a stopped show', async () => {
    (await connect()).hello({ by: { key: old } });
    await eventually(() => expect(notices.join()).toContain('replaced stream key'));
    open = false;
    const one = await connect();
    one.hello();
    await one.hears('refused');
    expect(notices.join()).toContain('the show is stopped');
  });

  it('closes who says nothing, who falls silent, and who sends too much at once', async () => {
    const strangers = await connect();
    await strangers.closes();
    const silent = await connect();
    silent.hello();
    await silent.hears('accepted');
    await silent.closes();
    await eventually(() => expect(shows[0]?.ended).toBe(true));
    const large = await connect();
    large.hello();
    await large.hears('accepted');
    large.client.send(Buffer.alloc(300 * 1024));
    await large.closes();
  });

  it('leaves nothing of whom is shown out: not even what he goes on sending', async () => {
    const one = await connect();
    one.hello();
    await one.hears('accepted');
    record(one.client, [...x264(15), '-c:a', 'libopus'], matroska);
    await eventually(() => expect(pictures(shows[0]).length).toBeGreaterThan(2));
    shows[0]?.source.refuse(refusals.keyRetired);
    const seen = shows[0]?.tags.length;
    expect(shows[0]?.ended).toBe(true);
    await one.closes();
    expect(one.refusal()).toMatchObject({ reason: refusals.keyRetired, next: 'stop' });
    expect(shows[0]?.tags.length).toBe(seen);
  });
});

it('stops reading, and then says why, when ffmpeg cannot keep up: what waits is bounded', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'dtok-slow-'));
  ffmpeg = join(folder, 'ffmpeg');
  writeFileSync(ffmpeg, '#!/bin/sh\nexec sleep 30\n', { mode: 0o755 });
  const one = await connect();
  one.hello();
  await one.hears('accepted');
  const waiting: number[] = [];
  one.client.on('message', () => waiting.push(one.client.bufferedAmount));
  for (let sent = 0; sent < 400; sent++) one.client.send(Buffer.alloc(200 * 1024));
  await one.hears('refused');
  // Of 80 MB, most never left: the socket was not read.
  expect(waiting.at(-1)).toBeGreaterThan(60 * 1024 * 1024);
  expect(one.refusal()).toMatchObject({ next: 'stop', reason: expect.stringContaining('cannot keep up') });
  await one.closes();
  expect(shows[0]?.ended).toBe(true);
  rmSync(folder, { recursive: true });
});

describe('one at a time', () => {
  it('refuses another browser, and lets the same page take its own place again', async () => {
    const one = await connect();
    one.hello();
    await one.hears('accepted');
    const other = await connect();
    other.hello({ visit: 'visit-two' });
    await other.hears('refused');
    const again = await connect();
    again.hello();
    await again.hears('accepted');
    await one.closes();
    expect(shows.map(({ ended }) => ended)).toEqual([true, false]);
  });
});
