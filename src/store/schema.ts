// The tables: one type per row. Amounts are base units as decimal text; times are ms since 1970.
import type { Generated } from 'kysely';
import type { Hex } from '../vocabulary/values.js';

export interface StreamRow {
  id: string;
  title: string;
  price: string;
  preview_ms: number;
  key_period_ms: number;
  min_tip: string;
  media_base: string;
  stream_key: string;
  overlay_token: string;
  next_key: number;
  watched: string;
  tipped: string;
  created_at: number;
}

/** One per key: what it unlocks and what it costs. Written before the segment is published. */
export interface KeyPeriodRow {
  stream: string;
  n: number;
  at: number;
  duration_ms: number;
  cost: string;
}

export interface ChannelRow {
  id: Hex;
  payer: Hex;
  payer_authorizer: Hex;
  receiver: Hex;
  receiver_authorizer: Hex;
  token: Hex;
  withdraw_delay: number;
  salt: Hex;
  /** As last seen on chain. */
  balance: string;
  claimed: string;
  withdrawing: string;
  withdraw_at: number;
  created_at: number;
}

export interface PurseRow {
  id: Hex;
  kind: 'channel' | 'pass';
  signer: Hex;
  /** The channel that pays in the end: itself, or the sponsor's. */
  channel: Hex;
  stream: string | null;
  credit: string;
  authorized: string;
  spent: string;
  /** By `signer` over `authorized`. */
  signature: Hex | null;
  closing: number;
  label: string;
  created_at: number;
}

/** What was taken, and why; a payer is charged once for a reason. */
export interface ChargeRow {
  payer: Hex;
  reason: string;
  purse: Hex | null;
  stream: string;
  kind: 'watch' | 'preview' | 'tip';
  amount: string;
  duration_ms: number;
  at: number;
}

export interface TipRow {
  payer: Hex;
  id: string;
  stream: string;
  purse: Hex;
  amount: string;
  name: string;
  message: string;
  at: number;
  event: number;
}

export interface EventRow {
  n: Generated<number>;
  stream: string;
  type: string;
  data: string;
  at: number;
}

export interface TopUpRow {
  id: string;
  purse: Hex;
  amount: string;
  at: number;
}

export interface DepositRow {
  nonce: Hex;
  channel: Hex;
  amount: string;
  tx: string;
  at: number;
}

/** What settlement did: claims and refunds by channel, settlements by receiver. */
export interface SettlementRow {
  id: Generated<number>;
  kind: 'claim' | 'refund' | 'settle';
  channel: Hex | null;
  recipient: Hex;
  amount: string;
  tx: string;
  at: number;
}

export interface MetaRow {
  name: string;
  value: string;
}

export interface Tables {
  streams: StreamRow;
  key_periods: KeyPeriodRow;
  channels: ChannelRow;
  purses: PurseRow;
  charges: ChargeRow;
  tips: TipRow;
  events: EventRow;
  top_ups: TopUpRow;
  deposits: DepositRow;
  settlements: SettlementRow;
  meta: MetaRow;
}
