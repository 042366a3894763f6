// Broadcasting by WHIP, as RFC 9725 has it: real HTTP, a real WebRTC sender with a real encoder, and what comes of it.
import { execFileSync } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { problemRenderer } from '../../src/http/mount.js';
import { whipPath, whipPaths } from '../../src/http/whip-paths.js';
import { createIngest, refusals } from '../../src/stream/ingest.js';
import type { Source } from '../../src/stream/media/broadcast.js';
import { codecTrouble, flvTags, isFlvHeader, type Tag, timeOf } from '../../src/stream/media/flv.js';
import { createPublishers, takenOver } from '../../src/stream/publishers.js';
import type { Streams } from '../../src/stream/streams.js';
import { createWhipDesk, type WhipDesk, type WhipSettings } from '../../src/stream/whip/desk.js';
import { type WhipClient, whipClient } from '../support/whip-client.js';

const [key, stageKey, old] = ['the-stream-key', 'the-key-of-the-stage', 'a-replaced-key'];
const sdpType = 'application/sdp';
const fragmentType = 'application/trickle-ice-sdpfrag';
const usual = { connectMs: 20_000, silenceMs: 2500, quietMs: 800 };

interface Show {
  cam: string;
  source: Source;
  flv: Buffer[];
  tags: Tag[];
  ended: boolean;
}

let http: Server;
let base: string;
let desk: WhipDesk;
let shows: Show[];
let lines: string[];
let notices: string[];
let open: boolean;
const clients: WhipClient[] = [];

function begin(_stream: string, source: Source, cam: string): void {
  const show: Show = { cam, source, flv: [], tags: [], ended: false };
  shows.push(show);
  source.onData((flv) => {
    show.flv.push(flv);
    show.tags.push(...flvTags(flv));
  });
  source.onEnd(() => {
    show.ended = true;
  });
}

async function start(settings: Partial<WhipSettings> = {}, limits = usual): Promise<void> {
  const line = (...parts: unknown[]): void => void lines.push(JSON.stringify(parts));
  const log = { info: line, warn: line, error: line, debug: line };
  const cams = [
    { stream: 'main', id: 'main', title: '', streamKey: key },
    { stream: 'main', id: 'stage', title: '', streamKey: stageKey },
  ];
  const streams = {
    get: () => ({ open }),
    cams: {
      of: () => cams,
      byStreamKey: (given: string) => cams.find(({ streamKey }) => streamKey === given),
      retired: (given: string) => (given === old ? { stream: 'main', cam: 'main' } : undefined),
    },
  } as unknown as Streams;
  const notice = (_stream: string, text: string): void => void notices.push(text);
  desk = createWhipDesk({
    ...{ ffmpeg: 'ffmpeg', segmentMs: 1000, limits, log, notice, publishers: createPublishers() },
    ingest: createIngest({ streams, notice, begin }),
    settings: { ports: null, address: null, stun: null, ...settings },
  });
  const app = express();
  app.use(whipPath, whipPaths(desk));
  app.use(problemRenderer(log));
  http = app.listen(0, '127.0.0.1');
  await once(http, 'listening');
  base = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
}

beforeEach(() => {
  [shows, lines, notices, open] = [[], [], [], true];
  return start();
});

async function stop(): Promise<void> {
  desk.stop();
  http.close();
  for (const client of clients.splice(0)) client.close();
}

afterEach(async () => {
  await stop();
  for (const secret of [key, stageKey, old]) expect(lines.join('\n')).not.toContain(secret);
});

const eventually = (check: () => void, timeout = 20_000): Promise<void> => vi.waitFor(check, { timeout, interval: 20 });

async function newClient(): Promise<WhipClient> {
  const client = await whipClient();
  clients.push(client);
  return client;
}

interface Asked {
  path?: string;
  by?: string | null;
  body?: string;
  headers?: Record<string, string>;
}

function ask(method: string, { path = '/whip/main', by = key, body, headers = {} }: Asked = {}): Promise<Response> {
  const auth: Record<string, string> = by === null ? {} : { authorization: `Bearer ${by}` };
  const type: Record<string, string> = body === undefined ? {} : { 'content-type': sdpType };
  const init = body === undefined ? {} : { body };
  return fetch(`${base}${path}`, { method, headers: { ...auth, ...type, ...headers }, ...init });
}

/** The code of a refusal, which is a problem that any site's page may read. */
async function refusal(answer: Response): Promise<string> {
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect(answer.headers.get('access-control-allow-origin')).toBe('*');
  const { code } = (await answer.json()) as { code: string };
  return `${answer.status} ${code}`;
}

