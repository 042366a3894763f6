// npm run bench overlay: one event to 2,000 overlays and pages that follow a stream, next to bare ws: delay, CPU, memory.
import { parseArgs } from 'node:util';
import { type House, openHouse } from './support/fanout.js';
import { median, rank } from './support/rank.js';
import { machine, markdownTable, ratio, whole } from './support/table.js';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    events: { type: 'string', default: '20' },
    sockets: { type: 'string', default: '2000' },
  },
});
const [rounds = 0, events = 0, sockets = 0] = [values.rounds, values.events, values.sockets].map(Number);
if (![rounds, events, sockets / 2].every((n) => Number.isInteger(n) && n > 0)) {
  process.stderr.write('--rounds and --events are whole numbers above 0, --sockets an even one\n');
  process.exit(1);
}
const say = (what: string): void => void process.stderr.write(`${what}\n`);

interface Slice {
  cpu: number;
  p50: number;
  p99: number;
}
const names = { dtok: 'dTok: feed and socket.io', ws: 'bare ws' };

const figure = (n: number): string => (n < 10 ? n.toFixed(1) : whole(n));

say(`${sockets} sockets to each server`);
const houses: House[] = [await openHouse('dtok', sockets), await openHouse('ws', sockets)];
const slices = new Map<House, Slice[]>(houses.map((house) => [house, []]));
say('warming up');
for (const house of houses) await house.say(Math.ceil(events / 2));
for (let round = 1; round <= rounds; round++) {
  say(`round ${round} of ${rounds}`);
  for (const house of houses) {
    const { cpu, took } = await house.say(events);
    slices.get(house)?.push({ cpu, p50: median(took), p99: rank(took, 0.99) });
  }
}
for (const house of houses) house.close();

const rows = houses.map((house) => {
  const all = slices.get(house) ?? [];
  const of = (name: keyof Slice): number => median(all.map((slice) => slice[name]));
  return { kind: house.kind, memory: house.perSocket / 1024, p50: of('p50'), p99: of('p99'), cpu: of('cpu') };
});
const [ours, bare] = rows;
const columns = ['p50', 'p99', 'cpu', 'memory'] as const;
const header = ['', 'delivered, p50 ms', 'p99 ms', 'µs of CPU a delivery', 'KiB a socket'];
const lines = rows.map((row) => [names[row.kind], ...columns.map((name) => figure(row[name]))]);
const share = columns.map((name) => ratio((ours?.[name] ?? 0) / (bare?.[name] ?? 1)));
const command = `npm run bench overlay -- --rounds ${rounds} --events ${events} --sockets ${sockets}`;
const how = `Medians of ${rounds} interleaved rounds of ${events} events to ${whole(sockets)} sockets.`;
const table = markdownTable(header, [...lines, ['dTok, of bare ws', ...share]]);
process.stdout.write(`${machine(command)} ${how}\n\n${table}\n`);
