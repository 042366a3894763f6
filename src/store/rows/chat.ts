// Rows of chat purses. Amounts are base units as decimal text; times are ms since 1970.
import type { Hex } from '../../vocabulary/values.js';

export type ChatPlatform = 'discord' | 'telegram';

/** A chat account with a purse; its key is derived, never stored. */
export interface ChatAccountRow {
  platform: ChatPlatform;
  /** The platform's number for the user. */
  user: string;
  /** Of the purse's key. */
  address: Hex;
  /** Both null: the installation's own caps. */
  per_command: string | null;
  per_day: string | null;
  /** Until when tokens that arrive at the address are looked for. */
  watch_until: number;
  created_at: number;
}

/** The one code of an account that a page may answer, as a hash. */
export interface ChatCodeRow {
  platform: ChatPlatform;
  user: string;
  hash: string;
  /** What the page calls the account. */
  shown_as: string;
  expires_at: number;
}

/** A chat account and a page's key that are one person; with a channel, what the account may spend from it. */
export interface ChatLinkRow {
  platform: ChatPlatform;
  user: string;
  payer: Hex;
  code: string;
  channel: Hex | null;
  /** As signed: the mandate's limit, '0' without one. */
  amount: string;
  signature: Hex | null;
  at: number;
}

/** A key that a link was handed out for in chat. */
export interface ChatPayerRow {
  payer: Hex;
  platform: ChatPlatform;
  user: string;
  at: number;
}

/** What a sponsor allows an account for a stream; written before its purse is made. */
export interface ChatAllowanceRow {
  stream: string;
  platform: ChatPlatform;
  user: string;
  channel: Hex;
  amount: string;
  at: number;
  revoked_at: number | null;
}

/** A deposit that is under way from an account's address into its channel: the signed x402 request. */
export interface ChatDepositRow {
  address: Hex;
  request: string;
  at: number;
}

export interface ChatWithdrawalRow {
  address: Hex;
  id: string;
  recipient: Hex;
  /** Its channels are being closed; what they gave is being sent on; over. */
  state: 'closing' | 'paying' | 'paid' | 'failed';
  /** Known from 'paying' on. */
  amount: string;
  /** Of the signed transfer, seconds. */
  valid_before: number;
  tx: string;
  /** Why it failed. */
  reason: string;
  at: number;
}
