// A stand-in for Livepeer Studio: its API, an RTMP door behind it, and HLS behind its gate. A real ffmpeg does the work.
import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { freePort } from '../dtok.js';
import { createStudioGate, type Policy, type Webhook } from './studio-gate.js';

interface Profile {
  name: string;
  width: number;
  height: number;
  bitrate: number;
}
interface Made {
  id: string;
  streamKey: string;
  playbackId: string;
  profiles: Profile[];
  playbackPolicy: Policy;
  child: ChildProcess;
  folder: string;
}

/** An account's signing key, as its dashboard shows it. */
export function signingKeys() {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const base64 = (pem: string | Buffer): string => Buffer.from(pem).toString('base64');
  return {
    signingKey: base64(pair.privateKey.export({ type: 'pkcs8', format: 'pem' })),
    publicKey: base64(pair.publicKey.export({ type: 'spki', format: 'pem' })),
  };
}

export interface StudioOptions {
  apiKey: string;
  publicKey: string;
  sourceHeight: number;
  /** How long one of the seconds of its gate takes here, ms. */
  secondMs?: number;
  /** A status in place of what a request is for. */
  fault?: (method: string, path: string) => number | undefined;
}

export async function startStudio(options: StudioOptions) {
  const streams = new Map<string, Made>();
  const asked: string[] = [];
  const refusals: string[] = [];
  const webhooks = new Map<string, Webhook>();
  const { publicKey, secondMs = 1000 } = options;
  const gate = createStudioGate({ publicKey, webhooks, secondMs, onRefused: (why) => refusals.push(why) });
  const rtmpPort = await freePort();
  let count = 0;

  function listen(made: Omit<Made, 'child'>): ChildProcess {
    const { profiles, folder, streamKey } = made;
    const copies = profiles.map((_, i) => `[c${i}]`).join('');
    const scaled = profiles.map(({ width, height }, i) => `[c${i}]scale=${width}:${height}[v${i}]`);
    const hls = ['-f', 'hls', '-hls_time', '0.5', '-hls_list_size', '8', '-hls_flags', 'delete_segments+temp_file'];
    const encoded = [
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      '-bf',
      '0',
      '-g',
      '9999',
      '-force_key_frames',
      'source',
    ];
    return spawn(
      'ffmpeg',
      [
        ...[
          '-hide_banner',
          '-loglevel',
          'error',
          '-listen',
          '1',
          '-f',
          'flv',
          '-i',
          `rtmp://127.0.0.1:${rtmpPort}/live/${streamKey}`,
        ],
        ...['-filter_complex', [`[0:v]split=${profiles.length}${copies}`, ...scaled].join(';')],
        ...['-map', '0:v', '-map', '0:a', '-c', 'copy', ...hls, join(folder, '0.m3u8')],
        ...profiles.flatMap(({ bitrate }, i) => [
          ...[
            '-map',
            `[v${i}]`,
            '-map',
            '0:a',
            ...encoded,
            '-vsync',
            'passthrough',
            '-b:v',
            `${bitrate}`,
            '-c:a',
            'copy',
          ],
          ...[...hls, join(folder, `${i + 1}.m3u8`)],
        ]),
      ],
      { stdio: 'ignore' },
    );
  }

  function create(body: Pick<Made, 'profiles' | 'playbackPolicy'>): Made {
    count += 1;
    const folder = mkdtempSync(join(tmpdir(), 'dtok-studio-'));
    const names = { id: `id-${count}`, streamKey: `key-${count}-secret`, playbackId: `play${count}` };
    const made = { ...names, profiles: body.profiles, playbackPolicy: body.playbackPolicy, folder };
    const whole = { ...made, child: listen(made) };
    streams.set(made.id, whole);
    return whole;
  }

  function remove(id: string): void {
    const made = streams.get(id);
    streams.delete(id);
    made?.child.kill('SIGKILL');
    made?.child.once('close', () => rmSync(made.folder, { recursive: true, force: true }));
  }

  const send = (res: ServerResponse, status: number, body?: object): void =>
    void res.writeHead(status, { 'content-type': 'application/json' }).end(body ? JSON.stringify(body) : '');

  async function api(req: IncomingMessage, res: ServerResponse, path: string): Promise<void> {
    if (req.headers.authorization !== `Bearer ${options.apiKey}`) return send(res, 401, { errors: ['no'] });
    const [, id = '', act] = /^\/stream\/([^/]+)(\/terminate)?$/.exec(path) ?? [];
    if (req.method === 'POST' && path === '/stream') {
      const { child, folder, ...shown } = create((await json(req)) as Made);
      return send(res, 201, { ...shown, isActive: false });
    }
    if (req.method === 'GET' && path === '/webhook') return send(res, 200, [...webhooks.values()]);
    if (req.method === 'POST' && path === '/webhook') {
      const webhook = { ...((await json(req)) as Webhook), id: `hook-${webhooks.size + 1}` };
      webhooks.set(webhook.id, webhook);
      return send(res, 201, webhook);
    }
    if (req.method === 'DELETE' && streams.has(id)) {
      if (act) streams.get(id)?.child.kill('SIGKILL');
      else remove(id);
      return send(res, 204);
    }
    const playback = /^\/playback\/(\w+)$/.exec(path)?.[1];
    const made = [...streams.values()].find(({ playbackId }) => playbackId === playback);
    if (!made) return send(res, 404, { errors: ['no'] });
    const url = `${base()}/hls/${playback}/index.m3u8`;
    const source = [{ hrn: 'HLS (TS)', type: 'html5/application/vnd.apple.mpegurl', url }];
    send(res, 200, { type: 'live', meta: { live: 1, playbackPolicy: made.playbackPolicy, source } });
  }

  /** Null before there is anything to play. */
  function multivariant(made: Made, session: string): string | null {
    const sizes = [{ width: 2, height: options.sourceHeight }, ...made.profiles];
    if (!sizes.every((_, i) => existsSync(join(made.folder, `${i}.m3u8`)))) return null;
    const lines = sizes.flatMap(({ width, height }, i) => [
      `#EXT-X-STREAM-INF:BANDWIDTH=1000000,RESOLUTION=${width}x${height}`,
      `${i}.m3u8?tkn=${session}`,
    ]);
    return `#EXTM3U\n${lines.join('\n')}\n`;
  }

  async function hls(req: IncomingMessage, res: ServerResponse, url: URL): Promise<unknown> {
    const [, playbackId, file = ''] = /^\/hls\/(\w+)\/([\w.]+)$/.exec(url.pathname) ?? [];
    const allowed = {
      'access-control-allow-origin': '*',
      'access-control-allow-headers': 'livepeer-jwt, livepeer-access-key',
    };
    for (const [name, value] of Object.entries(allowed)) res.setHeader(name, value);
    if (req.method === 'OPTIONS') return res.writeHead(204).end();
    const made = [...streams.values()].find((one) => one.playbackId === playbackId);
    if (!made) return send(res, 404);
    const brought = (header: string, query: string): string | undefined =>
      url.searchParams.get(query) ?? (req.headers[header] as string | undefined);
    const credential = { accessKey: brought('livepeer-access-key', 'accessKey'), jwt: brought('livepeer-jwt', 'jwt') };
    const given = url.searchParams.get('tkn');
    const session = given ?? (await gate.begin(made, credential));
    if (!session || (given && !(await gate.goesOn(given, credential)))) return send(res, 403);
    const path = join(made.folder, file);
    const text = file === 'index.m3u8' ? multivariant(made, session) : existsSync(path) ? readFileSync(path) : null;
    if (text === null) return res.writeHead(404).end();
    // Each address that it lists is the session's.
    return res.end(file.endsWith('.m3u8') ? `${text}`.replace(/^(?!#)(\S+\.ts)$/gm, `$1?tkn=${session}`) : text);
  }

  const server = createServer((req, res) => {
    const url = new URL(req.url ?? '/', 'http://studio');
    if (url.pathname.startsWith('/hls/')) return void hls(req, res, url).catch(() => send(res, 500));
    const name = url.pathname.replace(/^\/api/, '');
    asked.push(`${req.method} ${name}`);
    const fault = options.fault?.(req.method ?? '', name);
    if (fault) return void send(res, fault, { errors: ['fault'] });
    api(req, res, name).catch(() => send(res, 500));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const base = (): string => `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;

  return {
    ...{ asked, refusals, streams, webhooks },
    api: `${base()}/api`,
    rtmp: `rtmp://127.0.0.1:${rtmpPort}/live`,
    base: base(),
    stop(): void {
      gate.stop();
      for (const id of [...streams.keys()]) remove(id);
      server.closeAllConnections();
      server.close();
    },
  };
}
