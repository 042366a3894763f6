// npm run bench gate: what a key costs, next to nginx's ways of serving sixteen bytes and to Express; one core for each server.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from '../scripts/build.mjs';
import { onPath } from '../scripts/find-program.mjs';
import { type Contender, measure, openContenders, type Slice, warmUp } from './support/gate-contenders.js';
import { machine, markdownTable, ratio, whole } from './support/table.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '240' },
    connections: { type: 'string', default: '64,256' },
  },
});
const [rounds = 0, seconds = 0] = [values.rounds, values.seconds].map(Number);
const loads = values.connections.split(',').map(Number);
if (!(Number.isInteger(rounds) && rounds > 0 && seconds > 0 && loads.every((n) => Number.isInteger(n) && n > 0))) {
  process.stderr.write('--rounds and --connections are whole numbers above 0, --seconds a number above 0\n');
  process.exit(1);
}
const missing = ['nginx', 'wrk', 'taskset'].filter((name) => onPath(name).length === 0);
if (missing.length > 0) {
  process.stderr.write(`${missing.join(' and ')} must be installed first:\n  sudo apt-get install nginx-core wrk\n`);
  process.exit(1);
}

const fileName = 'nginx: a static file';
const authName = 'nginx `auth_request` to bare Node';
const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;

await build();
const cache = join(root, '.cache');
mkdirSync(cache, { recursive: true });
const folder = mkdtempSync(join(cache, 'bench-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
const { contenders, stop } = await openContenders(folder);
process.once('exit', stop);

const each = Math.max(1, Math.round(seconds / rounds / contenders.length / loads.length));
const slices = new Map<string, Slice[]>();
const averages: number[] = [];
const at = ({ name }: Contender, connections: number): string => `${name} ${connections}`;
process.stderr.write('warming up\n');
for (const contender of contenders) await warmUp(contender);
for (let round = 1; round <= rounds; round++) {
  process.stderr.write(`round ${round} of ${rounds}, load ${loadavg()[0]?.toFixed(1)}\n`);
  averages.push(loadavg()[0] ?? 0);
  for (const connections of loads) {
    for (const contender of contenders) {
      const key = at(contender, connections);
      slices.set(key, [...(slices.get(key) ?? []), await measure(contender, connections, each)]);
    }
  }
}

function table(connections: number): string {
  const of = (name: string, what: keyof Slice): number =>
    median((slices.get(`${name} ${connections}`) ?? []).map((slice) => slice[what]));
  const [fileCpu, authCpu] = [of(fileName, 'cpu'), of(authName, 'cpu')];
  const header = [`${connections} connections`, 'µs of CPU a key', 'lowest to highest'];
  const rows = contenders.map(({ name }) => {
    const all = (slices.get(`${name} ${connections}`) ?? []).map(({ cpu }) => cpu);
    const cpu = of(name, 'cpu');
    return [
      ...[name, cpu.toFixed(1), `${Math.min(...all).toFixed(1)} to ${Math.max(...all).toFixed(1)}`],
      ...[ratio(cpu / fileCpu), ratio(cpu / authCpu)],
      ...[whole(of(name, 'perSecond')), of(name, 'p50').toFixed(1), of(name, 'p99').toFixed(1)],
    ];
  });
  return markdownTable([...header, 'of a file’s', 'of `auth_request`’s', 'keys/s', 'p50 ms', 'p99 ms'], rows);
}

const command = `npm run bench gate -- --rounds ${rounds} --seconds ${seconds} --connections ${loads.join(',')}`;
const how = `Medians of ${rounds} interleaved rounds of ${each} s. Load average of the machine meanwhile: ${Math.min(...averages).toFixed(1)} to ${Math.max(...averages).toFixed(1)}.`;
process.stdout.write(`${machine(command)} ${how}\n\n${loads.map(table).join('\n\n')}\n`);
stop();
process.exit();
