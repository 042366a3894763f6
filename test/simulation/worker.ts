// Runs schedules from one seed on, and prints a line of JSON for each: `tsx test/simulation/worker.ts <first> <count> [<step>]`.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keccak256 } from 'ethers';
import { createKeccak } from 'hash-wasm';
import { freshDatabase } from './house/host-process.js';
import { runSchedule } from './schedule.js';

const [first = 1, count = 1, stride = 1] = process.argv.slice(2).map(Number);
const folder = mkdtempSync(join(process.env.SIMULATION_DIR ?? tmpdir(), 'dtok-simulation-'));
const tell = (line: unknown): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

// ethers hashes at every turn, in JavaScript if it is not told otherwise.
const hasher = await createKeccak(256);
keccak256.register((bytes) => hasher.init().update(bytes).digest('binary'));
// It also says on the console that the chain is away.
console.log = () => {};

try {
  const fresh = await freshDatabase(folder);
  for (let i = 0; i < count; i++) {
    const started = performance.now();
    const outcome = await runSchedule(first + i * stride, { folder, fresh });
    const { words, ...rest } = outcome;
    tell({ ...rest, ms: Math.round(performance.now() - started), ...(outcome.broken && { words }) });
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
