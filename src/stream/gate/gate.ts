// The gate: hands a key to whoever has paid for it, and charges each payer once for each key.
import { Problem } from '../../vocabulary/problems.js';
import type { Hex } from '../../vocabulary/values.js';
import type { KeyPeriod, Keys } from '../keys.js';
import type { Stream, Streams } from '../streams.js';
import { createComing, type Wait } from './coming.js';
import type { Charged, Had, Payer } from './had.js';
import type { Session, Sessions } from './sessions.js';

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
  }): Promise<Charged>;
  previewUsed(payer: Hex, stream: string): number;
}

/** A key to be paid for by a payment that comes with the request. */
export interface KeyWish {
  reason: string;
  stream: string;
  kind: 'watch';
  amount: bigint;
  durationMs: number;
  notBefore: number;
}

/** What became of such a payment; `headers` go with the answer. */
export type PaymentOutcome = { headers: Record<string, string> } & (
  | { kind: 'paid'; payer: Hex; purse: Readonly<Payer>; charged: bigint }
  | { kind: 'refunded'; body: unknown }
  | { kind: 'refused'; problem: Problem }
);

/** Whoever takes x402 payments, without a session; `wish` is null where no key is to be had. */
export type TakePayment = (request: { header: string; url: string; wish: KeyWish | null }) => Promise<PaymentOutcome>;

export interface KeyAnswer {
  key: Buffer;
  /** Null when the key was free. */
  purse: Readonly<Payer> | null;
  /** What this key cost this payer, base units. */
  charged: bigint;
  previewLeftMs: number;
}

/** Payers without a session whose visits are remembered. */
const mostVisits = 10_000;
/** Keys being charged at one time: what waits for a slow disk must fit into memory. */
const mostUnderWay = 5000;

/** Free while it fits into what is left of the stream's preview; then its cost. */
export function priceFor(period: KeyPeriod, previewMs: number, previewUsedMs: number) {
  const free = previewUsedMs + period.durationMs <= previewMs;
  return free ? ({ kind: 'preview', amount: 0n } as const) : ({ kind: 'watch', amount: period.cost } as const);
}

const reasonOf = (streamId: string, n: number): string => `watch/${streamId}/${n}`;

export type Gate = ReturnType<typeof createGate>;