async function publish(client: WhipClient, asked: Asked = {}): Promise<{ location: string; etag: string }> {
  const answer = await ask('POST', { body: client.offer, ...asked });
  expect(answer.status).toBe(201);
  client.connect(await answer.text());
  return { location: answer.headers.get('location') ?? '', etag: answer.headers.get('etag') ?? '' };
}

const pictures = (show: Show | undefined): Tag[] =>
  (show?.tags ?? []).filter(({ type, config }) => type === 'video' && !config);
const keyframes = (show: Show | undefined): number[] =>
  pictures(show)
    .filter(({ keyframe }) => keyframe)
    .map(timeOf);

/** When it gets bright, and when loud, by ffmpeg's own judgement: seconds into the FLV. */
function flashesAndBeeps(show: Show): { bright: number[]; loud: number[] } {
  const folder = mkdtempSync(join(tmpdir(), 'dtok-whip-'));
  const file = join(folder, 'whip.flv');
  writeFileSync(file, Buffer.concat(show.flv));
  const filters = [
    '-vf',
    'blackdetect=d=0.3:pix_th=0.2,metadata=print:file=-',
    '-af',
    'silencedetect=n=-30dB:d=0.3,ametadata=print:file=-',
  ];
  const text = execFileSync('ffmpeg', ['-v', 'error', '-copyts', '-i', file, ...filters, '-f', 'null', '-'], {
    encoding: 'utf8',
  });
  rmSync(folder, { recursive: true });
  const numbers = (name: string): number[] =>
    [...text.matchAll(new RegExp(`${name}=([\\d.]+)`, 'g'))].map((m) => Number(m[1]));
  return { bright: numbers('lavfi.black_end'), loud: numbers('lavfi.silence_end') };
}

describe('an encoder that speaks WHIP', () => {
  it('goes on air: H.264 as it came, Opus as AAC, both in step, keyframes each second', async () => {
    const client = await newClient();
    await publish(client);
    await eventually(() => expect(keyframes(shows[0]).length).toBeGreaterThanOrEqual(4), 30_000);
    const [show] = shows;
    if (!show) throw new Error('no show');
    expect(show.cam).toBe('main');
    expect(show.flv[0] && isFlvHeader(show.flv[0])).toBe(true);
    expect(show.tags.map(codecTrouble).filter(Boolean)).toEqual([]);
    // Both codecs are known before the first picture.
    const before = show.tags.slice(
      0,
      show.tags.findIndex(({ type, config }) => type === 'video' && !config),
    );
    expect(new Set(before.filter(({ config }) => config).map(({ type }) => type))).toEqual(new Set(['audio', 'video']));
    const { bright, loud } = flashesAndBeeps(show);
    expect(bright.length).toBeGreaterThanOrEqual(2);
    for (const at of bright.slice(0, 2)) expect(Math.min(...loud.map((l) => Math.abs(l - at)))).toBeLessThan(0.25);
  });

  it('ends with DELETE, and its address with it', async () => {
    const client = await newClient();
    const { location } = await publish(client);
    await eventually(() => expect(pictures(shows[0]).length).toBeGreaterThan(2));
    expect(await refusal(await ask('DELETE', { path: location, by: stageKey }))).toBe('401 stream_key_refused');
    expect(shows[0]?.ended).toBe(false);
    expect((await ask('DELETE', { path: location })).status).toBe(200);
    expect(shows[0]?.ended).toBe(true);
    expect(await refusal(await ask('DELETE', { path: location }))).toBe('404 not_found');
  });

  it('is cut off at once, told so, and heard no more, when its key is taken away', async () => {
    const client = await newClient();
    await publish(client);
    await eventually(() => expect(pictures(shows[0]).length).toBeGreaterThan(2));
    const [show] = shows;
    show?.source.refuse(refusals.keyRetired);
    const seen = show?.tags.length;
    expect(show?.ended).toBe(true);
    await eventually(() => expect(client.states).toContain('disconnected'));
    expect(show?.tags.length).toBe(seen);
  });

  it('is lost when it falls silent; before that it gives way to itself', async () => {
    const first = await newClient();
    await publish(first);
    await eventually(() => expect(pictures(shows[0]).length).toBeGreaterThan(2));
    const second = await newClient();
    expect(await refusal(await ask('POST', { body: second.offer }))).toBe('409 already_on_air');
    first.vanish();
    await eventually(async () => {
      const answer = await ask('POST', { body: second.offer });
      expect(answer.status).toBe(201);
      second.connect(await answer.text());
    });
    expect(shows[0]?.ended).toBe(true);
    expect(lines.join()).toContain(takenOver);
    await eventually(() => expect(pictures(shows[1]).length).toBeGreaterThan(2));
    second.vanish();
    await eventually(() => expect(shows[1]?.ended).toBe(true));
  });

  it('is given up when no media come of its offer', async () => {
    await stop();
    await start({}, { ...usual, connectMs: 500 });
    const client = await newClient();
    const answer = await ask('POST', { body: client.offer });
    const path = answer.headers.get('location') ?? '';
    await vi.waitFor(async () => expect((await ask('DELETE', { path, by: old })).status).toBe(404), 8000);
    expect(lines.join()).toContain('is its UDP let through?');
    expect(shows).toEqual([]);
  });

  it('may broadcast to the cam that its key opens, by the stream’s address or the cam’s own', async () => {
    const client = await newClient();
    await publish(client, { by: stageKey });
    await eventually(() => expect(shows.map(({ cam }) => cam)).toEqual(['stage']));
    const other = await newClient();
    const { location } = await publish(other, { path: '/whip/main/main' });
    expect(location).toMatch(/^\/whip\/main\/main\/[\w-]{22}$/);
  });
});

