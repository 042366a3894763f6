// The server's lives: starts it, lets it die, starts it again from what is on the disk.
import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import nodeProcess from 'node:process';
import type { Logger } from '../../../src/log.js';
import { openStore } from '../../../src/store/index.js';
import { addStream } from '../../support/payments.js';
import type { Random } from '../../support/random.js';
import type { Clock } from '../clock.js';
import type { Trace } from '../trace.js';
import { createDisk, type DiskFaults, type Read } from './disk.js';
import { type House, type HouseNeeds, openHouse } from './open.js';
import { createProcess } from './process.js';

const ends = ['', '-wal', '-shm'];
/** Nobody of an earlier schedule can be mistaken for one of this. */
let hosts = 0;

/** A fresh database's bytes, with its stream: the same for all schedules. */
export async function freshDatabase(folder: string): Promise<(path: string) => void> {
  const template = join(folder, 'template.sqlite');
  const store = await openStore({ path: template });
  await addStream(store);
  await store.close();
  return (path) => {
    for (const end of ends) rmSync(path + end, { force: true });
    copyFileSync(template, path);
  };
}

/** Only what somebody should look at is told. */
function logTo(trace: Trace): Logger {
  const quiet = (): void => {};
  const tell = (facts: unknown, text?: string): void => {
    const { err } = facts as { err?: { message?: string; cause?: { message?: string } } };
    const why = [err?.message, err?.cause?.message].filter(Boolean).join(': ').split('\n')[0]?.slice(0, 160);
    trace.say(`log: ${text ?? facts}${why ? ` (${why})` : ''}`);
  };
  return { info: quiet, debug: quiet, warn: tell, error: tell } as unknown as Logger;
}

export type HostProcess = ReturnType<typeof createHostProcess>;

export function createHostProcess(needs: {
  clock: Clock;
  random: Random;
  trace: Trace;
  faults: DiskFaults;
  house: Omit<HouseNeeds, 'rpcUrl' | 'log'>;
  onCommit: (read: Read) => Promise<void>;
  onUp: (house: House) => void;
  onBug: (error: unknown) => void;
}) {
  const { clock, random, trace } = needs;
  let life = 1;
  hosts += 1;
  const base = `http://chain.test/${hosts}`;
  let process = createProcess(life, trace);
  let house: House | null = null;
  const disk = createDisk({ ...needs, process: () => process });

  function failed(mine: number, error: unknown): void {
    if (mine !== life) return;
    trace.say(`the server does not start: ${(error as Error).message}`);
    if (nodeProcess.env.TRACE) console.error(error);
    if (!/does not answer|cannot be reached|disk is full|storage/i.test(String((error as Error).message))) {
      needs.onBug(error);
    }
    process.kill();
  }

  function start(): void {
    const mine = life;
    trace.say(`the server starts, life ${mine}`);
    openHouse({ ...needs.house, rpcUrl: `${base}/${mine}`, log: logTo(trace) }).then(
      (opened) => {
        if (mine !== life || !process.alive()) return;
        house = opened;
        trace.say('the server is up');
        needs.onUp(opened);
      },
      (error) => failed(mine, error),
    );
  }

  /** After each step: buries a server that died in it, and has another started. */
  function bury(): void {
    if (process.alive()) return;
    house = null;
    clock.dropServer();
    disk.unplug();
    life += 1;
    process = createProcess(life, trace);
    clock.after(random.wait(200, 40_000), 'somebody starts the server', start);
  }

  return {
    start,
    bury,
    house: () => house,
    process: () => process,
    /** Whether a call to the chain is of the server that is alive. */
    alive: (url: string): boolean => url === `${base}/${life}` && process.alive(),
    point: (url: string): boolean => url === `${base}/${life}` && process.point('at its chain'),
    async close(): Promise<void> {
      process.kill();
      await clock.settle();
      disk.close();
    },
  };
}
