// One anvil process: where its program is, how it is started, asked and ended.
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export const chainId = 31337;
const startLimitMs = 30_000;

/** A running anvil; `instance` is the random id that it gave itself. */
export interface Anvil {
  pid: number;
  port: number;
  instance: string;
}

/** The native program itself, without the Node script around it, so that signals and pids are its own. */
function program(): string {
  const fromHere = createRequire(import.meta.url);
  const fromAnvil = createRequire(fromHere.resolve('@foundry-rs/anvil/package.json'));
  const machine = process.arch === 'x64' ? 'amd64' : process.arch;
  const file = process.platform === 'win32' ? 'anvil.exe' : 'anvil';
  return fromAnvil.resolve(`@foundry-rs/anvil-${process.platform}-${machine}/bin/${file}`);
}

/** Asks the node on this machine; throws when it refuses or does not answer. */
export async function ask(port: number, method: string, params: unknown[] = [], limitMs = 10_000): Promise<unknown> {
  const answer = await fetch(`http://127.0.0.1:${port}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    signal: AbortSignal.timeout(limitMs),
  });
  const body = (await answer.json()) as { result?: unknown; error?: { message: string } };
  if (body.error) throw new Error(`${method}: ${body.error.message}`);
  return body.result;
}

/** The instance id of the anvil that answers on a port with our chain's id; `null` when none does. */
export async function instanceAt(port: number): Promise<string | null> {
  try {
    const facts = (await ask(port, 'anvil_metadata', [], 2000)) as { chainId: number; instanceId: string };
    return facts.chainId === chainId ? facts.instanceId : null;
  } catch {
    return null;
  }
}

/** Waits for an anvil that is starting, for as long as `waiting` says; `null` when it did not come. */
export async function awaitInstance(port: number, limitMs: number, waiting: () => boolean): Promise<string | null> {
  for (const limit = Date.now() + limitMs; waiting() && Date.now() < limit; await sleep(20)) {
    const instance = await instanceAt(port);
    if (instance) return instance;
  }
  return null;
}

/** Whether a process is there and running: one that died and that nobody collects (an orphan's, in a container) is not. */
export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return process.platform !== 'linux';
  }
}

/** `port` when it is free, or any free one for 0; throws EADDRINUSE. */
export function freePort(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : port));
    });
  });
}

/**
 * Starts an anvil in a session of its own: neither the terminal's Ctrl-C nor our death ends it. `started` is told
 * its pid at once; the promise settles when it answers. Throws with its last words when it does not come up.
 */
export async function startAnvil(needs: {
  folder: string;
  port: number;
  /** A file of `anvil_dumpState`, unpacked. */
  state: string | null;
  started: (pid: number) => void;
}): Promise<Anvil> {
  const words = join(needs.folder, 'anvil.log');
  const output = openSync(words, 'w');
  const args = ['--host', '127.0.0.1', '--port', `${needs.port}`, '--chain-id', `${chainId}`];
  args.push('--hardfork', 'prague', '--prune-history', '64', '--no-request-size-limit', '--quiet');
  if (needs.state) args.push('--load-state', needs.state);
  const child = spawn(program(), args, { detached: true, windowsHide: true, stdio: ['ignore', output, output] });
  closeSync(output);
  child.unref();
  let ended: string | null = null;
  child.once('error', (error) => (ended = error.message));
  child.once('exit', (code, signal) => (ended ??= `it ended with ${signal ?? code}`));
  if (child.pid) needs.started(child.pid);

  const instance = await awaitInstance(needs.port, startLimitMs, () => ended === null);
  if (instance && child.pid && ended === null) return { pid: child.pid, port: needs.port, instance };
  child.kill('SIGKILL');
  const said = (await readFile(words, 'utf8')).trim().slice(-500);
  throw new Error(`anvil did not start: ${ended ?? 'no answer in time'}${said && `: ${said}`}`);
}

/** Ends a process: first asked, after `limitMs` made to. Resolves when it is gone. */
export async function end(pid: number, limitMs = 5000): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    try {
      process.kill(pid, signal);
    } catch {
      return;
    }
    for (const limit = Date.now() + limitMs; Date.now() < limit; await sleep(20)) {
      if (!alive(pid)) return;
    }
  }
}
