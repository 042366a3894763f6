// The chain's state on disk: written whole or not at all, with the one before it kept.
import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Logger } from '../log.js';

const unzip = promisify(gunzip);

/** Paths in a chain's folder. */
const paths = (folder: string) => ({
  current: join(folder, 'state.json.gz'),
  previous: join(folder, 'state.previous.json.gz'),
  fresh: join(folder, 'state.new.json.gz'),
});

/** Saves a dump (gzipped JSON). It replaces the last one only when all of it is on the disk. */
export async function saveState(folder: string, dump: Buffer): Promise<void> {
  const { current, previous, fresh } = paths(folder);
  const file = await open(fresh, 'w');
  try {
    await file.writeFile(dump);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(current, previous).catch(ignoreMissing);
  await rename(fresh, current);
}

/** The last state that is whole, unpacked; `null` when there never was one. Throws when none of them can be read. */
export async function readState(folder: string, log: Logger): Promise<Buffer | null> {
  const { current, previous, fresh } = paths(folder);
  await rm(fresh, { force: true });
  const found = [await readWhole(current), await readWhole(previous)];
  const [last, before] = found;
  if (last?.state) return last.state;
  if (last) log.warn({ err: last.error }, 'the saved chain state is damaged; going back to the one before it');
  if (before?.state) return before.state;
  if (!last && !before) return null;
  throw new Error(`The saved chain state in ${folder} cannot be read. Move the folder away to start a new chain.`);
}

interface Found {
  state: Buffer | null;
  error?: unknown;
}

async function readWhole(path: string): Promise<Found | null> {
  try {
    const state = await unzip(await readFile(path));
    const { accounts, block } = JSON.parse(state.toString());
    return accounts && block ? { state } : { state: null, error: new Error('it holds no chain') };
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? null : { state: null, error };
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
