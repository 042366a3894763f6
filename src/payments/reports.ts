// What was earned, summed from every single charge: by stream, by day, by payer.
import type { Db } from '../store/index.js';
import type { ChargeRow } from '../store/rows/money.js';
import type { Hex } from '../vocabulary/values.js';
import { chargePages } from './charge-pages.js';
import { sideOf } from './charges.js';

export type ReportBy = 'stream' | 'day' | 'payer';

/** Amounts in base units. */
export interface ReportSums {
  watched: bigint;
  tipped: bigint;
  /** The part of both that is claimed on chain, as it was last seen. */
  claimed: bigint;
  /** Media time that was paid for, and that was free. */
  paidMs: number;
  freeMs: number;
  tips: number;
}

export interface ReportLine extends ReportSums {
  /** The stream's id, the day (UTC, 2026-11-23), or the payer's address. */
  of: string;
  /** The stream's title, or what the payer's newest watch link is for; often empty. */
  label: string;
}

/** Sums, or a line with its sums. */
const nothing = (): ReportSums => ({ watched: 0n, tipped: 0n, claimed: 0n, paidMs: 0, freeMs: 0, tips: 0 });
export const earnedIn = ({ watched, tipped }: ReportSums): bigint => watched + tipped;

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

const groups: Record<ReportBy, (charge: ChargeRow) => string> = {
  stream: (charge) => charge.stream,
  day: (charge) => dayOf(charge.at),
  payer: (charge) => charge.payer,
};

/** Adds one charge, `claimed` of which is claimed, to the line it belongs to. */
function count(line: ReportSums, { kind, amount, duration_ms }: ChargeRow, claimed: bigint): void {
  line.claimed += claimed;
  if (sideOf(kind) === 'tipped') {
    line.tipped += BigInt(amount);
    if (kind === 'tip') line.tips += 1;
  } else {
    line.watched += BigInt(amount);
    if (kind === 'watch') line.paidMs += duration_ms;
    else line.freeMs += duration_ms;
  }
}

/** Tells how much of each charge is claimed: a claim pays the oldest charges of its channel first. */
async function claims(db: Db): Promise<(charge: ChargeRow) => bigint> {
  const purses = await db.selectFrom('purses').select(['id', 'channel']).execute();
  const channelOf = new Map(purses.map(({ id, channel }) => [id, channel]));
  const channels = await db.selectFrom('channels').select(['id', 'claimed']).execute();
  const left = new Map(channels.map(({ id, claimed }) => [id, BigInt(claimed)]));
  return ({ purse, amount }) => {
    const channel = purse && channelOf.get(purse);
    if (!channel) return 0n;
    const [rest, wanted] = [left.get(channel) ?? 0n, BigInt(amount)];
    const part = wanted < rest ? wanted : rest;
    left.set(channel, rest - part);
    return part;
  };
}

/** What people call the things that lines are of. */
async function labels(db: Db, by: ReportBy): Promise<Map<string, string>> {
  if (by === 'day') return new Map();
  if (by === 'stream') {
    const streams = await db.selectFrom('streams').select(['id', 'title']).execute();
    return new Map(streams.map(({ id, title }) => [id, title]));
  }
  const links = db.selectFrom('purses').select(['signer', 'label']).where('kind', '=', 'pass').where('label', '!=', '');
  const rows = await links.orderBy('created_at').execute();
  return new Map(rows.map(({ signer, label }) => [signer as Hex, label]));
}

function inOrder(lines: Iterable<ReportLine>, by: ReportBy): ReportLine[] {
  const named = [...lines].sort((a, b) => (a.of < b.of ? -1 : 1));
  if (by === 'day') return named;
  return named.sort((a, b) => (earnedIn(a) === earnedIn(b) ? 0 : earnedIn(a) < earnedIn(b) ? 1 : -1));
}

/** Days in order; streams and payers with who brought most first. `from` and `to` in ms; `to` is not included. */
export async function report(db: Db, wish: { by: ReportBy; from?: number; to?: number }): Promise<ReportLine[]> {
  const { by, from = 0, to = Number.POSITIVE_INFINITY } = wish;
  const lines = new Map<string, ReportLine>();
  const [claimedOf, labelOf] = [await claims(db), await labels(db, by)];
  for await (const charges of chargePages(db)) {
    for (const charge of charges) {
      // Earlier ones too: they are claimed first.
      const claimed = claimedOf(charge);
      if (charge.at < from || charge.at >= to) continue;
      const of = groups[by](charge);
      const line = lines.get(of) ?? { of, label: labelOf.get(of) ?? '', ...nothing() };
      lines.set(of, line);
      count(line, charge, claimed);
    }
  }
  return inOrder(lines.values(), by);
}

export function sumOf(lines: readonly ReportSums[]): ReportSums {
  const total = nothing();
  for (const line of lines) {
    total.watched += line.watched;
    total.tipped += line.tipped;
    total.claimed += line.claimed;
    total.paidMs += line.paidMs;
    total.freeMs += line.freeMs;
    total.tips += line.tips;
  }
  return total;
}
