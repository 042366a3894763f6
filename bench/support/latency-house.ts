// The same broadcast by three ways: our packager without its encryption, with it, and ffmpeg's own HLS by its defaults.
import { type ChildProcess, spawn } from 'node:child_process';
import { createDecipheriv } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { build } from 'vite';
import { createBroadcasts } from '../../src/stream/media/broadcast.js';
import { folderTarget } from '../../src/stream/media/folder.js';
import { createMediaPath } from '../../src/stream/media/http.js';
import { createShelf, type Shelf } from '../../src/stream/media/shelf.js';
import { createPublishers } from '../../src/stream/publishers.js';
import { startRtmp } from '../../src/stream/rtmp/server.js';
import { freePort } from '../../test/support/dtok.js';
import { silent } from '../../test/support/payments.js';

const key = Buffer.alloc(16, 7);
/** Written over the key's tag, so that a player takes what it gets as it is. */
const keyLine = /^#EXT-X-KEY:METHOD=AES-128.*\n/gm;

/** A shelf that shows everything as if it had never been encrypted. */
function plainShelf(): Shelf {
  const shelf = createShelf();
  return {
    ...shelf,
    put(name, data) {
      const id = /-(\d+)(?:-\d+)?\.m4s$/.exec(name)?.[1];
      if (!id) return shelf.put(name, data);
      const iv = Buffer.alloc(16);
      iv.writeBigUInt64BE(BigInt(id), 8);
      const decipher = createDecipheriv('aes-128-cbc', key, iv);
      shelf.put(name, Buffer.concat([decipher.update(data), decipher.final()]));
    },
    show: (name, playlist, hint) =>
      shelf.show(name, { ...playlist, text: (skip) => playlist.text(skip).replace(keyLine, '') }, hint),
  };
}

const html = (playlist: string, how: 'ours' | 'defaults'): string => `<!doctype html>
<video muted autoplay playsinline width="640"></video><script src="/player.js"></script>
<script>play(document.querySelector('video'), ${JSON.stringify(playlist)}, ${JSON.stringify(how)})</script>`;

/** The page's script: hls.js, set as our player sets it, or left as it is. */
async function playerScript(root: string): Promise<string> {
  const made = await build({
    ...{ root, configFile: false, logLevel: 'error' },
    build: {
      write: false,
      minify: false,
      lib: { entry: join(root, 'bench/support/latency-page.ts'), formats: ['iife'], name: 'latency' },
    },
  });
  const outputs = (Array.isArray(made) ? made : [made]).flatMap((one) => ('output' in one ? one.output : []));
  const script = outputs.find((one) => one.type === 'chunk');
  if (script?.type !== 'chunk') throw new Error('no script');
  return script.code;
}

function serve(answers: (url: string) => { type: string; body: string | Buffer } | string | null, shelf?: Shelf) {
  const media = shelf && createMediaPath({ shelf, onError: (error) => process.stderr.write(`${error}\n`) });
  return createServer((req, res) => {
    if (media?.(req, res)) return;
    const answer = answers((req.url ?? '').split('?')[0] ?? '');
    if (answer === null) return void res.writeHead(404).end();
    if (typeof answer !== 'string')
      return void res.writeHead(200, { 'content-type': answer.type, 'cache-control': 'no-store' }).end(answer.body);
    if (!existsSync(answer)) return void res.writeHead(404).end();
    res.writeHead(200, { 'cache-control': 'no-store' });
    createReadStream(answer).pipe(res);
  }).listen(0, '127.0.0.1');
}

async function baseOf(server: Server): Promise<string> {
  if (!server.listening) await once(server, 'listening');
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
}

export interface Way {
  /** Where to broadcast to, and the page to look at. */
  rtmp: string;
  page: string;
  stop(): Promise<void>;
}

export async function ourWay(root: string, encrypted: boolean, partMs: number): Promise<Way> {
  const folder = mkdtempSync(join(tmpdir(), 'dtok-latency-'));
  const shelf = encrypted ? createShelf() : plainShelf();
  let n = 0;
  const broadcasts = createBroadcasts({
    ...{ ffmpeg: 'ffmpeg', shelf, transcoder: null, keyBase: '', reconnectMs: 5000, log: silent },
    keys: { open: async () => ++n, bytes: () => key },
    target: () => folderTarget(folder),
    keyPeriodMs: () => 2000,
    packaging: { segmentMs: 1000, partMs, dvrMs: 0 },
    onState: () => {},
    onSegment: () => {},
    onNotice: (_stream, text) => process.stderr.write(`${text}\n`),
  });
  const rtmp = await startRtmp({
    ...{ host: '127.0.0.1', port: 0, log: silent },
    authorize: async () => ({ stream: 'main', cam: 'main', holds: () => true }),
    publishers: createPublishers(),
    publish: ({ stream }, source) => broadcasts.begin(stream, source),
  });
  const script = await playerScript(root);
  const server = serve((url) => {
    if (url.startsWith('/keys/')) return { type: 'application/octet-stream', body: key };
    if (url === '/player.js') return { type: 'text/javascript', body: script };
    if (url === '/') return { type: 'text/html', body: html('/media/main/live.m3u8', 'ours') };
    // What the shelf has no more: the header that all segments share.
    return url.endsWith('.mp4') ? join(folder, basename(url)) : null;
  }, shelf);
  return {
    rtmp: `rtmp://127.0.0.1:${rtmp.port}/live/bench`,
    page: await baseOf(server),
    async stop() {
      await rtmp.stop();
      await broadcasts.stop();
      server.closeAllConnections();
      server.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** ffmpeg as the server: RTMP in, its HLS by its defaults out. */
export async function ffmpegWay(root: string): Promise<Way> {
  const folder = mkdtempSync(join(tmpdir(), 'dtok-latency-'));
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const url = `rtmp://127.0.0.1:${port}/live/bench`;
  const args = ['-loglevel', 'error', '-listen', '1', '-f', 'flv', '-i', url, '-c', 'copy', '-f', 'hls'];
  const child: ChildProcess = spawn('ffmpeg', [...args, join(folder, 'live.m3u8')], { stdio: 'ignore' });
  const script = await playerScript(root);
  const server = serve((path) => {
    if (path === '/player.js') return { type: 'text/javascript', body: script };
    if (path === '/') return { type: 'text/html', body: html('/hls/live.m3u8', 'defaults') };
    return path.startsWith('/hls/') ? join(folder, path.slice(5).replace(/[^\w.-]/g, '')) : null;
  });
  return {
    rtmp: url,
    page: await baseOf(server),
    async stop() {
      child.kill('SIGKILL');
      server.closeAllConnections();
      server.close();
      rmSync(folder, { recursive: true });
    },
  };
}
