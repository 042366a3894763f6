// What was earned, summed from every single charge: by stream, by day, by payer.
import type { Db } from '../store/index.js';
import type { ChargeRow } from '../store/schema.js';
import { chargePages } from './charge-pages.js';

export type ReportBy = 'stream' | 'day' | 'payer';

export interface ReportLine {
  /** The stream's id, the day (UTC, 2026-11-23), or the payer's address. */
  of: string;
  /** Base units. */
  watched: bigint;
  tipped: bigint;
  /** Media time that was paid for, and that was free. */
  paidMs: number;
  freeMs: number;
  tips: number;
}

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

const groups: Record<ReportBy, (charge: ChargeRow) => string> = {
  stream: (charge) => charge.stream,
  day: (charge) => dayOf(charge.at),
  payer: (charge) => charge.payer,
};

/** Adds one charge to the line it belongs to. */
function count(line: ReportLine, { kind, amount, duration_ms }: ChargeRow): void {
  if (kind === 'tip') {
    line.tipped += BigInt(amount);
    line.tips += 1;
  } else {
    line.watched += BigInt(amount);
    if (kind === 'watch') line.paidMs += duration_ms;
    else line.freeMs += duration_ms;
  }
}

/** Lines sorted by what they are of. `from` and `to` in ms; `to` is not included. */
export async function report(db: Db, wish: { by: ReportBy; from?: number; to?: number }): Promise<ReportLine[]> {
  const lines = new Map<string, ReportLine>();
  for await (const charges of chargePages(db, wish.from, wish.to)) {
    for (const charge of charges) {
      const of = groups[wish.by](charge);
      const line = lines.get(of) ?? { of, watched: 0n, tipped: 0n, paidMs: 0, freeMs: 0, tips: 0 };
      lines.set(of, line);
      count(line, charge);
    }
  }
  return [...lines.values()].sort((a, b) => (a.of < b.of ? -1 : 1));
}
