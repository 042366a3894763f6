// npm run simulate: thousands of seeded schedules of viewers, sponsors, settlement and faults; SEED and SCHEDULES choose which.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root, setUp } from './setup.mjs';
import { runScript, say } from './terminal.mjs';

const schedules = Number(process.env.SCHEDULES ?? (process.env.SEED ? 1 : 10_000));
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
const workers = Math.min(schedules, availableParallelism());
// The databases live for a moment: memory will do where it is a folder.
const folder = existsSync('/dev/shm') ? { SIMULATION_DIR: '/dev/shm' } : {};

const sums = { done: 0, steps: 0, charges: 0, lives: 0 };
let failed = null;

function count(outcome) {
  sums.done += 1;
  sums.steps += outcome.steps;
  sums.charges += outcome.did.charges;
  sums.lives += outcome.did.lives;
  if (outcome.broken) failed ??= outcome;
}

/** Every worker takes each n-th seed; resolves when it has ended. */
function work(i, children) {
  const share = Math.ceil((schedules - i) / workers);
  const file = join(root, 'test', 'simulation', 'worker.ts');
  const args = ['--import', 'tsx', file, seed + i, share, workers].map(String);
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...folder, ...process.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  createInterface({ input: child.stdout }).on('line', (line) => {
    count(JSON.parse(line));
    if (failed) for (const each of children) each.kill();
  });
  return new Promise((resolve) => child.once('close', resolve));
}

function tellFailure({ seed: bad, steps, broken, words }) {
  say(
    `${words.join('\n')}\n\nSeed ${bad} broke at step ${steps}: ${broken}\n\nTo see it again:  SEED=${bad} npm run simulate`,
  );
}

await runScript(async () => {
  await setUp();
  say(`${schedules} schedules from seed ${seed}, on ${workers} cores.`);
  const started = performance.now();
  const speed = () => `${((sums.done * 1000) / (performance.now() - started)).toFixed(1)} a second`;
  const progress = setInterval(() => say(`${sums.done} of ${schedules}, ${speed()}`), 10_000);
  const children = [];
  const codes = await Promise.all(Array.from({ length: workers }, (_, i) => work(i, children)));
  clearInterval(progress);
  if (failed) tellFailure(failed);
  else {
    say(
      `${sums.done} schedules, ${sums.steps} steps, ${sums.charges} charges, ${sums.lives} lives of the server, ${speed()}.`,
    );
    if (sums.done === schedules) say('Nothing was charged, served, claimed or given back wrongly.');
  }
  process.exit(failed || sums.done !== schedules ? 1 : (codes.find((code) => code) ?? 0));
});
