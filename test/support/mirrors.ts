// Static servers that carry a stream's files as a mirror or a CDN does, and misbehave when they are told to.

import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

/** `dead`: it takes requests and answers none. `lies`: one bit of every file of media is wrong. */
export type Manner = 'right' | 'dead' | 'lies';

export async function startMirror(folder: string) {
  const served: string[] = [];
  let manner: Manner = 'right';
  const server = createServer((req, res) => {
    const name = (req.url ?? '').slice(1).split('?')[0] ?? '';
    served.push(name);
    if (manner === 'dead') return;
    const file = join(folder, name);
    if (!/^[\w-]+\.(m3u8|m4s|mp4)$/.test(name) || !existsSync(file)) return void res.writeHead(404).end();
    const data = readFileSync(file);
    const at = data.length >> 1;
    if (manner === 'lies' && name.endsWith('.m4s')) data[at] = (data[at] ?? 0) ^ 1;
    res.writeHead(200, { 'access-control-allow-origin': '*' }).end(data);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    base: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/`,
    served,
    be(next: Manner): void {
      manner = next;
      served.length = 0;
    },
    stop(): void {
      server.closeAllConnections();
      server.close();
    },
  };
}