describe('who is refused', () => {
  const keys: [string, Asked, string][] = [
    ['without a key', { by: null }, refusals.keyUnknown],
    ['with a wrong key', { by: 'wrong' }, refusals.keyUnknown],
    ['with a replaced key', { by: old }, refusals.keyRetired],
    ['with another cam’s key', { path: '/whip/main/stage' }, refusals.keyElsewhere],
    ['with another stream’s key', { path: '/whip/other' }, refusals.keyElsewhere],
  ];
  it.each(keys)('%s', async (_who, asked, reason) => {
    const answer = await ask('POST', { body: 'v=0', ...asked });
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    const said = await answer.clone().text();
    expect(await refusal(answer)).toBe('401 stream_key_refused');
    expect(said.toLowerCase()).toContain(reason);
    expect(shows).toEqual([]);
  });

  it('while the show is stopped', async () => {
    open = false;
    expect(await refusal(await ask('POST', { body: 'v=0' }))).toBe('403 show_stopped');
    expect(notices.join()).toContain('the show is stopped');
  });

  const withoutH264 = (offer: string): string => offer.replaceAll(/h264/gi, 'VP8');
  const offers: [string, (offer: string) => string, string, string?][] = [
    ['without H.264', withoutH264, '422 media_unfit', 'The video is VP8: set your encoder to H.264'],
    [
      'in single packets',
      (o) => o.replaceAll('packetization-mode=1', 'packetization-mode=0'),
      '422 media_unfit',
      'H.264',
    ],
    ['without Opus', (o) => o.replaceAll(/opus/gi, 'PCMU'), '422 media_unfit', 'The sound is PCMU'],
    ['to be sent to', (o) => o.replaceAll('a=sendonly', 'a=recvonly'), '422 media_unfit', 'not to play'],
    ['of two pictures', (o) => o.replace('m=audio', 'm=video'), '422 media_unfit', 'one picture'],
    ['that is none', () => 'hello', '400 bad_request'],
    ['that breaks off', (o) => o.slice(0, 300), '400 bad_request'],
    ['without a fingerprint', (o) => o.replaceAll(/a=fingerprint.*\r\n/g, ''), '400 bad_request'],
    [
      'with a fingerprint that is none',
      (o) => o.replaceAll(/a=fingerprint.*\r\n/g, 'a=fingerprint:x\r\n'),
      '400 bad_request',
    ],
  ];
  it.each(offers)('an offer %s', async (_what, change, code, sentence) => {
    const { offer } = await newClient();
    const answer = await ask('POST', { body: change(offer) });
    const said = await answer.clone().text();
    expect(await refusal(answer)).toBe(code);
    if (!sentence) return;
    expect(said).toContain(sentence);
    expect(notices.join()).toContain(sentence);
  });

  it('leaves the place to the next one', async () => {
    const client = await newClient();
    await ask('POST', { body: client.offer.replaceAll(/a=fingerprint.*\r\n/g, 'a=fingerprint:x\r\n') });
    await publish(client);
    await eventually(() => expect(shows.length).toBe(1));
  });
});

