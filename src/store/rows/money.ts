// Rows of money: channels, purses, charges, tips, and what was sent to the chain. Amounts are base units as decimal text; times are ms since 1970.
import type { Hex } from '../../vocabulary/values.js';

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
  /** The block at which it was read. */
  as_of: number;
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
  /** Watch links only. */
  expires_at: number | null;
  revoked_at: number | null;
}

/** Who has got his one link of a sponsor for a stream; written with the link itself. */
export interface LinkPersonRow {
  stream: string;
  /** The sponsor's address. */
  sponsor: Hex;
  person: string;
  purse: Hex;
}

/** What was taken, and why; a payer is charged once for a reason. */
export interface ChargeRow {
  payer: Hex;
  reason: string;
  purse: Hex | null;
  stream: string;
  kind: 'watch' | 'preview' | 'tip' | 'vote';
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

/** What the relayer sent, or is to send: kept before it is sent. */
export interface TransactionRow {
  id: number;
  /** What it does; of one name, one is under way at a time. */
  name: string;
  target: Hex;
  data: Hex;
  nonce: number;
  /** As last offered: signed, its gas limit, and wei for a unit of gas. */
  raw: Hex;
  gas: string;
  fee: string;
  tip: string;
  /** Of every offer, oldest first, with spaces between. */
  hashes: string;
  state: 'sent' | 'mined' | 'reverted' | 'lost';
  at: number;
  offered_at: number;
}

/** What the settlement contract told about channels that pay this host. */
export interface ChainEventRow {
  block: number;
  log_index: number;
  block_hash: Hex;
  tx: Hex;
  name: string;
  channel: Hex | null;
  /** Base units: what was deposited, claimed, settled, refunded or withdrawn. */
  amount: string;
  /** The block's own time, ms. */
  at: number;
}

/** An amount set aside in a purse: gone when it is charged, for the same reason, or let go. */
export interface HoldRow {
  payer: Hex;
  reason: string;
  purse: Hex;
  stream: string;
  kind: ChargeRow['kind'];
  amount: string;
  at: number;
}
