// Servers and crowds of the fan-out benchmark: started, joined, and asked, each in a process of its own.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Ask, Heard, Kind, Told, Wish } from './fanout-wire.js';

/** What one socket costs, and what each event did. */
export interface House {
  kind: Kind;
  /** Bytes of the server for each socket. */
  perSocket: number;
  /** µs of the server's CPU for each delivery, and how long each delivery took, ms. */
  say: (events: number) => Promise<{ cpu: number; took: number[] }>;
  close: () => void;
}

const restMs = 100;
const crowds = 2;

function start(name: string, args: string[]): ChildProcess {
  const file = fileURLToPath(new URL(name, import.meta.url));
  const child = fork(file, args, { execArgv: ['--import', 'tsx', '--expose-gc'] });
  child.once('exit', (code) => {
    if (code === 0) return;
    process.stderr.write(`${name} ended\n`);
    process.exit(1);
  });
  return child;
}

async function next<T>(child: ChildProcess): Promise<T> {
  const [message] = await once(child, 'message');
  return message as T;
}
function ask<T>(child: ChildProcess, wish: Ask | Wish): Promise<T> {
  child.send(wish);
  return next(child);
}

/** A server with `sockets` readers, which come from two processes. */
export async function openHouse(kind: Kind, sockets: number): Promise<House> {
  const server = start('fanout-server.ts', [kind]);
  const { port } = await next<{ port: number }>(server);
  const state = () => ask<{ cpu: number; memory: number }>(server, 'state');
  const readers = Array.from({ length: crowds }, () => start('fanout-crowd.ts', []));
  const count = sockets / crowds;
  const used: number[] = [];
  for (const crowd of readers) {
    await ask<Heard>(crowd, { port, kind, count });
    used.push((await state()).memory);
  }
  // The first ones fill what a process has in reserve.
  const perSocket = ((used.at(-1) ?? 0) - (used[0] ?? 0)) / (sockets - count);

  let said = 0;
  async function one(): Promise<number[]> {
    const id = `bench-${said++}-`;
    await Promise.all(readers.map((crowd) => ask<Heard>(crowd, { await: id })));
    const heard = Promise.all(readers.map((crowd) => next<{ times: number[] }>(crowd)));
    const { at } = await ask<{ at: number } & Told>(server, { say: id });
    return (await heard).flatMap(({ times }) => times.map((time) => (time - at) / 1e6));
  }

  return {
    kind,
    perSocket,
    async say(events) {
      const { cpu } = await state();
      const took: number[] = [];
      for (let i = 0; i < events; i++) {
        took.push(...(await one()));
        await pause(restMs);
      }
      return { cpu: ((await state()).cpu - cpu) / took.length, took };
    },
    close() {
      for (const child of [server, ...readers]) child.disconnect();
    },
  };
}
