// The web server: keys first, then media, pages, the API and the probes.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import express, { type Express, type Response } from 'express';
import { rateLimit } from 'express-rate-limit';
import type { Summaries } from '../goals/index.js';
import type { Logger } from '../log.js';
import type { Metrics } from '../metrics.js';
import type { WhipDesk } from '../stream/index.js';
import { Problem } from '../vocabulary/problems.js';
import { serveAssets } from './asset-handlers.js';
import { type Handlers, mountRoutes, problemRenderer } from './mount.js';
import { openApiDocument } from './openapi.js';
import { mountShowPages } from './show-pages.js';
import { mountStreamPages, type StreamPagesNeeds } from './stream-pages.js';
import { whipPath, whipPaths } from './whip-paths.js';

export interface WebNeeds {
  handlers: Handlers;
  isHost: (token: string | undefined) => boolean;
  /** Why this server is not ready; empty when it is. */
  unready: () => string[];
  metrics: Metrics;
  summaries: Summaries;
  picture: StreamPagesNeeds['picture'];
  whip: WhipDesk;
  mediaFolder: string;
  /** What the host brought for alerts. */
  uploadsFolder: string;
  /** The built pages. */
  pagesFolder: string;
  publicUrl: string;
  version: string;
  /** API requests a minute from one address. */
  rateLimit: number;
  /** How many proxies of our own are in front: they say who asks. */
  proxies: number;
  log: Logger;
}

type KeyPath = (req: IncomingMessage, res: ServerResponse) => boolean;

/** Opens the port with nothing behind it but the key path; `app` is set when the rest is wired. */
export function listen(needs: {
  host: string;
  port: number;
  keyPath: KeyPath;
  app: Express;
  /** Comes in front of it all, and lets by what is not for it. */
  door: (server: Server) => void;
}): Promise<Server> {
  const server = createServer((req, res) => {
    if (!needs.keyPath(req, res)) needs.app(req, res);
  });
  // Longer than a proxy in front keeps its end (nginx and most load balancers: 60 s), or it would ask where nobody is any more.
  server.keepAliveTimeout = 75_000;
  needs.door(server);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(needs.port, needs.host, () => {
      server.off('error', reject);
      resolve(server);
    });
  });
}

const immutable = 'public, max-age=31536000, immutable';

function mediaHeaders(res: Response, path: string): void {
  const playlist = path.endsWith('.m3u8');
  res.set('cache-control', playlist ? 'no-cache' : immutable);
  if (playlist) res.type('application/vnd.apple.mpegurl');
}

/** Scripts are our own files only. Media may come from any server that carries the ciphertext. */
const contentSecurityPolicy = [
  "default-src 'self'",
  "connect-src 'self' http: https: ws: wss:",
  // hls.js puts captions into a track that begins as an empty one: data:,WEBVTT.
  "media-src 'self' blob: data: http: https:",
  "img-src 'self' data:",
  // A host's own theme for the overlay brings its fonts along.
  "font-src 'self' data:",
  "worker-src 'self' blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const securityHeaders = {
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  // Links carry keys in their fragment; nothing about them goes to other sites.
  'referrer-policy': 'no-referrer',
};

/** Telegram's own web page shows Mini Apps within it. */
const withinTelegram = contentSecurityPolicy.replace(
  "frame-ancestors 'none'",
  'frame-ancestors https://web.telegram.org',
);

/** The dashboard shows the overlay as it will look. */
const withinOwnPages = contentSecurityPolicy.replace("frame-ancestors 'none'", "frame-ancestors 'self'");

const nothing = { body: undefined, query: undefined, token: undefined, wantsCsv: false } as const;

/** An embedded player is for any site; it has a key of its own and no purse's, so that nothing can be taken by framing it. */
const withinAnySite = contentSecurityPolicy.replace("frame-ancestors 'none'", 'frame-ancestors *');

function pages(app: Express, folder: string): void {
  const send = (file: string) => (_req: unknown, res: Response) =>
    // With a root, so that a folder above it may begin with a dot.
    res.set('cache-control', 'no-cache').sendFile(file, { root: folder });
  app.use('/assets', express.static(join(folder, 'assets'), { immutable: true, maxAge: '1y', redirect: false }));
  app.get('/', send('index.html'));
  app.get('/overlay/:stream', (req, res) => {
    res.set('content-security-policy', withinOwnPages);
    send('overlay/index.html')(req, res);
  });
  app.get('/host', send('host/index.html'));
  app.get('/broadcast/:stream', send('broadcast/index.html'));
  app.get('/chat', send('chat/index.html'));
  app.get('/app', (req, res) => {
    res.set('content-security-policy', withinTelegram);
    send('app/index.html')(req, res);
  });
  app.use(express.static(folder, { index: false, redirect: false }));
}

/** Everything but the keys. */
export function fillApp(app: Express, needs: WebNeeds): void {
  app.disable('x-powered-by');
  app.set('trust proxy', needs.proxies);
  app.use((_req, res, next) => {
    res.set(securityHeaders);
    next();
  });
  app.get('/healthz', (_req, res) => {
    const reasons = needs.unready();
    res.status(reasons.length > 0 ? 503 : 200).set('cache-control', 'no-store');
    res.json({ ready: reasons.length === 0, reasons });
  });
  app.get('/metrics', async (_req, res) => {
    res.type(needs.metrics.contentType).send(await needs.metrics.text());
  });
  // Anyone's page may fetch ciphertext, playlists and what the registry leads to, and learn that they are not there.
  app.use(['/media', '/api/streams/:stream/metadata'], (_req, res, next) => {
    res.set('access-control-allow-origin', '*');
    next();
  });
  const media = { index: false, redirect: false, setHeaders: mediaHeaders, dotfiles: 'ignore' } as const;
  app.use('/media', express.static(needs.mediaFolder, media));
  const document = openApiDocument(needs.publicUrl, needs.version);
  app.get('/api/openapi.json', (_req, res) => res.json(document));
  const limiter = rateLimit({
    windowMs: 60_000,
    limit: needs.rateLimit,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    handler: () => {
      throw new Problem('rate_limited');
    },
  });
  app.use(whipPath, limiter, whipPaths(needs.whip));
  serveAssets(app, needs.uploadsFolder);
  mountStreamPages(app, {
    info: (stream) => needs.handlers.getStream({ ...nothing, params: { stream } }),
    ...{ picture: needs.picture, folder: needs.pagesFolder, publicUrl: needs.publicUrl, limiter },
    framed: (res) => void res.set('content-security-policy', withinAnySite),
  });
  mountRoutes(app, needs.handlers, { isHost: needs.isHost, limiter });
  mountShowPages(app, { ...needs, folder: needs.pagesFolder, limiter });
  pages(app, needs.pagesFolder);
  app.use(() => {
    throw new Problem('not_found', { what: 'such page' });
  });
  app.use(problemRenderer(needs.log));
}
