// What a charge is asked for as, what it answers, and what it counts under.
import type { Trx } from '../store/index.js';
import type { ChargeRow } from '../store/rows/money.js';
import type { Hex } from '../vocabulary/values.js';
import type { Purse } from './purse.js';

/** What was taken for a reason; the same for every repeat of it. */
export interface Charge {
  /** The purse that paid; null for what was free. */
  readonly purse: Readonly<Purse> | null;
  readonly amount: bigint;
  /** Of a new charge that is paid for, as it is written: what claims it. */
  readonly settles?: Settles;
}

/** A charge is claimed on chain when its channel is claimed up to this. */
export interface Settles {
  /** That pays in the end. */
  readonly channel: Hex;
  /** All that was spent from it, this charge included. */
  readonly upTo: bigint;
}

export interface ChargeRequest {
  payer: Hex;
  /** Unique for this payer: `watch/<stream>/<key>`, `tip/<id>`. */
  reason: string;
  stream: string;
  kind: ChargeRow['kind'];
  amount: bigint;
  durationMs: number;
  /** Only this purse of his may pay. */
  from?: Hex;
  /** No charge for this reason can be older (ms): spares a look-up once the payer is warm. */
  notBefore?: number;
  /** Written in the same transaction. */
  also?: (trx: Trx, charge: Charge) => Promise<void>;
}

/** What a stream's earnings count it under: tips and votes are given, the rest is for watching. */
export const sideOf = (kind: ChargeRow['kind']): 'watched' | 'tipped' =>
  kind === 'tip' || kind === 'vote' ? 'tipped' : 'watched';
