// What came of the rounds, as tables: how long it took on each way, what it cost, and what a burst did.
import type { Told, Way } from './bots-crowd.js';
import { median, rank } from './rank.js';
import { machine, markdownTable, whole } from './table.js';

/** One tip, in ms from when it was said. */
interface Took {
  way: Way;
  taken: number | null;
  answered: number | null;
  shown: number | null;
}

/** A load and what it cost. */
export interface Phase {
  took: Took[];
  commands: number;
  seconds: number;
  /** ms of CPU of the process that answers, without what it takes when idle; NaN: not measured. */
  cpu: number;
}

export interface Round {
  chat: Phase;
  page: Phase;
  bare: Phase;
  burst: Phase;
  bareBurst: Phase;
}

const since = (from: number, to: number | null | undefined): number | null => (to == null ? null : to - from);

export function phaseOf(
  told: readonly Told[],
  shown: ReadonlyMap<string, number>,
  seconds: number,
  cpu: number,
): Phase {
  const tips = told.filter(({ kind }) => kind === 'tip');
  const took = tips.map(({ way, at, tip, taken, answered }) => ({
    ...{ way, taken: since(at, taken()), answered: since(at, answered), shown: since(at, shown.get(tip)) },
  }));
  return { took, commands: told.length, seconds, cpu };
}

type Point = 'taken' | 'answered' | 'shown';

/** Half and 95 of a hundred: medians over the rounds; the slowest ones: of all rounds together. */
function spreadOf(phases: readonly Phase[], way: Way, point: Point) {
  const rounds = phases.map(({ took }) =>
    took.flatMap((one) => (one.way === way ? (one[point] ?? Number.POSITIVE_INFINITY) : [])),
  );
  const all = rounds.flat();
  return {
    p50: median(rounds.map(median)),
    p95: median(rounds.map((round) => rank(round, 0.95))),
    p99: rank(all, 0.99),
    most: rank(all, 1),
    count: all.length,
  };
}

const ms = (n: number): string => (!Number.isFinite(n) ? 'never' : n < 10 ? n.toFixed(1) : whole(n));
const times = (n: number): string => (Number.isFinite(n) ? `${n.toFixed(1)} ×` : '–');

interface Line {
  name: string;
  phases: readonly Phase[];
  way: Way;
  point: Point;
  /** What its half is compared with. */
  floor?: readonly [phases: readonly Phase[], way: Way, point: Point];
}

function row({ name, phases, way, point, floor }: Line): string[] {
  const { p50, p95, p99, most, count } = spreadOf(phases, way, point);
  const of = floor ? times(p50 / spreadOf(...floor).p50) : '';
  return [name, whole(count), ms(p50), ms(p95), ms(p99), ms(most), of];
}

const header = ['from what a person does, ms', 'tips', 'p50', 'p95', 'p99', 'max', 'p50, of the floor’s'];

function waits({ chat, page, bare }: { [Name in 'chat' | 'page' | 'bare']: Phase[] }): string {
  const overlay = [page, 'page', 'shown'] as const;
  const line = (name: string, phases: Phase[], way: Way, point: Point, floor?: Line['floor']): string[] =>
    row({ name, phases, way, point, ...(floor && { floor }) });
  return markdownTable(header, [
    line('Discord, to the overlay', chat, 'discord', 'shown', overlay),
    line('Telegram, to the overlay', chat, 'telegram', 'shown', overlay),
    line('a page over HTTP, to the overlay (floor)', page, 'page', 'shown'),
    line('Discord, to the first answer (3 s)', chat, 'discord', 'taken', [bare, 'discord', 'taken']),
    line('bare discord.js, to the first answer (floor)', bare, 'discord', 'taken'),
    line('Telegram, to the next poll, which takes it off', chat, 'telegram', 'taken', [bare, 'telegram', 'taken']),
    line('bare telegraf, to the next poll (floor)', bare, 'telegram', 'taken'),
    line('Discord, to the answer read', chat, 'discord', 'answered', [bare, 'discord', 'answered']),
    line('bare discord.js, to the answer read (floor)', bare, 'discord', 'answered'),
    line('Telegram, to the answer read', chat, 'telegram', 'answered', [bare, 'telegram', 'answered']),
    line('bare telegraf, to the answer read (floor)', bare, 'telegram', 'answered'),
    line('a page over HTTP, to the answer', page, 'page', 'answered'),
  ]);
}

const firstWordMs = 3000;
const missed = ({ took }: Phase): number =>
  took.filter(({ way, taken }) => way === 'discord' && (taken === null || taken > firstWordMs)).length;
const lost = ({ took }: Phase): number => took.filter(({ shown }) => shown === null).length;
const sum = (numbers: readonly number[]): number => numbers.reduce((all, n) => all + n, 0);

function costs(loads: readonly (readonly [name: string, phases: readonly Phase[], stores: boolean])[]): string {
  const rows = loads.map(([name, phases, stores]) => [
    name,
    whole(sum(phases.map(({ commands }) => commands))),
    median(phases.map(({ commands, seconds }) => commands / seconds)).toFixed(1),
    median(phases.map(({ commands, cpu }) => cpu / commands)).toFixed(1),
    whole(sum(phases.map(missed))),
    stores ? whole(sum(phases.map(lost))) : '–',
  ]);
  const header = ['', 'commands', 'a second', 'ms of CPU each', 'missed the 3 s', 'tips not shown'];
  return markdownTable(header, rows);
}

function bursts(lines: readonly (readonly [name: string, phases: readonly Phase[], point: Point])[]): string {
  const header = ['from the instant of the burst, ms', 'tips', 'p50', 'p95', 'p99', 'max'];
  return markdownTable(
    header,
    lines.map(([name, phases, point]) => row({ name, phases, way: 'discord', point }).slice(0, header.length)),
  );
}

export function report(rounds: readonly Round[], wish: { command: string; how: string; burst: number }): string {
  const [chat, page, bare, burst, bareBurst] = (['chat', 'page', 'bare', 'burst', 'bareBurst'] as const).map((name) =>
    rounds.map((round) => round[name]),
  ) as [Phase[], Phase[], Phase[], Phase[], Phase[]];
  return [
    `${machine(wish.command)} ${wish.how}`,
    waits({ chat, page, bare }),
    costs([
      ['dTok: commands from chat', chat, true],
      ['dTok: tips by HTTP', page, true],
      ['bare discord.js and telegraf', bare, false],
      [`dTok: ${wish.burst} tips at once on Discord`, burst, true],
      [`bare discord.js: ${wish.burst} at once`, bareBurst, false],
    ]),
    bursts([
      ['dTok, to the first answer (3 s)', burst, 'taken'],
      ['bare discord.js, to the first answer', bareBurst, 'taken'],
      ['dTok, to the overlay', burst, 'shown'],
      ['dTok, to the answer read', burst, 'answered'],
      ['bare discord.js, to the answer read', bareBurst, 'answered'],
    ]),
  ].join('\n\n');
}
