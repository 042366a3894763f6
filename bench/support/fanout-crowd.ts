// Readers of the fan-out benchmark in a process of their own: sockets that note when an event comes. Bare ws, so that they cost little.
import { WebSocket } from 'ws';
import { type Heard, type Kind, nanos, stream, token, type Wish } from './fanout-wire.js';

const atOnce = 50;
/** How engine.io says open, ping and pong, and socket.io connected and answered. */
const wire = { open: '0', ping: '2', pong: '3', connect: '40', answered: '43' };

let wanted = '';
let times: number[] = [];
let count = 0;
let whole = (): void => {};

function hear(text: string): void {
  if (!wanted || !text.includes(wanted)) return;
  times.push(nanos());
  if (times.length === count) whole();
}

/** One half are overlays, the other pages. */
const follow = (i: number) =>
  i % 2 === 0 ? { stream, overlay: token, parts: ['goal', 'poll', 'prediction'] } : { stream };

function open(port: number, kind: Kind, i: number): Promise<void> {
  const path = kind === 'dtok' ? 'socket.io/?EIO=4&transport=websocket' : '';
  const socket = new WebSocket(`ws://127.0.0.1:${port}/${path}`, {
    perMessageDeflate: false,
    skipUTF8Validation: true,
  });
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('open', () => kind === 'ws' && resolve());
    socket.on('message', (data) => {
      const text = data.toString();
      if (kind === 'ws') return hear(text);
      if (text === wire.ping) socket.send(wire.pong);
      else if (text.startsWith(wire.open)) socket.send(wire.connect);
      else if (text.startsWith(wire.connect)) socket.send(`420${JSON.stringify(['follow', follow(i)])}`);
      else if (text.startsWith(wire.answered)) resolve();
      else hear(text);
    });
  });
}

async function openAll({ port, kind, ...wish }: { port: number; kind: Kind; count: number }): Promise<void> {
  count = wish.count;
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < count) await open(port, kind, next++);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

async function heard(id: string): Promise<number[]> {
  times = [];
  const all = new Promise<void>((resolve) => {
    whole = resolve;
  });
  wanted = id;
  process.send?.('ready' satisfies Heard);
  await all;
  return times;
}

process.on('message', async (wish: Wish) => {
  if ('await' in wish) process.send?.({ times: await heard(wish.await) } satisfies Heard);
  else {
    await openAll(wish);
    process.send?.('ready' satisfies Heard);
  }
});
process.on('disconnect', () => process.exit(0));
