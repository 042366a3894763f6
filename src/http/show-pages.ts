// The page of a show, with what other sites show of a link to it; and its pictures.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Express, Request, RequestHandler, Response } from 'express';
import type { Summaries } from '../goals/index.js';
import { createShowPictures, describeShow, escapeXml, type Format, sizes } from '../goals/picture/index.js';
import { Problem } from '../vocabulary/problems.js';
import { ShowName, type ShowSummary } from '../vocabulary/shows.js';

const formats: readonly string[] = Object.keys(sizes);

/** Sites that show links as cards read these, and run no scripts. */
function cardOf(show: ShowSummary, publicUrl: string): string {
  const page = `${publicUrl}/show/${show.stream}/${show.n}`;
  const { width, height } = sizes.wide;
  const properties: [string, string][] = [
    ['og:type', 'website'],
    ['og:site_name', 'dTok'],
    ['og:title', show.title || show.stream],
    ['og:description', describeShow(show)],
    ['og:url', page],
    ['og:image', `${page}/wide.png`],
    ['og:image:width', `${width}`],
    ['og:image:height', `${height}`],
    ['og:image:alt', describeShow(show)],
  ];
  const metas = properties.map(([name, content]) => `<meta property="${name}" content="${escapeXml(content)}">`);
  return [...metas, '<meta name="twitter:card" content="summary_large_image">'].join('');
}

export function mountShowPages(
  app: Express,
  needs: { summaries: Pick<Summaries, 'of'>; folder: string; publicUrl: string; limiter: RequestHandler },
): void {
  const { summaries, folder, publicUrl, limiter } = needs;
  const picture = createShowPictures();

  function find(req: Request): Promise<ShowSummary> {
    const { stream, show } = req.params as { stream: string; show?: string };
    const name = ShowName.safeParse(show ?? 'last');
    if (!name.success) throw new Problem('unknown_show');
    return summaries.of(stream, name.data);
  }

  /** Also where there is no such show: the page says so. */
  async function page(res: Response, show: ShowSummary | null): Promise<void> {
    const html = await readFile(join(folder, 'show', 'index.html'), 'utf8');
    const filled = show ? html.replace('</head>', () => `${cardOf(show, publicUrl)}</head>`) : html;
    res
      .status(show ? 200 : 404)
      .set('cache-control', 'no-cache')
      .type('html')
      .send(filled);
  }

  const found = (req: Request): Promise<ShowSummary | null> =>
    Promise.resolve()
      .then(() => find(req))
      .catch((error) => {
        if (error instanceof Problem && error.code === 'unknown_show') return null;
        throw error;
      });

  app.get(['/show/:stream', '/show/:stream/last'], limiter, async (req, res) => {
    const show = await found(req);
    if (show) res.set('cache-control', 'no-store').redirect(302, `/show/${show.stream}/${show.n}`);
    else await page(res, null);
  });
  app.get('/show/:stream/:show', limiter, async (req, res) => page(res, await found(req)));
  app.get('/show/:stream/:show/:format.png', limiter, async (req, res) => {
    const { format = '' } = req.params as { format?: string };
    if (!formats.includes(format)) throw new Problem('not_found', { what: 'such picture' });
    const show = await find(req);
    const png = await picture(show, format as Format);
    res.set('cache-control', show.endedAt === null ? 'no-cache' : 'public, max-age=60');
    res.type('png').set('content-disposition', `inline; filename="${show.stream}-show-${show.n}-${format}.png"`);
    res.send(png);
  });
}
