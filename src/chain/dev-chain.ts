// The development chain: an anvil of our own whose state outlives it, us, and a power cut.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../log.js';
import { type Anvil, alive, ask, chainId, end, freePort, startAnvil } from './anvil.js';
import { adopt, dropRecord, writeRecord } from './record.js';
import { readState, saveState } from './state-file.js';

/** How often new blocks are looked for, and so the most that a power cut can lose. */
const lookMs = 250;
const restarts = 5;

export interface DevChain {
  rpcUrl: string;
  chainId: number;
  /** Saves the state and ends the node. */
  stop: () => Promise<void>;
}

interface Needs {
  /** All of the chain's files; made when missing. */
  folder: string;
  /** 0: any free port. */
  port: number;
  log: Logger;
  /** Told when the node died and cannot be brought back. */
  onExit: (error: Error) => void;
}

/**
 * Starts the chain, or takes over one that a killed process left running. A node that dies is started again on its
 * port with its state. Throws when the port is taken, the folder in use, or the state unreadable.
 */
export async function startDevChain({ folder, port, log, onExit }: Needs): Promise<DevChain> {
  await mkdir(folder, { recursive: true });
  let anvil = (await takeOver(folder, port, log)) ?? (await launch(folder, await freePort(port), log));
  const saver = createSaver(folder, log);
  let stopped = false;
  let wake = () => {};

  async function watch(): Promise<void> {
    while (!stopped) {
      const busyMs = await saver.look(anvil.port);
      if (!stopped && !alive(anvil.pid)) anvil = await relaunch(folder, anvil.port, log, () => stopped);
      if (!stopped) await pause(Math.max(lookMs, busyMs * 10));
    }
  }

  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const watching = watch().catch((error: Error) => {
    dropRecord(folder);
    if (!stopped) onExit(error);
  });
  return {
    rpcUrl: `http://127.0.0.1:${anvil.port}`,
    chainId,
    stop: async () => {
      stopped = true;
      wake();
      await watching;
      await saver.look(anvil.port);
      await end(anvil.pid);
      dropRecord(folder);
    },
  };
}

/** An anvil left running, when it is on the wanted port; on another one its state is saved and it is ended. */
async function takeOver(folder: string, port: number, log: Logger): Promise<Anvil | null> {
  const found = await adopt(folder, log);
  if (!found || port === 0 || port === found.port) return found;
  await createSaver(folder, log).look(found.port);
  await end(found.pid);
  return null;
}

/** Starts an anvil with the saved state; one that cannot be used is not left behind. */
async function launch(folder: string, port: number, log: Logger): Promise<Anvil> {
  const state = await readState(folder, log);
  const unpacked = join(folder, 'state.loading.json');
  let pid: number | null = null;
  const started = (itsPid: number) => {
    pid = itsPid;
    writeRecord(folder, { pid, port });
  };
  try {
    if (state) await writeFile(unpacked, state);
    const anvil = await startAnvil({ folder, port, state: state && unpacked, started });
    await keepClock(port);
    writeRecord(folder, anvil);
    log.info({ port, chainId, from: state ? 'saved state' : 'genesis' }, 'the development chain is up');
    return anvil;
  } catch (error) {
    if (pid) await end(pid);
    throw error;
  } finally {
    await rm(unpacked, { force: true });
  }
}

/** A loaded chain may be ahead of the clock; its next block must not be older than its last one. */
async function keepClock(port: number): Promise<void> {
  const block = (await ask(port, 'eth_getBlockByNumber', ['latest', false])) as { timestamp: string };
  const last = Number(block.timestamp);
  if (last * 1000 > Date.now()) await ask(port, 'evm_setTime', [last + 1]);
}

/** Brings a dead node back; throws when it does not come up again and again. */
async function relaunch(folder: string, port: number, log: Logger, stopped: () => boolean): Promise<Anvil> {
  log.warn({ port }, 'the development chain stopped by itself; starting it again');
  for (let tries = 1; ; tries++) {
    try {
      return await launch(folder, await freePort(port), log);
    } catch (error) {
      if (tries === restarts || stopped()) throw error;
      log.warn({ err: error }, 'the development chain did not come back; trying again');
      await new Promise((resolve) => setTimeout(resolve, lookMs * 2 ** tries));
    }
  }
}

/** Saves the state whenever there is a new block; a disk that refuses is tried again, and said once. */
function createSaver(folder: string, log: Logger) {
  let saved: unknown = null;
  let failing = false;

  async function save(dump: string): Promise<boolean> {
    try {
      await saveState(folder, Buffer.from(dump.slice(2), 'hex'));
      if (failing) log.info('the development chain’s state is saved again');
      failing = false;
    } catch (error) {
      if (!failing) log.warn({ err: error }, 'the development chain’s state cannot be saved; trying again');
      failing = true;
    }
    return !failing;
  }

  return {
    /** Resolves to the milliseconds it took. A node that does not answer is left for later. */
    async look(port: number): Promise<number> {
      const from = Date.now();
      try {
        const head = await ask(port, 'eth_blockNumber');
        if (head !== saved && (await save((await ask(port, 'anvil_dumpState', [], 60_000)) as string))) saved = head;
      } catch (error) {
        log.debug({ err: error }, 'the development chain does not answer');
      }
      return Date.now() - from;
    },
  };
}
