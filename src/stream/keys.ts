// The media keys: derived, never stored; numbered per stream; each with its length and its cost.
import { hkdfSync } from 'node:crypto';
import type { Store } from '../store/index.js';
import type { Streams } from './streams.js';

/** What one key unlocks. */
export interface KeyPeriod {
  readonly n: number;
  /** When it was opened, ms. */
  readonly at: number;
  readonly durationMs: number;
  /** Base units; fixed when it was opened, whatever the price does later. */
  readonly cost: bigint;
}

/** How many of a stream's newest keys the gate hands out beside those of what viewers may go back to. */
const least = 64;
/** No key is for less, but for what was paid before. */
const shortestMs = 1000;

/** The cost of `durationMs` at `price` per second, rounded down to the base unit. */
export const costOf = (price: bigint, durationMs: number): bigint => (price * BigInt(durationMs)) / 1000n;

export type Keys = Awaited<ReturnType<typeof openKeys>>;

export async function openKeys(needs: {
  store: Store;
  streams: Streams;
  master: Buffer;
  now: () => number;
  /** How far back viewers may go. */
  dvrMs?: number;
}) {
  const { store, streams, master, now, dvrMs = 0 } = needs;
  const kept = least + Math.ceil(dvrMs / shortestMs);
  const periods = new Map<string, Map<number, KeyPeriod>>();
  const newest = new Map<string, KeyPeriod>();

  function keep(stream: string, period: KeyPeriod): void {
    const known = periods.get(stream) ?? new Map<number, KeyPeriod>();
    periods.set(stream, known);
    known.set(period.n, period);
    known.delete(period.n - kept);
    newest.set(stream, period);
  }

  async function load(stream: string): Promise<void> {
    const rows = await store.db
      .selectFrom('key_periods')
      .selectAll()
      .where('stream', '=', stream)
      .orderBy('n', 'desc')
      .limit(kept)
      .execute();
    for (const row of rows.toReversed()) {
      keep(stream, { n: row.n, at: row.at, durationMs: row.duration_ms, cost: BigInt(row.cost) });
    }
  }

  for (const { id } of streams.all()) await load(id);

  /** Gives the stream's next key its number, length and cost; durable when it resolves. */
  async function open(stream: string, durationMs: number): Promise<number> {
    const cost = costOf(streams.get(stream).price, durationMs);
    const at = now();
    const n = await store.write(async (trx) => {
      const { next_key } = await trx
        .updateTable('streams')
        .set((eb) => ({ next_key: eb('next_key', '+', 1) }))
        .where('id', '=', stream)
        .returning('next_key')
        .executeTakeFirstOrThrow();
      const row = { stream, n: next_key - 1, at, duration_ms: durationMs, cost: cost.toString() };
      await trx.insertInto('key_periods').values(row).execute();
      return row.n;
    });
    keep(stream, { n, at, durationMs, cost });
    return n;
  }

  /** The 16 bytes of a key: HKDF-SHA-256 of the master secret, salted with the stream, for this number. */
  const bytes = (stream: string, n: number): Buffer =>
    Buffer.from(hkdfSync('sha256', master, `dtok stream ${stream}`, `aes-128 key ${n}`, 16));

  return {
    open,
    bytes,
    /** Of an earlier run too. */
    newest: (stream: string): KeyPeriod | undefined => newest.get(stream),
    period: (stream: string, n: number): KeyPeriod | undefined => periods.get(stream)?.get(n),
    /** Those that can be had, from one to another, in order. */
    between: (stream: string, from: number, to: number): KeyPeriod[] =>
      [...(periods.get(stream)?.values() ?? [])].filter(({ n }) => n >= from && n <= to),
  };
}
