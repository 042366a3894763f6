// npm run bench viewers: how many viewers a core carries, each with a session, a key every two seconds, vouchers and events; and what memory each takes.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from '../scripts/build.mjs';
import { removeFolder, startDtok } from '../test/support/dtok.js';
import { machine, markdownTable, whole } from './support/table.js';
import { makeLinks, newestKey, openViewers, type Viewer } from './support/viewers.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: { viewers: { type: 'string', default: '250,500,1000' }, seconds: { type: 'string', default: '30' } },
});
const steps = values.viewers.split(',').map(Number);
const seconds = Number(values.seconds);
if (!(seconds > 0 && steps.every((n, i) => Number.isInteger(n) && n > (steps[i - 1] ?? 0)))) {
  process.stderr.write(
    '--viewers are whole numbers, each above the one before; --seconds, for each, a number above 0\n',
  );
  process.exit(1);
}
const periodMs = 2000;
const tipEveryMs = 5000;
const say = (what: string): void => void process.stderr.write(`${what}, load ${loadavg()[0]?.toFixed(1)}\n`);

await build();
const cache = join(root, '.cache');
mkdirSync(cache, { recursive: true });
const data = mkdtempSync(join(cache, 'bench-'));
process.once('exit', () => removeFolder(data));
const env = {
  ...{ PREVIEW_SECONDS: '0', FIRST_LINK_CREDIT: '100000', MIN_TIP: '0.0001', KEY_PERIOD_SECONDS: `${periodMs / 1000}` },
  ...{ RATE_LIMIT: '1000000', KEY_RATE_LIMIT: '1000000', LOG_LEVEL: 'warn', CHAIN_POLL_SECONDS: '60' },
};
const dtok = await startDtok({ env, data });
process.once('exit', () => dtok.process.kill());

/** ns on a core, of all threads of dTok’s own process; its ffmpegs are others. */
function cpu(): number {
  const tasks = `/proc/${dtok.process.pid}/task`;
  const of = (task: string): number => Number(readFileSync(join(tasks, task, 'schedstat'), 'utf8').split(' ')[0]);
  return readdirSync(tasks).reduce((sum, task) => sum + of(task), 0);
}
const resident = (): number =>
  1024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${dtok.process.pid}/status`, 'utf8'))?.[1] ?? Number.NaN);

const viewers: Viewer[] = [];
const phases: number[] = [];
let newest = '';
let going = true;
let took: number[] = [];
const failures: unknown[] = [];

/** Every viewer asks at his own moment of each period: as far apart as they came. */
async function watch(): Promise<void> {
  while (going) {
    newest = await newestKey(dtok, newest);
    const path = newest;
    viewers.forEach((viewer, i) => {
      setTimeout(() => viewer.key(path).then((ms) => void took.push(ms), failed), phases[i]);
    });
  }
}
const failed = (error: unknown): void => void (going && failures.push(error));

async function tipping(): Promise<void> {
  for (let i = 0; going; i++) {
    await pause(tipEveryMs);
    await viewers[i % Math.max(1, viewers.length)]?.tip().catch(failed);
  }
}

async function measure() {
  took = [];
  const events = viewers.reduce((sum, viewer) => sum + viewer.events(), 0);
  const before = cpu();
  const from = performance.now();
  await pause(seconds * 1000);
  const wall = (performance.now() - from) / 1000;
  const spent = (cpu() - before) / 1e9 / wall;
  const sorted = took.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(share * sorted.length)] ?? Number.NaN;
  const heard = viewers.reduce((sum, viewer) => sum + viewer.events(), 0) - events;
  return { spent, keys: sorted.length / wall, p50: at(0.5), p99: at(0.99), heard: heard / wall };
}

newest = await newestKey(dtok, '');
say('nobody watches');
const idle = await measure();
const rss = resident();
const links = await makeLinks(dtok, steps.at(-1) ?? 0);
const watching = Promise.all([watch(), tipping()]).catch(failed);
const rows: string[][] = [['0', '0', '', '', '', `${(idle.spent * 100).toFixed(1)} %`, '', '']];
for (const count of steps) {
  const coming = await openViewers(dtok, links.slice(viewers.length, count));
  phases.push(...coming.map(() => Math.random() * (periodMs - 100)));
  viewers.push(...coming);
  // All have paid for a key, and for two more: what is measured is the show that goes on.
  await pause(3 * periodMs);
  say(`${count} watch`);
  const { spent, keys, p50, p99, heard } = await measure();
  say(`${(spent * 100).toFixed(1)} % of a core`);
  const each = (spent - idle.spent) / count;
  rows.push([
    ...[whole(count), whole(keys), whole(heard), p50.toFixed(1), p99.toFixed(1), `${(spent * 100).toFixed(1)} %`],
    ...[whole((1 - idle.spent) / each), `${whole((resident() - rss) / count / 1024)} KiB`],
  ]);
}
going = false;
for (const viewer of viewers) viewer.close();
if (failures.length > 0) say(`${failures.length} requests failed; the first: ${failures[0]}`);
const header = ['viewers', 'keys/s', 'events/s', 'p50 ms', 'p99 ms', 'of a core', 'viewers a core', 'memory a viewer'];
const command = `npm run bench viewers -- --viewers ${steps.join(',')} --seconds ${seconds}`;
process.stdout.write(
  `${machine(command)} Load average of the machine at the end: ${loadavg()[0]?.toFixed(1)}.\n\n${markdownTable(header, rows)}\n`,
);
await dtok.stop();
await Promise.race([watching, pause(1000)]);
process.exit(failures.length > 0 ? 1 : 0);
