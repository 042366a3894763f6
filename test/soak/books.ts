// The ledger after the show is settled, beside what was really published: nobody paid for a gap, nobody saw for nothing.
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Visit } from './crowd.js';

interface ChargeRow {
  payer: string;
  reason: string;
  kind: 'watch' | 'preview';
  amount: string;
  duration_ms: number;
  at: number;
}

interface PeriodRow {
  n: number;
  at: number;
  duration_ms: number;
  cost: string;
}

export interface Books {
  charges: number;
  periods: number;
  /** Of any key, ms: what it unlocked beyond what it cost, and what it cost beyond what it unlocked. */
  mostFreeMs: number;
  mostUnderMs: number;
  /** Keys whose price was for more than came under them; the next one costs that much less. */
  short: number;
  /** Of any viewer, ms: what he could open beyond what he paid for, over all his keys. */
  mostFreeOfViewerMs: number;
  unpaidKeys: number;
  /** Charges under whose key the viewer opened nothing. */
  unseen: number;
  findings: string[];
}

const round = (ms: number): number => Math.round(ms);

export function readBooks(needs: {
  data: string;
  price: bigint;
  keyPeriodMs: number;
  /** ms of media that were published under a key. */
  media: (n: number) => number;
  /** The first and last key that was seen being published. */
  seen: { first: number; last: number };
  visits: readonly Visit[];
}): Books {
  const { price, keyPeriodMs, media, seen } = needs;
  const db = new Database(join(needs.data, 'dtok.sqlite'), { readonly: true });
  const charges = db
    .prepare(
      `select payer, reason, kind, amount, duration_ms, at from charges where stream = 'main' and kind in ('watch', 'preview')`,
    )
    .all() as ChargeRow[];
  const periods = db
    .prepare(`select n, at, duration_ms, cost from key_periods where stream = 'main' order by n`)
    .all() as PeriodRow[];
  const unclaimed = db
    .prepare(
      `select channels.id, spent, claimed from channels join purses on purses.id = channels.id where spent != claimed`,
    )
    .all() as { id: string; spent: string; claimed: string }[];
  db.close();
  const findings: string[] = [];
  for (const { id, spent, claimed } of unclaimed)
    findings.push(`of channel ${id}, ${spent} was spent and ${claimed} claimed`);
  const known = new Map(periods.map((period) => [period.n, period]));
  const numberOf = ({ reason }: ChargeRow): number => Number(reason.slice('watch/main/'.length));
  const worthMs = (amount: string): number => Number((BigInt(amount) * 1000n) / price);

  // One key by one: what it cost, and what came under it.
  let [mostFreeMs, mostUnderMs, short, owed] = [0, 0, 0, 0];
  for (const { n, cost } of periods) {
    if (n < seen.first || n > seen.last) continue;
    const [paid, got] = [worthMs(cost), media(n)];
    mostFreeMs = Math.max(mostFreeMs, got - paid);
    // What the key before was short of, this one gives back.
    if (paid - got > 60) short += 1;
    mostUnderMs = Math.max(mostUnderMs, paid - got);
    owed = Math.max(0, owed + paid - got);
    if (owed > keyPeriodMs) findings.push(`up to key ${n}, ${round(owed)} ms were to be paid for that never came`);
    if (got - paid > keyPeriodMs) findings.push(`key ${n} was paid for as ${paid} ms and unlocks ${round(got)} ms`);
  }

  const byPayer = new Map<string, Map<number, ChargeRow>>();
  for (const charge of charges) {
    const n = numberOf(charge);
    const of = byPayer.get(charge.payer) ?? new Map<number, ChargeRow>();
    if (of.has(n)) findings.push(`${charge.payer} was charged twice for key ${n}`);
    of.set(n, charge);
    byPayer.set(charge.payer, of);
    const period = known.get(n);
    if (!period) findings.push(`${charge.payer} was charged for key ${n}, which never was`);
    else if (charge.kind === 'watch' && BigInt(charge.amount) > BigInt(period.cost))
      findings.push(`${charge.payer} paid ${charge.amount} for key ${n}, which costs ${period.cost}`);
    if (n >= seen.first && n <= seen.last && media(n) === 0 && BigInt(charge.amount) > 0n)
      findings.push(`${charge.payer} was charged for key ${n}, under which nothing was published`);
  }

  let [mostFreeOfViewerMs, unpaidKeys, unseen] = [0, 0, 0];
  for (const { address, keys, opened, ends, kind } of needs.visits) {
    const paid = byPayer.get(address.toLowerCase()) ?? byPayer.get(address) ?? new Map<number, ChargeRow>();
    let free = 0;
    for (const n of keys) {
      const charge = paid.get(n);
      if (!charge) {
        unpaidKeys += 1;
        findings.push(`${kind} ${address} has key ${n} and was never charged for it`);
      }
      free += media(n) - (charge ? charge.duration_ms : 0);
    }
    mostFreeOfViewerMs = Math.max(mostFreeOfViewerMs, free);
    for (const [n, charge] of paid) {
      if (opened.has(n) || opened.size === 0 || BigInt(charge.amount) === 0n) continue;
      const gave = ends.some((end) => end > charge.at - 2500 && end < charge.at + 2 * keyPeriodMs + 4000);
      if (!gave) unseen += 1;
    }
  }
  return {
    ...{ charges: charges.length, periods: periods.length, mostFreeMs, mostUnderMs, short },
    ...{ mostFreeOfViewerMs, unpaidKeys, unseen, findings },
  };
}
