// A stand-in for go-livepeer's HTTP push: asks its webhook as that does, transcodes with a real ffmpeg, and fails on demand.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import type { Configuration } from '../../../src/stream/transcode/livepeer-profiles.js';

const run = promisify(execFile);

/** What goes wrong with a push: a status, or how the answer is spoilt. */
export type Fault = number | 'cut' | 'cut in the middle' | 'no parts' | 'short' | 'addresses' | 'silent' | 'plain';

export interface Pushed {
  manifest: string;
  n: number;
  headers: IncomingMessage['headers'];
  ts: Buffer;
}

export interface GatewayOptions {
  /** As `-authWebhookUrl`. */
  webhook?: string;
  /** Asked for each push; `tries` counts those of the same segment. */
  fault?: (n: number, tries: number) => Fault | undefined;
  /** Waited for before an answer. */
  before?: (n: number) => Promise<unknown>;
}

async function transcode(ts: Buffer, { profiles }: Configuration, short: boolean): Promise<Buffer[]> {
  const folder = mkdtempSync(join(tmpdir(), 'dtok-gateway-'));
  try {
    const file = (name: string): string => join(folder, `${name}.ts`);
    writeFileSync(file('source'), ts);
    const outputs = profiles.flatMap(({ name, width, height, bitrate }) => [
      ...[
        '-map',
        '0:v:0',
        '-map',
        '0:a?',
        '-vf',
        `scale=${width}:${height}`,
        '-c:v',
        'libx264',
        '-preset',
        'ultrafast',
      ],
      ...['-bf', '0', '-g', '9999', '-b:v', `${bitrate}`, '-c:a', 'copy', '-vsync', 'passthrough'],
      ...[...(short ? ['-t', '0.5'] : []), '-f', 'mpegts', file(name)],
    ]);
    await run('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-i', file('source'), ...outputs]);
    return profiles.map(({ name }) => readFileSync(file(name)));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const boundary = 'dfa2c41a2ee8b38d';

function part(profile: string, n: number, data: Buffer, kind: 'ts' | 'uri'): Buffer {
  const [type, ext] = kind === 'ts' ? ['video/MP2T', '.ts'] : ['application/vnd+livepeer.uri', '.txt'];
  const head = [
    `--${boundary}`,
    `Content-Disposition: attachment; filename="${profile}_${n}${ext}"`,
    `Content-Length: ${data.length}`,
    `Content-Type: ${type}`,
    `Rendition-Name: ${profile}`,
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), data, Buffer.from('\r\n')]);
}

export async function startGateway(options: GatewayOptions = {}) {
  const pushes: Pushed[] = [];
  const sessions = new Map<string, Configuration>();
  const faults: unknown[] = [];
  /** What is pushed again is not made again. */
  const made = new Map<string, Promise<Buffer[] | null>>();
  let [atOnce, most] = [0, 0];

  /** Null: refused. */
  async function session(req: IncomingMessage, manifest: string): Promise<Configuration | null> {
    const given = JSON.parse(`${req.headers['livepeer-transcode-configuration'] ?? 'null'}`) as Configuration | null;
    const known = sessions.get(manifest);
    if (known) return known;
    let answered = given;
    if (options.webhook) {
      const body = JSON.stringify({ url: `http://${req.headers.host}${req.url}` });
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(options.webhook, { method: 'POST', headers, body });
      if (answer.status !== 200) return null;
      answered = (await answer.json()) as Configuration;
      // Both are given: they must be the same.
      if (given && JSON.stringify(given.profiles) !== JSON.stringify(answered.profiles)) return null;
    }
    if (!answered?.manifestID) return null;
    sessions.set(manifest, answered);
    return answered;
  }

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const ts = await buffer(req);
    const [, manifest = '', digits = ''] = /^\/live\/([^/]+)\/(\d+)\.ts$/.exec(req.url ?? '') ?? [];
    if (!manifest) return void res.writeHead(400).end('Bad URL');
    const n = Number(digits);
    const tries = pushes.filter((push) => push.manifest === manifest && push.n === n).length;
    pushes.push({ manifest, n, headers: req.headers, ts });
    const configuration = await session(req, manifest);
    if (!configuration) return void res.writeHead(403).end('Could not create stream ID');
    await options.before?.(n);
    const fault = options.fault?.(n, tries);
    if (typeof fault === 'number') return void res.writeHead(fault).end(`fault ${fault}`);
    if (fault === 'silent') return;
    if (fault === 'cut') return void req.socket.destroy();
    const known = made.get(`${manifest}/${n}`) ?? transcode(ts, configuration, fault === 'short').catch(() => null);
    made.set(`${manifest}/${n}`, known);
    const renditions = await known;
    if (!renditions) return void res.writeHead(422).end('unsupported');
    if (fault === 'plain') return void res.writeHead(200, { 'content-type': 'text/plain' }).end('ok');
    const names = configuration.profiles.map(({ name }) => name);
    const parts = renditions.map((data, i) =>
      fault === 'addresses'
        ? part(names[i] ?? '', n, Buffer.from('https://store/x.ts'), 'uri')
        : part(names[i] ?? '', n, data, 'ts'),
    );
    res.writeHead(200, { 'content-type': `multipart/mixed; boundary=${boundary}` });
    if (fault === 'cut in the middle') {
      const [first] = parts;
      return void res.write(first?.subarray(0, first.length / 2), () => req.socket.destroy());
    }
    res.end(Buffer.concat([...(fault === 'no parts' ? parts.slice(1) : parts), Buffer.from(`--${boundary}--\r\n`)]));
  }

  const server = createServer((req, res) => {
    atOnce += 1;
    most = Math.max(most, atOnce);
    res.once('close', () => {
      atOnce -= 1;
    });
    answer(req, res).catch((error) => {
      if (!req.socket.destroyed) faults.push(error);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sockets = new Set<unknown>();
  server.on('connection', (socket) => sockets.add(socket));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    pushes,
    faults,
    most: () => most,
    connections: () => sockets.size,
    stop(): void {
      server.closeAllConnections();
      server.close();
    },
  };
}