export function createGate(needs: {
  streams: Streams;
  keys: Keys;
  sessions: Sessions;
  cashier: Cashier;
  now: () => number;
}) {
  const { streams, keys, sessions, cashier, now } = needs;
  const coming = createComing(needs);
  const derived = new WeakMap<KeyPeriod, Buffer>();
  let underWay = 0;

  /** Deriving a key takes as long as all else that a key request does. */
  function bytesOf(streamId: string, period: KeyPeriod): Buffer {
    const bytes = derived.get(period) ?? keys.bytes(streamId, period.n);
    derived.set(period, bytes);
    return bytes;
  }

  const previewLeft = (stream: Stream, payer: Hex): number =>
    stream.previewMs > 0 ? Math.max(0, stream.previewMs - cashier.previewUsed(payer, stream.id)) : 0;

  /** Who says nothing at all is told the price; who names a session that is not there, to open one. */
  function mustPay(streamId: string, n: number): Problem {
    streams.get(streamId);
    // Under number 0 there never is a key: it is where a channel can be refunded when all its keys are gone.
    return n === 0 || keys.period(streamId, n) ? new Problem('payment_needed') : new Problem('key_unknown');
  }

  /** Of a key that is not there: it may be the next, and be waited for. Problem: key_unknown. */
  async function periodOf(session: Session, streamId: string, n: number, wait: Wait | undefined): Promise<KeyPeriod> {
    const period = wait && (await coming.next(session, streamId, n, wait));
    if (!period) throw new Problem('key_unknown');
    return period;
  }

  function give(session: Session, stream: Stream, { period, charged }: Had): KeyAnswer {
    session.lastKey = now();
    const { purse, amount } = charged;
    const key = bytesOf(stream.id, period);
    return { key, purse, charged: amount, previewLeftMs: previewLeft(stream, session.payer) };
  }

  async function charge(session: Session, stream: Stream, period: KeyPeriod): Promise<KeyAnswer> {
    if (underWay >= mostUnderWay) throw new Problem('gate_busy');
    const { payer } = session;
    // Counted until it is charged, whoever still waits for it: who leaves and asks again does not pile up charges.
    underWay += 1;
    session.underWay += 1;
    try {
      const charged = await cashier.charge({
        payer,
        reason: reasonOf(stream.id, period.n),
        stream: stream.id,
        durationMs: period.durationMs,
        notBefore: period.at,
        ...priceFor(period, stream.previewMs, cashier.previewUsed(payer, stream.id)),
      });
      session.had = { period, charged };
      session.paidUntil = Math.max(session.paidUntil, period.at + period.durationMs);
      return give(session, stream, session.had);
    } finally {
      underWay -= 1;
      session.underWay -= 1;
    }
  }

  /** At once where the session had it last: what is charged stays charged. Throws and rejects with the Problems of `key`. */
  function ask(token: string | undefined, streamId: string, n: number, wait?: Wait): KeyAnswer | Promise<KeyAnswer> {
    if (token === undefined) throw mustPay(streamId, n);
    const session: Session | undefined = sessions.find(token);
    if (!session || session.stream !== streamId) throw new Problem('session_needed');
    if (!sessions.mayAsk(session)) throw new Problem('rate_limited');
    const stream = streams.get(streamId);
    const period = keys.period(streamId, n);
    if (!period) return periodOf(session, streamId, n, wait).then((next) => charge(session, stream, next));
    const { had } = session;
    return had?.period === period ? give(session, stream, had) : charge(session, stream, period);
  }

  /**
   * Problems: payment_needed, session_needed, rate_limited, unknown_stream, key_unknown, gate_busy, and those of the
   * cashier.
   */
  const key = async (...asked: Parameters<typeof ask>): Promise<KeyAnswer> => ask(...asked);

  /** Null when that key is not to be had. Problem: unknown_stream. */
  function wish(streamId: string, n: number): KeyWish | null {
    const { id: stream } = streams.get(streamId);
    const period = keys.period(stream, n);
    if (!period) return null;
    const { cost: amount, durationMs, at: notBefore } = period;
    return { reason: reasonOf(stream, n), stream, kind: 'watch', amount, durationMs, notBefore };
  }

  /** Whoever pays by the request is as much a viewer as who has a session: counted, and forgotten when gone. */
  const visits = new Map<string, string>();
  function visit(streamId: string, payer: Hex): void {
    const name = `${streamId}/${payer}`;
    let token = visits.get(name) ?? '';
    if (!sessions.find(token)) token = sessions.open(streamId, payer);
    visits.delete(name);
    visits.set(name, token);
    const session = sessions.find(token);
    if (session) session.lastKey = now();
    const oldest = visits.size > mostVisits ? visits.keys().next().value : undefined;
    if (oldest !== undefined) visits.delete(oldest);
  }

  /** Lets `take` have the payment that came with a request, and gives the key for it. Problems: gate_busy, unknown_stream. */
  async function buy(request: { header: string; url: string }, streamId: string, n: number, take: TakePayment) {
    if (underWay >= mostUnderWay) throw new Problem('gate_busy');
    underWay += 1;
    const outcome = await take({ ...request, wish: wish(streamId, n) }).finally(() => (underWay -= 1));
    if (outcome.kind !== 'paid') return outcome;
    visit(streamId, outcome.payer);
    return { ...outcome, key: keys.bytes(streamId, n) };
  }

  return {
    ask,
    key,
    buy,
    previewLeft,
    /** Whether this is the key that comes next, of a show that goes on: worth asking for again. */
    isNext: coming.isNext,
    /** The cost of a key, for a 402; the price of a key period when it is not known. */
    costOf: (streamId: string, n: number): bigint => keys.period(streamId, n)?.cost ?? 0n,
  };
}
