// A server of the fan-out benchmark in a process of its own: dTok's feed and socket, or bare ws that sends the same text.
import { mkdirSync, mkdtempSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebSocketServer } from 'ws';
import { openFeed } from '../../src/feed/index.js';
import { startOverlay } from '../../src/overlay/index.js';
import { usualLook } from '../../src/overlay/looks/rules.js';
import { openStore } from '../../src/store/index.js';
import { removeFolder } from '../../test/support/dtok.js';
import { addStream, silent } from '../../test/support/payments.js';
import { type Ask, nanos, stream, type Told, token } from './fanout-wire.js';

const viewers = 2000;

const tip = (id: string) => ({
  id,
  name: 'Ada Lovelace',
  message:
    'That solo was out of this world. Once more, with feeling, and then the slow one from the first record, please!',
  amount: `${5n * 10n ** 18n}`,
});

/** Sends an event to everybody; resolves to when it went out. */
type Say = (id: string) => Promise<number>;

/** All of the way but what only a chain could answer: the event is on the project's disk before it is sent. */
async function openDtok(http: Server): Promise<Say> {
  const cache = fileURLToPath(new URL('../../.cache', import.meta.url));
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'bench-'));
  process.once('exit', () => removeFolder(folder));
  const store = await openStore({ path: join(folder, 'dtok.sqlite') });
  await addStream(store, stream);
  const feed = await openFeed({ store, log: silent });
  // The first reader: it hears of an event before anybody is sent it.
  let heard = (_at: number): void => {};
  await feed.follow(stream, undefined, () => heard(nanos()));
  const nobody = async (): Promise<never> => Promise.reject(new Error('not in this benchmark'));
  startOverlay({
    ...{ http, feed, log: silent, overlayToken: () => token, payerOf: () => undefined, viewers: () => viewers },
    ...{ poll: () => null, prediction: () => ({ prediction: null, endedAt: null }), goal: () => null },
    alerts: { current: () => null, seen: async () => {}, overlaysChanged: async () => {}, aired: async () => [] },
    look: () => usualLook,
    ...{ leaderboard: nobody, ticker: nobody, onAirSince: nobody, watchUrl: () => '' },
  });
  return async (id) => {
    const at = new Promise<number>((resolve) => {
      heard = resolve;
    });
    await feed.say({ stream, type: 'tip', data: tip(id) });
    return at;
  };
}

async function openBare(server: Server): Promise<Say> {
  const sockets = new WebSocketServer({ server, perMessageDeflate: false });
  let n = 0;
  return async (id) => {
    n += 1;
    const text = JSON.stringify(['event', { n, stream, type: 'tip', at: Date.now(), data: tip(id) }]);
    const at = nanos();
    for (const socket of sockets.clients) socket.send(text);
    return at;
  };
}

function state(): Told {
  (globalThis as { gc?: () => void }).gc?.();
  const { user, system } = process.cpuUsage();
  const { heapUsed, external } = process.memoryUsage();
  return { cpu: user + system, memory: heapUsed + external };
}

const http = createServer();
const say = await (process.argv[2] === 'dtok' ? openDtok : openBare)(http);
const tell = (told: Told): void => void process.send?.(told);
process.on('message', async (ask: Ask) => tell(ask === 'state' ? state() : { at: await say(ask.say) }));
process.on('disconnect', () => process.exit(0));
http.listen(0, '127.0.0.1', () => tell({ port: (http.address() as AddressInfo).port }));
