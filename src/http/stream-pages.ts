// The pages of a stream, with what other sites show of a link to them; its picture; and oEmbed, by which sites play it within theirs.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Express, Request, RequestHandler, Response } from 'express';
import { escapeXml } from '../goals/picture/index.js';
import { worded } from '../payments/chat/index.js';
import { Problem } from '../vocabulary/problems.js';
import type { StreamInfo } from '../vocabulary/streams.js';

export interface StreamPagesNeeds {
  /** Problem: unknown_stream. */
  info: (stream: string) => Promise<StreamInfo>;
  /** JPEG of what is on air, of one cam or of the first; null when nothing is. Problem: unknown_cam. */
  picture: (stream: string, cam?: string) => Promise<Buffer | null>;
  folder: string;
  publicUrl: string;
  limiter: RequestHandler;
  /** Lets other sites frame the answer. */
  framed: (res: Response) => void;
}

/** Of an embedded player. */
const shape = { width: 640, height: 360 };
const streamId = '[a-z0-9][a-z0-9-]{0,31}';

/** `0.03 DAI a minute`. */
function priceIn({ price, terms }: StreamInfo): string {
  const minute = BigInt(price) * 60n;
  return minute === 0n ? 'Free' : `${worded(minute, terms.token)} a minute`;
}

export function describeStream(info: StreamInfo): string {
  const free = Math.round(info.previewMs / 1000);
  const at = info.startsAt
    ? `Starts ${new Date(info.startsAt).toUTCString().replace(/:\d\d GMT$/, ' UTC')}`
    : 'Off air';
  const state = info.state === 'idle' ? at : 'Live now';
  const preview = BigInt(info.price) > 0n && free > 0 ? `, the first ${free} s are free` : '';
  return `${state}. ${priceIn(info)}${preview}. No account, no app: open the link and watch.`;
}

const pictureUrl = (info: StreamInfo, publicUrl: string): string =>
  `${publicUrl}/api/streams/${info.id}/picture?t=${Math.floor(info.serverTime / 60_000)}`;

/** Sites that show links as cards read these, and run no scripts. */
export function cardOf(info: StreamInfo, publicUrl: string): string {
  const page = `${publicUrl}/watch/${info.id}`;
  const title = info.title || info.id;
  const onAir = info.state !== 'idle';
  const properties: [string, string][] = [
    ['og:type', 'video.other'],
    ['og:site_name', 'dTok'],
    ['og:title', title],
    ['og:description', describeStream(info)],
    ['og:url', page],
    ...(onAir
      ? ([
          ['og:image', pictureUrl(info, publicUrl)],
          ['og:image:type', 'image/jpeg'],
          ['og:image:alt', title],
        ] as [string, string][])
      : []),
  ];
  const names: [string, string][] = [
    ['description', describeStream(info)],
    ['twitter:card', onAir ? 'summary_large_image' : 'summary'],
    ['twitter:title', title],
    ['twitter:description', describeStream(info)],
  ];
  const oembed = `${publicUrl}/oembed?format=json&url=${encodeURIComponent(page)}`;
  return [
    ...properties.map(([name, content]) => `<meta property="${name}" content="${escapeXml(content)}">`),
    ...names.map(([name, content]) => `<meta name="${name}" content="${escapeXml(content)}">`),
    `<link rel="alternate" type="application/json+oembed" href="${escapeXml(oembed)}" title="${escapeXml(title)}">`,
  ].join('');
}

/** No larger than what was asked for, in its shape. */
function sized(query: Request['query']): { width: number; height: number } {
  const most = (value: unknown): number =>
    /^[1-9]\d{0,4}$/.test(`${value}`) ? Number(value) : Number.MAX_SAFE_INTEGER;
  const width = Math.min(shape.width, most(query.maxwidth), (most(query.maxheight) * shape.width) / shape.height);
  return { width: Math.round(width), height: Math.round((width * shape.height) / shape.width) };
}

function oembedOf(info: StreamInfo, publicUrl: string, query: Request['query']) {
  const { width, height } = sized(query);
  const title = info.title || info.id;
  const allow = 'autoplay; fullscreen; picture-in-picture';
  return {
    ...{ version: '1.0', type: 'video', title, author_name: info.host },
    ...{ provider_name: 'dTok', provider_url: publicUrl, width, height, cache_age: 60 },
    html: `<iframe src="${publicUrl}/embed/${info.id}" width="${width}" height="${height}" style="border:0" allow="${allow}" allowfullscreen title="${escapeXml(title)}"></iframe>`,
    ...(info.state !== 'idle' && {
      thumbnail_url: pictureUrl(info, publicUrl),
      thumbnail_width: shape.width * 2,
      thumbnail_height: shape.height * 2,
    }),
  };
}

/** The stream that an address of ours is of. Problem: not_found. */
function streamIn(address: unknown, publicUrl: string): string {
  const url = typeof address === 'string' && URL.canParse(address) ? new URL(address) : null;
  const ours = url && url.origin === new URL(publicUrl).origin;
  const stream = ours && new RegExp(`^/(?:watch|embed)/(${streamId})/?$`).exec(url.pathname)?.[1];
  if (!stream) throw new Problem('not_found', { what: 'such stream' });
  return stream;
}

export function mountStreamPages(app: Express, needs: StreamPagesNeeds): void {
  const { info, folder, publicUrl, limiter } = needs;
  const idOf = (req: Request): string => `${req.params.stream}`;

  /** Also where there is no such stream: the page says so. */
  const find = (stream: string): Promise<StreamInfo | null> =>
    info(stream).catch((error) => {
      if (error instanceof Problem) return null;
      throw error;
    });

  const send = (name: 'watch' | 'embed') => async (req: Request, res: Response) => {
    const html = await readFile(join(folder, name, 'index.html'), 'utf8');
    const found = await find(idOf(req));
    const filled = found ? html.replace('</head>', () => `${cardOf(found, publicUrl)}</head>`) : html;
    if (name === 'embed') needs.framed(res);
    res.set('cache-control', 'no-cache').type('html').send(filled);
  };

  app.get('/watch/:stream', send('watch'));
  app.get('/embed/:stream', send('embed'));
  app.get('/api/streams/:stream/picture', limiter, async (req, res) => {
    const { id } = await info(idOf(req));
    const { cam } = req.query;
    const jpeg = await needs.picture(id, typeof cam === 'string' ? cam : undefined);
    if (!jpeg) throw new Problem('not_found', { what: 'such picture: nothing is on air' });
    // Cards are drawn by other sites.
    res.set({ 'cache-control': 'public, max-age=10', 'cross-origin-resource-policy': 'cross-origin' });
    res.type('jpeg').send(jpeg);
  });
  app.get('/oembed', limiter, async (req, res) => {
    const stream = streamIn(req.query.url, publicUrl);
    const { format = 'json' } = req.query;
    if (format !== 'json') throw new Problem('only_json');
    res.set({ 'access-control-allow-origin': '*', 'cache-control': 'public, max-age=60' });
    res.json(oembedOf(await info(stream), publicUrl, req.query));
  });
}
