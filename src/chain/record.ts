// Which anvil runs a folder's chain, written down so that a later process finds it again.
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../log.js';
import { type Anvil, alive, awaitInstance } from './anvil.js';

/** `instance` is missing while anvil is starting; `owner` is the process that started or adopted it. */
export interface AnvilRecord extends Omit<Anvil, 'instance'> {
  instance?: string;
  owner: number;
}

const path = (folder: string): string => join(folder, 'anvil.json');

export function writeRecord(folder: string, anvil: Omit<AnvilRecord, 'owner'>): void {
  mkdirSync(folder, { recursive: true });
  const fresh = `${path(folder)}.new`;
  writeFileSync(fresh, JSON.stringify({ ...anvil, owner: process.pid }));
  renameSync(fresh, path(folder));
}

export function dropRecord(folder: string): void {
  rmSync(path(folder), { force: true });
}

async function readRecord(folder: string): Promise<AnvilRecord | null> {
  try {
    return JSON.parse(await readFile(path(folder), 'utf8'));
  } catch {
    return null;
  }
}

/**
 * The anvil that a process killed before us has left running, now ours; `null` when there is none.
 * Throws when the process that runs it is alive.
 */
export async function adopt(folder: string, log: Logger): Promise<Anvil | null> {
  const record = await readRecord(folder);
  if (!record || !alive(record.pid)) return null;
  const instance = await awaitInstance(record.port, record.instance ? 2000 : 10_000, () => alive(record.pid));
  if (!instance || (record.instance && record.instance !== instance)) return null;
  if (record.owner !== process.pid && alive(record.owner)) {
    throw new Error(
      `The chain in ${folder} is in use by process ${record.owner}. Stop that, or use another data folder.`,
    );
  }
  const anvil = { pid: record.pid, port: record.port, instance };
  writeRecord(folder, anvil);
  log.info({ port: anvil.port }, 'took over the development chain that was left running');
  return anvil;
}
