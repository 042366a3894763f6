// Who hands out keys in `npm run bench gate`, each in its process or two, and the load generator that asks all of them.
import { type ChildProcess, execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort } from '../../test/support/dtok.js';
import { startNginx } from './gate-nginx.js';

const file = fileURLToPath(new URL('gate-server.mjs', import.meta.url));
const script = fileURLToPath(new URL('gate-load.lua', import.meta.url));
const viewers = 4096;
const keysEach = 64;
const warmRequests = 30_000;
/** Servers on the one core, what asks them on the other. */
const serverCore = ['taskset', '-c', '0'];
const loadCore = ['taskset', '-c', '1'];

type Ask = 'keys' | 'had' | 'charged';
type Reply = { port: number } | { first: number } | { charged: number };

export interface Contender {
  name: string;
  processes: readonly ChildProcess[];
  port: number;
  /** What wrk is told to ask for next: path, file of tokens or "-", first key, keys. */
  wish: () => Promise<readonly [string, string, number, number]>;
  /** How many keys were charged since it was asked last, where that is the point. */
  charged?: () => Promise<number>;
}

export interface Slice {
  perSecond: number;
  p50: number;
  p99: number;
  /** µs of the server's CPU. */
  cpu: number;
}

async function startServer(kind: 'gate' | 'bare' | 'express', folder: string) {
  mkdirSync(folder);
  const [execPath = '', ...execArgv] = [...serverCore, process.execPath];
  const child = fork(file, [kind, folder, `${viewers}`], { execPath, execArgv });
  const ended = once(child, 'exit').then(() => {
    throw new Error(`the server “${kind}” ended`);
  });
  ended.catch(() => {});
  const reply = async (): Promise<Reply> => (await Promise.race([once(child, 'message'), ended]))[0];
  const { port } = (await reply()) as { port: number };
  const ask = async <R>(what: Ask): Promise<R> => {
    child.send(what);
    return (await reply()) as R;
  };
  return { child, port, ask, tokens: join(folder, 'tokens') };
}

export async function openContenders(folder: string) {
  const gate = await startServer('gate', join(folder, 'gate'));
  const bare = await startServer('bare', join(folder, 'bare'));
  const express = await startServer('express', join(folder, 'express'));
  const nginx = await startNginx({
    ...{ folder, port: await freePort(), prefix: serverCore },
    upstreams: { bare: bare.port, gate: gate.port },
  });

  const opened = async (which: 'keys' | 'had'): Promise<number> => (await gate.ask<{ first: number }>(which)).first;
  let before = 0;
  const charged = async (): Promise<number> => {
    const { charged: now } = await gate.ask<{ charged: number }>('charged');
    const since = now - before;
    before = now;
    return since;
  };
  const at = (of: typeof gate, path = '/keys/show/', n = 1, keys = 1) => [path, of.tokens, n, keys] as const;
  const { process: proxy, port } = nginx;
  const contenders: Contender[] = [
    { name: 'nginx: a static file', processes: [proxy], port, wish: async () => ['/static', '-', 0, 0] },
    { name: 'nginx `secure_link`', processes: [proxy], port, wish: async () => [nginx.secured, '-', 0, 0] },
    { name: 'bare Node: a look-up', processes: [bare.child], port: bare.port, wish: async () => at(bare) },
    {
      ...{ name: 'dTok: keys had before', processes: [gate.child], port: gate.port },
      wish: async () => at(gate, '/keys/show/', await opened('had')),
    },
    {
      ...{ name: 'dTok: keys charged, on disk', processes: [gate.child], port: gate.port, charged },
      wish: async () => at(gate, '/keys/show/', await opened('keys'), keysEach),
    },
    {
      ...{ name: 'nginx `auth_request` to bare Node', processes: [proxy, bare.child], port },
      wish: async () => at(bare, '/bare/keys/show/'),
    },
    {
      ...{ name: 'nginx `auth_request` to dTok, charged', processes: [proxy, gate.child], port, charged },
      wish: async () => at(gate, '/gate/keys/show/', await opened('keys'), keysEach),
    },
    { name: 'Express: a look-up', processes: [express.child], port: express.port, wish: async () => at(express) },
  ];
  const stop = () => {
    for (const child of [gate.child, bare.child, express.child, proxy]) child.kill();
  };
  return { contenders, stop };
}

/** ns that all threads of a process were on a core, its part of the kernel's work included. */
function cpuOf({ pid }: ChildProcess): number {
  const tasks = `/proc/${pid}/task`;
  const of = (task: string): number => Number(readFileSync(join(tasks, task, 'schedstat'), 'utf8').split(' ')[0]);
  return readdirSync(tasks).reduce((sum, task) => sum + of(task), 0);
}

async function load(port: number, connections: number, seconds: number, wish: readonly (string | number)[]) {
  const url = `http://127.0.0.1:${port}/`;
  const limits = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s'];
  const args = [...limits, '-s', script, url, '--', ...wish.map(String)];
  const [command = '', ...rest] = [...loadCore, 'wrk', ...args];
  const { stdout } = await promisify(execFile)(command, rest);
  const [, ...numbers] = /RESULT (\d+) (\d+) (\d+) ([\d.]+) ([\d.]+)/.exec(stdout) ?? [];
  const [requests = 0, wrong = 0, micros = 1, p50 = 0, p99 = 0] = numbers.map(Number);
  if (!requests || wrong > 0) throw new Error(`${wrong} of ${requests} requests went wrong:\n${stdout}`);
  return { requests, perSecond: requests / (micros / 1e6), p50: p50 / 1000, p99: p99 / 1000 };
}

/** Every key that was to be charged must have been, once. */
export async function measure(contender: Contender, connections: number, seconds: number): Promise<Slice> {
  const wish = await contender.wish();
  await contender.charged?.();
  const spent = () => contender.processes.reduce((sum, child) => sum + cpuOf(child), 0);
  const before = spent();
  const { requests, ...told } = await load(contender.port, connections, seconds, wish);
  const cpu = (spent() - before) / 1000 / requests;
  const charged = await contender.charged?.();
  // wrk leaves when its time is over: what is under way then is charged all the same.
  if (charged !== undefined && (charged < requests || charged > requests + connections))
    throw new Error(`${contender.name}: ${charged} keys charged, ${requests} given`);
  return { ...told, cpu };
}

/** Until what it runs is compiled, however little of a core it gets: by requests, not by time. */
export async function warmUp(contender: Contender): Promise<void> {
  for (let served = 0, slices = 0; served < warmRequests && slices < 10; slices++) {
    const { requests } = await load(contender.port, 64, 2, await contender.wish());
    served += requests;
  }
}
