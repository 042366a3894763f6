// Rows of polls and predictions. Amounts are base units as decimal text; times are ms since 1970.
import type { Hex } from '../../vocabulary/values.js';

export interface PollRow {
  n: number;
  /** Chosen by who opens it; the same one again is the same poll. */
  key: string;
  stream: string;
  question: string;
  /** JSON: a list of texts. */
  options: string;
  votes: 'free' | 'extra' | 'paid' | 'quadratic';
  /** Of a vote that is paid for; '0' where none is. */
  price: string;
  change: number;
  secret: number;
  min_age_days: number;
  /** `closing` and `cancelling`: no more votes; what is held is being taken, or let go. */
  state: 'open' | 'closing' | 'closed' | 'cancelling' | 'cancelled';
  opened_at: number;
  closes_at: number;
  ended_at: number | null;
  /** JSON of the tally, once it is closed. */
  result: string | null;
}

export interface PollVoteRow {
  /** In the order in which they count. */
  n: number;
  poll: number;
  /** `discord:7`, `telegram:7`, or a page's key. */
  voter: string;
  /** The voter's own, once for each vote. */
  id: string;
  option: number;
  /** '0' for a free one. */
  amount: string;
  /** Who is charged; null for a free one. */
  payer: Hex | null;
  state: 'free' | 'held' | 'charged' | 'lapsed' | 'released';
  /** Whom it was counted as, once the poll is closed. */
  person: string | null;
  at: number;
}

/** `totals` and `stakes` are the contract's, as last seen. */
export interface PredictionRow {
  n: number;
  key: string;
  stream: string;
  market: Hex;
  question: string;
  /** JSON. */
  options: string;
  /** JSON of the contract's terms. */
  terms: string;
  /** A chat account's name, or 'host'. */
  opener: string;
  state: 'opening' | 'open' | 'locked' | 'resolved' | 'paying' | 'paid' | 'cancelled' | 'refunded' | 'failed';
  /** JSON: base units by option. */
  totals: string;
  stakes: number;
  winner: number | null;
  final_at: number | null;
  opened_at: number;
}

/** A stake that came by this server: wanted until the contract has recorded it. */
export interface PredictionStakeRow {
  payer: Hex;
  id: string;
  prediction: number;
  /** A chat account's name, or a page's payer. */
  member: string;
  option: number;
  amount: string;
  channel: Hex;
  /** JSON of what a page signed; null: a chat purse signs here. */
  signed: string | null;
  state: 'wanted' | 'placed' | 'failed';
  tx: string;
  at: number;
}

/** What a prediction gave an address: its winnings, or its stakes back. */
export interface PredictionPayoutRow {
  prediction: number;
  payer: Hex;
  amount: string;
  /** 0: the token refused it. */
  paid: number;
  at: number;
}
