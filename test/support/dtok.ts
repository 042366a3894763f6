// Runs the built dTok as its users do: a process of its own, on free ports and a temporary data folder.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Answer, type RouteName, routes, type Sent } from '../../src/vocabulary/api.js';

const main = fileURLToPath(new URL('../../dist/server/main.js', import.meta.url));
const startLimitMs = 60_000;

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

export interface Dtok {
  base: string;
  hostToken: string;
  watchLink: string;
  overlay: string;
  rtmp: string;
  data: string;
  output: () => string;
  process: ChildProcess;
  /** A call of the API, as the host where that is needed. Rejects with the problem's code. */
  api<N extends RouteName>(name: N, given?: { params?: Record<string, string>; body?: Sent<N> }): Promise<Answer<N>>;
  /** Ctrl-C; resolves to the exit code. */
  stop(): Promise<number | null>;
  kill(): Promise<void>;
}

export interface DtokOptions {
  env?: Record<string, string>;
  /** Of an earlier one, to start it again. */
  data?: string;
}

export const temporaryFolder = (name: string): string => mkdtempSync(join(tmpdir(), `dtok-${name}-`));
export const removeFolder = (path: string): void => rmSync(path, { recursive: true, force: true });

/** Starts it and waits for the panel. Throws with all of its output when it does not come up. */
export async function startDtok({ env = {}, data = temporaryFolder('e2e') }: DtokOptions = {}): Promise<Dtok> {
  const port = env.PORT ?? String(await freePort());
  const rtmpPort = env.RTMP_PORT ?? String(await freePort());
  const child = spawn(process.execPath, [main], {
    env: { ...process.env, LOG_LEVEL: 'info', ...env, PORT: port, RTMP_PORT: rtmpPort, DATA_DIR: data },
    cwd: data,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const exit = once(child, 'exit') as Promise<[number | null]>;
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no panel in time:\n${output}`)), startLimitMs);
    child.stdout.on('data', () => {
      if (!/\/host#t=\S+/.test(output) || !output.includes('Ctrl-C')) return;
      clearTimeout(timer);
      resolve();
    });
    void exit.then(([code]) => reject(new Error(`it ended with ${code}:\n${output}`)));
  });
  const find = (pattern: RegExp): string => pattern.exec(output)?.[0] ?? '';
  const base = `http://127.0.0.1:${port}`;
  const hostToken = /\/host#t=([\w-]+)/.exec(output)?.[1] ?? '';
  const local = (url: string): string => url.replace(/^http:\/\/localhost/, 'http://127.0.0.1');
  return {
    base,
    hostToken,
    watchLink: local(find(/http:\/\/\S+\/watch\/\S+#k=[\w-]+/)),
    overlay: local(find(/http:\/\/\S+\/overlay\/\S+#t=[\w-]+/)),
    rtmp: `rtmp://127.0.0.1:${rtmpPort}/live`,
    data,
    output: () => output,
    process: child,
    async api(name, { params = {}, body } = {}) {
      const route = routes[name];
      const path = route.path.replace(/\{(\w+)\}/g, (_, key: string) => params[key] ?? '');
      const headers = { authorization: `Bearer ${hostToken}`, 'content-type': 'application/json' };
      const init = body === undefined ? {} : { body: JSON.stringify(body) };
      const response = await fetch(`${base}${path}`, { method: route.method.toUpperCase(), headers, ...init });
      const answer = await response.json();
      if (!response.ok) throw new Error((answer as { code: string }).code);
      return answer as never;
    },
    async stop() {
      child.kill('SIGINT');
      return (await exit)[0];
    },
    async kill() {
      child.kill('SIGKILL');
      await exit;
    },
  };
}
