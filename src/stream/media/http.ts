// What is on air, over bare HTTP: playlists that are held until what is asked for is there, and the newest media.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Shelf, shows } from './shelf.js';

const path = /^\/media\/([a-z0-9][a-z0-9-]{0,31}\/[\w-]+\.(m3u8|m4s|mp4))(?:\?([^#]*))?$/;
const whole = /^\d{1,15}$/;

/** A hinted part comes within this, or its broadcast is lost. */
const patienceMs = 6000;
const immutable = 'public, max-age=31536000, immutable';
const shared = { 'access-control-allow-origin': '*', 'x-content-type-options': 'nosniff' };
const types = { m3u8: 'application/vnd.apple.mpegurl', m4s: 'video/iso.segment', mp4: 'video/mp4' } as const;

interface Asked {
  msn: number;
  part: number | null;
}

/** What a player waits for (RFC 8216 second edition, 6.2.5.2); null: it wants what there is; a sentence: it makes no sense. */
export function askedFor(query: URLSearchParams): Asked | null | string {
  const [msn, part] = [query.get('_HLS_msn'), query.get('_HLS_part')];
  if (msn === null) return part === null ? null : '_HLS_part needs _HLS_msn';
  if (!whole.test(msn) || (part !== null && !whole.test(part))) return '_HLS_msn and _HLS_part are whole numbers';
  return { msn: Number(msn), part: part === null ? null : Number(part) };
}

/** Returns a handler that answers for what is on air and tells whether the request was for that. */
export function createMediaPath(needs: {
  shelf: Shelf;
  onError: (error: unknown) => void;
}): (req: IncomingMessage, res: ServerResponse) => boolean {
  const { shelf } = needs;

  function send(res: ServerResponse, status: number, headers: Record<string, string>, body: Buffer | string): void {
    const length = Buffer.byteLength(body);
    res.writeHead(status, { ...shared, 'content-length': length, ...headers });
    res.end(res.req.method === 'HEAD' ? undefined : body);
  }

  const refuse = (res: ServerResponse, status: number, reason: string): void =>
    send(res, status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' }, reason);

  async function playlist(res: ServerResponse, name: string, query: URLSearchParams): Promise<void> {
    const asked = askedFor(query);
    if (typeof asked === 'string') return refuse(res, 400, asked);
    const known = shelf.playlist(name);
    if (known && asked && asked.msn > known.head.msn + 2) return refuse(res, 400, 'that is too far ahead');
    const found = asked ? await shelf.playlistWith(name, asked.msn, asked.part) : known;
    if (!found) return refuse(res, 404, 'it is not on air');
    const body = found.text(query.get('_HLS_skip') !== null);
    // An answer to what was asked never changes for the worse; one that came too late may not be kept.
    const inTime = asked !== null && shows(found.head, asked.msn, asked.part);
    const cache = inTime ? `public, max-age=${Math.round((6 * found.targetMs) / 1000)}` : 'no-cache';
    send(res, 200, { 'content-type': types.m3u8, 'cache-control': cache }, body);
  }

  async function media(res: ServerResponse, name: string, type: string): Promise<void> {
    const data = await shelf.media(name, patienceMs);
    if (!data) return refuse(res, 404, 'it did not come');
    send(res, 200, { 'content-type': type, 'cache-control': immutable, 'accept-ranges': 'none' }, data);
  }

  return (req, res) => {
    const [, name, ending, query] = path.exec(req.url ?? '') ?? [];
    if (!name || !ending || (req.method !== 'GET' && req.method !== 'HEAD') || req.headers.range) return false;
    if (!shelf.has(name)) return false;
    const answer =
      ending === 'm3u8'
        ? playlist(res, name, new URLSearchParams(query))
        : media(res, name, types[ending as keyof typeof types]);
    answer.catch((error) => {
      needs.onError(error);
      if (!res.headersSent) refuse(res, 500, 'the server has trouble');
    });
    return true;
  };
}
