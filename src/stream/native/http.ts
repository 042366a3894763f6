// What players with nothing but an address ask for, over bare HTTP: their own playlists, and keys that these have paid for.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Tickets } from './tickets.js';

const path = /^\/native\/([\w-]{43})\/([\w-]{1,120})\.(m3u8|key|json)(?:\?|$)/;
const keyName = /^(\d{1,12})-(\d{1,15})-([\w-]{43})$/;
const types = {
  m3u8: 'application/vnd.apple.mpegurl',
  key: 'application/octet-stream',
  json: 'application/json',
} as const;

/** Returns a handler that answers for tickets and tells whether the request was for one. */
export function createNativePath(needs: {
  tickets: Tickets;
  onError: (error: unknown) => void;
}): (req: IncomingMessage, res: ServerResponse) => boolean {
  const { tickets } = needs;

  async function find(token: string, name: string, ending: keyof typeof types): Promise<string | Buffer | null> {
    if (ending === 'm3u8') return tickets.list(token, `${name}.m3u8`);
    if (ending === 'key') {
      const [, n, until, mark] = keyName.exec(name) ?? [];
      return mark ? tickets.key(token, Number(n), Number(until), mark) : null;
    }
    const held = name === 'state' ? tickets.held(token) : undefined;
    return held === undefined ? null : JSON.stringify({ held });
  }

  function send(res: ServerResponse, status: number, type: string, body: string | Buffer): void {
    const length = Buffer.byteLength(body);
    res.writeHead(status, {
      ...{ 'content-type': type, 'content-length': length, 'cache-control': 'no-store' },
      ...{ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' },
    });
    res.end(res.req.method === 'HEAD' ? undefined : body);
  }

  return (req, res) => {
    const [, token, name, ending] = path.exec(req.url ?? '') ?? [];
    if (!token || !name || !ending || (req.method !== 'GET' && req.method !== 'HEAD')) return false;
    find(token, name, ending as keyof typeof types)
      .then((found) => {
        if (found === null) send(res, 404, 'text/plain; charset=utf-8', 'it is not there, or no longer');
        else send(res, 200, types[ending as keyof typeof types], found);
      })
      .catch((error) => {
        needs.onError(error);
        if (!res.headersSent) send(res, 500, 'text/plain; charset=utf-8', 'the server has trouble');
      });
    return true;
  };
}
