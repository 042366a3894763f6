// The gate: hands a key to whoever has paid for it, and charges each payer once for each key.
import { Problem } from '../../vocabulary/problems.js';
import type { Hex } from '../../vocabulary/values.js';
import type { KeyPeriod, Keys } from '../keys.js';
import type { Stream, Streams } from '../streams.js';
import type { Session, Sessions } from './sessions.js';

/** What the gate needs of a purse to tell its owner what he has left. */
export interface Payer {
  id: Hex;
  spent: bigint;
  authorized: bigint;
}

/** Whoever takes the money: idempotent by payer and reason, durable when it resolves, a Problem when it refuses. */
export interface Cashier {
  charge(request: {
    payer: Hex;
    reason: string;
    stream: string;
    kind: 'watch' | 'preview';
    amount: bigint;
    durationMs: number;
    notBefore: number;
  }): Promise<{ purse: Readonly<Payer> | null; amount: bigint }>;
  previewUsed(payer: Hex, stream: string): number;
}

export interface KeyAnswer {
  key: Buffer;
  /** Null when the key was free. */
  purse: Readonly<Payer> | null;
  /** What this key cost this payer, base units. */
  charged: bigint;
  previewLeftMs: number;
}

/** Free while it fits into what is left of the stream's preview; then its cost. */
export function priceFor(period: KeyPeriod, previewMs: number, previewUsedMs: number) {
  const free = previewUsedMs + period.durationMs <= previewMs;
  return free ? ({ kind: 'preview', amount: 0n } as const) : ({ kind: 'watch', amount: period.cost } as const);
}

export type Gate = ReturnType<typeof createGate>;

export function createGate(needs: {
  streams: Streams;
  keys: Keys;
  sessions: Sessions;
  cashier: Cashier;
  now: () => number;
}) {
  const { streams, keys, sessions, cashier, now } = needs;

  const previewLeft = (stream: Stream, payer: Hex): number =>
    Math.max(0, stream.previewMs - cashier.previewUsed(payer, stream.id));

  /** Problems: session_needed, rate_limited, unknown_stream, key_unknown, and those of the cashier. */
  async function key(token: string | undefined, streamId: string, n: number): Promise<KeyAnswer> {
    const session: Session | undefined = token ? sessions.find(token) : undefined;
    if (!session || session.stream !== streamId) throw new Problem('session_needed');
    if (!sessions.mayAsk(session)) throw new Problem('rate_limited');
    const stream = streams.get(streamId);
    const period = keys.period(streamId, n);
    if (!period) throw new Problem('key_unknown');
    const { payer } = session;
    const { purse, amount } = await cashier.charge({
      payer,
      reason: `watch/${streamId}/${n}`,
      stream: streamId,
      durationMs: period.durationMs,
      notBefore: period.at,
      ...priceFor(period, stream.previewMs, cashier.previewUsed(payer, streamId)),
    });
    session.lastKey = now();
    return { key: keys.bytes(streamId, n), purse, charged: amount, previewLeftMs: previewLeft(stream, payer) };
  }

  return {
    key,
    previewLeft,
    /** The cost of a key, for a 402; the price of a key period when it is not known. */
    costOf: (streamId: string, n: number): bigint => keys.period(streamId, n)?.cost ?? 0n,
  };
}