/** Tells everybody that he comes from 198.51.100.7, port 7000 (RFC 8489, 14.2). */
async function startStun(): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.on('message', (request, from) => {
    const answer = Buffer.from('0101000c2112a442000000000000000000000000002000080001000000000000', 'hex');
    request.copy(answer, 8, 8, 20);
    answer.writeUInt16BE(7000 ^ 0x2112, 26);
    Buffer.from([198 ^ 0x21, 51 ^ 0x12, 100 ^ 0xa4, 7 ^ 0x42]).copy(answer, 28);
    socket.send(answer, from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

describe('the addresses', () => {
  it('say what may be asked of them, to any page', async () => {
    const endpoint = await ask('OPTIONS', { by: null });
    expect(endpoint.status).toBe(200);
    expect(endpoint.headers.get('accept-post')).toBe(sdpType);
    expect(endpoint.headers.get('access-control-allow-methods')).toContain('POST');
    expect(endpoint.headers.get('access-control-allow-headers')).toContain('authorization');
    const session = await ask('OPTIONS', { path: '/whip/main/main/some', by: null });
    expect(session.headers.get('access-control-allow-methods')).toContain('DELETE');
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH']) {
      const answer = await ask(method);
      expect(answer.headers.get('allow')).toBe('POST, OPTIONS');
      expect(await refusal(answer)).toBe('405 wrong_method');
    }
    for (const method of ['GET', 'PUT', 'POST']) {
      const answer = await ask(method, { path: '/whip/main/main/some' });
      expect(answer.headers.get('allow')).toBe('PATCH, DELETE, OPTIONS');
      expect(await refusal(answer)).toBe('405 wrong_method');
    }
  });

  it('answer with one H.264 format, and take candidates that come later', async () => {
    const client = await newClient();
    const answer = await ask('POST', { body: client.offer });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([201, `${sdpType}; charset=utf-8`]);
    const [path, etag] = [answer.headers.get('location') ?? '', answer.headers.get('etag') ?? ''];
    expect(etag).toMatch(/^"\w+"$/);
    const sdp = await answer.text();
    expect(sdp.match(/a=rtpmap:\d+ H264/gi)).toHaveLength(1);
    expect(sdp).toMatch(/packetization-mode=1/);
    expect(sdp).toMatch(/a=setup:active/);
    expect(sdp).toMatch(/a=recvonly/);

    const ufrag = /a=ice-ufrag:\S+/.exec(client.offer)?.[0] ?? '';
    const late = (candidate: string): string =>
      `${ufrag}\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\na=${candidate}\r\n`;
    const good = late('candidate:1 1 udp 2122260223 127.0.0.1 9 typ host');
    const patch = (body: string, match: string | null = etag, type = fragmentType) =>
      ask('PATCH', { path, body, headers: { 'content-type': type, ...(match === null ? {} : { 'if-match': match }) } });
    expect((await patch(good)).status).toBe(204);
    // What cannot be used is passed over.
    expect((await patch(late('candidate:1 1 udp 1 0b5c.local 9 typ host'))).status).toBe(204);
    expect((await patch(late('candidate:1 1 tcp 1 192.0.2.7 9 typ host tcptype active'))).status).toBe(204);
    expect((await patch(late('end-of-candidates'))).status).toBe(204);
    expect(await refusal(await patch(good, null))).toBe('428 precondition_needed');
    expect(await refusal(await patch(good, '"other"'))).toBe('412 precondition_failed');
    expect(await refusal(await patch(good, '*'))).toBe('422 no_ice_restart');
    expect(await refusal(await patch(good.replace(ufrag, 'a=ice-ufrag:anew')))).toBe('422 no_ice_restart');
    expect(await refusal(await patch('hello'))).toBe('400 bad_request');
    expect(await refusal(await patch(good, etag, sdpType))).toBe('415 not_sdp');
    expect(await refusal(await ask('POST', { body: client.offer, headers: { 'content-type': 'text/plain' } }))).toBe(
      '415 not_sdp',
    );
  });

  it('tell of the address behind a router, of STUN, and keep to the ports that are let through', async () => {
    await stop();
    const server = await startStun();
    const stun = `stun:127.0.0.1:${server.address().port}`;
    await start({ address: '203.0.113.9', stun, ports: [42_000, 42_099] });
    const client = await newClient();
    const answer = await ask('POST', { body: client.offer });
    server.close();
    expect(answer.headers.get('link')).toBe(`<${stun}>; rel="ice-server"`);
    const sdp = await answer.text();
    expect(sdp).toMatch(/^a=candidate:.* 198\.51\.100\.7 7000 typ srflx/m);
    const hosts = [...sdp.matchAll(/^a=candidate:\S+ 1 udp (\d+) (\S+) (\d+) typ host/gm)];
    const announced = hosts.filter(([, , address]) => address === '203.0.113.9');
    const own = hosts.filter(([, , address]) => !['203.0.113.9', '127.0.0.1'].includes(address ?? ''));
    expect(hosts.length).toBeGreaterThan(0);
    for (const [, , , port] of hosts) expect(Number(port)).toBeGreaterThanOrEqual(42_000);
    for (const [, , , port] of hosts) expect(Number(port)).toBeLessThanOrEqual(42_099);
    const v4 = own.filter(([, , address]) => !address?.includes(':'));
    expect(announced.map(([, , , port]) => port)).toEqual(v4.map(([, , , port]) => port));
  });
});
