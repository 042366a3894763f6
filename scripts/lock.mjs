// Two starts at once: the second waits until the first has installed and built.
import { mkdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Stop, say } from './terminal.mjs';

const beatMs = 1000;
const staleMs = 15_000;
const waitLimitMs = 20 * 60_000;

function take(file) {
  try {
    writeFileSync(file, '', { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw new Stop(`This folder cannot be written (${error.code} at ${file}). Run it in a folder that is yours.`);
  }
}

function dropStale(file) {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found && Date.now() - found.mtimeMs > staleMs) rmSync(file, { force: true });
}

async function wait(file) {
  const until = Date.now() + waitLimitMs;
  let told = false;
  while (!take(file)) {
    if (!told) say('Another dTok is setting up this folder: waiting for it ...');
    told = true;
    if (Date.now() > until) throw new Stop(`The other one does not end. If there is none, remove ${file}.`);
    await sleep(200);
    dropStale(file);
  }
}

/** Somebody may have emptied the folder: then there is nothing left to hold. */
function touch(file) {
  if (statSync(file, { throwIfNoEntry: false })) utimesSync(file, new Date(), new Date());
}

/** Runs `work` alone among all that use the same file. Whoever is killed in it is forgotten after 15 s. */
export async function withLock(file, work) {
  try {
    mkdirSync(dirname(file), { recursive: true });
  } catch (error) {
    throw new Stop(`This folder cannot be written (${error.code} at ${file}). Run it in a folder that is yours.`);
  }
  await wait(file);
  const beat = setInterval(() => touch(file), beatMs);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    rmSync(file, { force: true });
  }
}
