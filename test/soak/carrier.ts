// Two servers that carry the show and are not ours: one that asks us and keeps what it may, one with a folder that dTok publishes to.
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { carrierTroubles } from './plan.js';

export type Manner = 'right' | (typeof carrierTroubles)[number];

interface File {
  status: number;
  data: Buffer;
  /** How long it may be kept, ms. */
  keepMs: number;
}

/** Brings a file by its name and query. */
type Origin = (name: string, query: string) => Promise<File>;

/** As a CDN does: fetches from us once for all who ask at that time, and keeps what it may. */
export function cacheOf(base: () => string): Origin {
  const kept = new Map<string, { file: Promise<File>; until: number }>();
  async function bring(url: string): Promise<File> {
    const response = await fetch(`${base()}/media/main/${url}`, { signal: AbortSignal.timeout(15_000) });
    const data = Buffer.from(await response.arrayBuffer());
    const age = Number(/max-age=(\d+)/.exec(response.headers.get('cache-control') ?? '')?.[1] ?? 0);
    return { status: response.status, data, keepMs: response.ok ? age * 1000 : 0 };
  }
  return (name, query) => {
    const url = `${name}${query}`;
    const now = Date.now();
    for (const [old, { until }] of kept) if (until < now) kept.delete(old);
    const known = kept.get(url);
    if (known) return known.file;
    const file = bring(url);
    const entry = { file, until: Number.POSITIVE_INFINITY };
    kept.set(url, entry);
    file.then(
      // No memory of a CDN's size here: a minute is for ever.
      ({ keepMs }) => (entry.until = Date.now() + Math.min(keepMs, 60_000) - 1),
      () => kept.delete(url),
    );
    return file;
  };
}

export function folderOf(folder: string): Origin {
  return async (name) => {
    const path = join(folder, name);
    if (!existsSync(path)) return { status: 404, data: Buffer.alloc(0), keepMs: 0 };
    return { status: 200, data: readFileSync(path), keepMs: 0 };
  };
}

export type Carrier = Awaited<ReturnType<typeof startCarrier>>;

export async function startCarrier(origin: Origin) {
  let manner: Manner = 'right';
  let served = 0;
  /** What it goes on saying while it is stale. */
  const old = new Map<string, Buffer>();
  const lists = (name: string): boolean => name.endsWith('.m3u8');

  function corrupted(name: string, data: Buffer): Buffer {
    if (lists(name)) return data;
    const wrong = Buffer.from(data);
    const at = wrong.length >> 1;
    wrong[at] = (wrong[at] ?? 0) ^ 1;
    return wrong;
  }

  function send(res: ServerResponse, name: string, { status, data }: File): void {
    const head = { 'access-control-allow-origin': '*', 'content-length': data.length };
    if (manner === 'cut') {
      res.writeHead(status, head).write(data.subarray(0, data.length >> 1), () => res.destroy());
      return;
    }
    const kept = old.get(name);
    const body = manner === 'stale' && kept ? kept : manner === 'corrupt' ? corrupted(name, data) : data;
    if (manner !== 'stale' && lists(name) && status === 200) old.set(name, data);
    res.writeHead(status, { ...head, 'content-length': body.length }).end(body);
    served += 1;
  }

  const server = createServer((req, res) => {
    const [, name = '', query = ''] = /^\/([\w-]+\.(?:m3u8|m4s|mp4))(\?.*)?$/.exec(req.url ?? '') ?? [];
    if (manner === 'silent') return;
    if (manner === 'errors' || !name)
      return void res.writeHead(name ? 503 : 404, { 'access-control-allow-origin': '*' }).end();
    origin(name, query)
      .then((file) => manner !== 'silent' && send(res, name, file))
      .catch(() => res.headersSent || res.writeHead(502, { 'access-control-allow-origin': '*' }).end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;

  return {
    base: `http://127.0.0.1:${port}/`,
    served: () => served,
    async be(next: Manner): Promise<void> {
      // What was asked of it while it was silent is never answered.
      if (manner === 'closed') {
        server.listen(port, '127.0.0.1');
        await once(server, 'listening');
      }
      manner = next;
      if (next !== 'closed') return;
      server.close();
      server.closeAllConnections();
    },
    stop(): void {
      server.closeAllConnections();
      server.close();
    },
  };
}
