// What was earned, as the dashboard shows it and as a table to take away.
import { formatUnits } from 'ethers';
import { writeCsv } from '../csv.js';
import { earnedIn, type Payments, type ReportLine, type ReportSums, sumOf } from '../payments/index.js';
import type { Report, ReportQuery } from '../vocabulary/books.js';
import { CsvFile, type Handlers } from './mount.js';

type Token = Payments['chain']['token'];

/** Amounts twice: as people read them, then as the chain counts them. */
const amounts = (line: ReportSums): bigint[] => [line.watched, line.tipped, earnedIn(line), line.claimed];
const amountNames = ['watched', 'tipped', 'total', 'claimed'];

const labelNames: Record<ReportQuery['by'], string[]> = { stream: ['title'], day: [], payer: ['label'] };

const decimal = (amount: bigint, { decimals }: Token): string => formatUnits(amount, decimals).replace(/\.0$/, '');

/** All lines, with a heading. */
export function reportCsv(lines: readonly ReportLine[], by: ReportQuery['by'], token: Token): string {
  const heading = [
    ...[by, ...labelNames[by]],
    ...amountNames.map((name) => `${name} ${token.symbol}`),
    ...['seconds paid', 'seconds free', 'tips'],
    ...amountNames.map((name) => `${name} base units`),
  ];
  const rows = lines.map((line) => [
    ...[line.of, ...labelNames[by].map(() => line.label)],
    ...amounts(line).map((amount) => decimal(amount, token)),
    ...[line.paidMs / 1000, line.freeMs / 1000, line.tips].map(String),
    ...amounts(line).map(String),
  ]);
  return writeCsv([heading, ...rows]);
}

function worded<T extends ReportSums>(sums: T) {
  return { ...sums, watched: `${sums.watched}`, tipped: `${sums.tipped}`, claimed: `${sums.claimed}` };
}

const day = (at: number): string => new Date(at).toISOString().slice(0, 10);

function nameOf({ by, from, to }: ReportQuery): string {
  const span = [from === undefined ? '' : `-from-${day(from)}`, to === undefined ? '' : `-to-${day(to - 1)}`];
  return `earned-by-${by}${span.join('')}.csv`;
}

export function createReportHandlers({ payments }: { payments: Payments }): Pick<Handlers, 'report'> {
  return {
    report: async ({ query, wantsCsv }): Promise<Report | CsvFile> => {
      const { by, from, to, limit, format } = query;
      const lines = await payments.report({ by, ...(from !== undefined && { from }), ...(to !== undefined && { to }) });
      const asCsv = format === undefined ? wantsCsv : format === 'csv';
      if (asCsv) return new CsvFile(nameOf(query), reportCsv(lines, by, payments.chain.token));
      return { lines: lines.slice(0, limit).map(worded), count: lines.length, total: worded(sumOf(lines)) };
    },
  };
}
