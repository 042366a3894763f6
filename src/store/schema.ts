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
  /** No longer in use: cams have the keys. The stream's id. */
  stream_key: string;
  overlay_token: string;
  next_key: number;
  watched: string;
  tipped: string;
  created_at: number;
  /** 0: nobody may broadcast to it until it is started again. */
  open: Generated<number>;
  /** Where its communities are; empty: nowhere. */
  discord: Generated<string>;
  telegram: Generated<string>;
  /** When the next show is said to begin; null: nothing is said. */
  starts_at: Generated<number | null>;
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

export interface MetaRow {
  name: string;
  value: string;
}

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

/** A use of a command: begun, and once it is answered, that. */
export interface BotActRow {
  platform: 'discord' | 'telegram';
  id: string;
  /** JSON of the adapter: what to do again, and where to answer. */
  ask: string;
  answered: number;
  at: number;
}

/** A Discord server or a Telegram group; `each` null: it pays for no links. */
export interface BotCommunityRow {
  platform: 'discord' | 'telegram';
  id: string;
  title: string;
  each: string | null;
  days: number;
  daily: string | null;
  at: number;
  /** A Discord role that claimants must have. */
  role: string | null;
  hourly: string | null;
  member_days: Generated<number>;
  /** The show that commands here are about when none is named. */
  stream: string | null;
  /** The host's stream whose crew the moderators here are. */
  home: string | null;
  language: string | null;
  tip_least: string | null;
  tip_most: string | null;
  confirm_above: string | null;
}

/** A link that a community pays for; the account is the one whose key it has. */
export interface BotHandoutRow {
  platform: 'discord' | 'telegram';
  community: string;
  stream: string;
  account_platform: 'discord' | 'telegram';
  account: string;
  amount: string;
  at: number;
  name: Generated<string>;
  revoked_at: number | null;
}

/** A claim that waits for its draw. */
export interface BotQueueRow {
  platform: ChatPlatform;
  community: string;
  stream: string;
  account_platform: ChatPlatform;
  account: string;
  at: number;
  draw_at: number;
}

/** When an account was first seen here, in a community, or ('') at all. */
export interface BotSightRow {
  platform: ChatPlatform;
  user: string;
  community: string;
  at: number;
}

export interface BotHostRow {
  platform: ChatPlatform;
  user: string;
  name: string;
  at: number;
}

/** Where a community wants to hear that a stream is live. */
export interface BotAnnouncementRow {
  platform: ChatPlatform;
  community: string;
  stream: string;
  chat: string;
  thread: string | null;
  role: string | null;
  template: string;
  locale: string;
  at: number;
}

/** One announcement of one show; written before it is posted, and `message` after. */
export interface BotPostRow {
  id: Generated<number>;
  platform: ChatPlatform;
  community: string;
  stream: string;
  /** Of the feed: the `live` that it announces. */
  event: number;
  chat: string;
  thread: string | null;
  message: string | null;
  template: string;
  locale: string;
  started_at: number;
  ended_at: number | null;
  /** The last event of the feed that it has followed. */
  heard: number;
}

/** A message that is kept up to date with what it is of. */
export interface BotMessageRow {
  platform: ChatPlatform;
  chat: string;
  thread: string | null;
  message: string;
  kind: 'show' | 'poll' | 'prediction';
  of: string;
  locale: string;
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

/** What the overlay says about a tip, or as a test. */
export interface AlertRow {
  id: Generated<number>;
  stream: string;
  /** The number of the tip's event; null: a test. */
  event: number | null;
  payer: Hex | null;
  name: string;
  message: string;
  amount: string;
  at: number;
  state: 'waiting' | 'held' | 'showing' | 'shown' | 'skipped' | 'missed';
  /** Why it is held, was skipped, or waits again. */
  why: 'approval' | 'words' | 'link' | 'small' | 'muted' | 'host' | 'replay' | null;
  /** 0: goes before all with 1. */
  first: number;
  /** The alert that it is merged into. */
  with: number | null;
  /** Of its present or last time on stage: overlays put each up once. */
  showing: string | null;
  show_from: number | null;
  show_until: number | null;
  /** When an overlay first said that it stands. */
  shown_at: number | null;
  overlays: number;
  /** What claims its money: a channel, and how far it must be claimed; null: a test, or from before it was kept. */
  channel: Hex | null;
  up_to: string | null;
}

export interface AlertSettingsRow {
  stream: string;
  /** JSON. */
  settings: string;
  paused: number;
  /** When an overlay was last there. */
  overlay_seen: number;
}

export interface AlertMuteRow {
  stream: string;
  /** A payer's address or a chat account; all of that person is muted. */
  member: string;
  name: string;
  at: number;
}

/** The one goal of a stream. */
export interface GoalRow {
  stream: string;
  title: string;
  amount: string;
  since: number;
  reached_at: number | null;
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

/** A Telegram group became another chat; `apart`: that had begun as a community of its own before this was known. */
export interface BotMoveRow {
  was: string;
  became: string;
  apart: number;
  at: number;
}

/** A sound or picture that the host brought; its file is called as its id. */
export interface AssetRow {
  id: string;
  kind: 'sound' | 'picture';
  name: string;
  bytes: number;
  at: number;
}

/** A show: from when its stream goes on air until that is over, through losses and crashes. */
export interface ShowRow {
  stream: string;
  /** 1, 2, 3… of its stream. */
  n: number;
  title: string;
  began_at: number;
  /** Null while it goes on. */
  ended_at: number | null;
  /** The last event of the feed that it has followed. */
  heard: number;
  /** JSON of the stream's goal, as it was when the show was over. */
  goal: string | null;
  /** 1: `show_payers` is what it will stay. */
  counted: number;
}

/** The most viewers of a minute. */
export interface ShowMinuteRow {
  stream: string;
  show: number;
  /** When the minute began. */
  at: number;
  viewers: number;
}

/** What a payer was charged in a show: summed from the charges, once it is over. */
export interface ShowPayerRow {
  stream: string;
  show: number;
  payer: Hex;
  watched: string;
  watched_ms: number;
  tipped: string;
  voted: string;
  tips: number;
}

/** What of a stream's shows everybody may know. */
export interface ShowSettingsRow {
  stream: string;
  names: number;
  earnings: number;
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

/** One feed of a stream. */
export interface CamRow {
  stream: string;
  id: string;
  title: string;
  /** Null: revoked; nobody may broadcast to it until it is given another. */
  stream_key: string | null;
  created_at: number;
}

/** A stream key that was replaced or revoked, as SHA-256, so that whoever still uses it is told so. */
export interface RetiredStreamKeyRow {
  hash: string;
  stream: string;
  cam: string;
  at: number;
}

/** How a stream's overlay looks, JSON. */
export interface LookRow {
  stream: string;
  look: string;
}

/** The OBS of a stream; its password is in a file of its own. */
export interface ObsLinkRow {
  stream: string;
  /** Null: forgotten. */
  address: string | null;
  /** JSON. */
  allow: string;
  /** JSON: the scenes that are dTok's, each with its scene collection. */
  made: string;
  /** The number of the last event that rules were asked about, as far as it must be known. */
  handled: number;
}

/** `since`: it is for events after this number. */
export interface ObsRuleRow {
  id: Generated<number>;
  stream: string;
  /** JSON. */
  rule: string;
  since: number;
  fired_at: number | null;
  told_at: number | null;
  told_ok: number;
  told: string;
}

/** A rule has an event to act on; gone before it acts. */
export interface ObsDueRow {
  stream: string;
  n: number;
  rule: number;
  /** When it happened. */
  at: number;
  /** Of a tip: the alert whose turn on stage it waits for. */
  alert: number | null;
  /** JSON: what texts are filled with. */
  facts: string;
}

/** What a rule did for some time only. */
export interface ObsUndoRow {
  stream: string;
  what: string;
  at: number;
  /** JSON. */
  undo: string;
}

export interface Tables {
  streams: StreamRow;
  key_periods: KeyPeriodRow;
  channels: ChannelRow;
  purses: PurseRow;
  link_people: LinkPersonRow;
  charges: ChargeRow;
  tips: TipRow;
  events: EventRow;
  top_ups: TopUpRow;
  deposits: DepositRow;
  transactions: Omit<TransactionRow, 'id'> & { id: Generated<number> };
  chain_events: ChainEventRow;
  meta: MetaRow;
  chat_accounts: ChatAccountRow;
  chat_codes: ChatCodeRow;
  chat_links: ChatLinkRow;
  chat_payers: ChatPayerRow;
  chat_allowances: ChatAllowanceRow;
  chat_deposits: ChatDepositRow;
  chat_withdrawals: ChatWithdrawalRow;
  bot_acts: BotActRow;
  bot_communities: BotCommunityRow;
  bot_handouts: BotHandoutRow;
  holds: HoldRow;
  polls: Omit<PollRow, 'n'> & { n: Generated<number> };
  poll_votes: PollVoteRow;
  alerts: AlertRow;
  alert_settings: AlertSettingsRow;
  alert_mutes: AlertMuteRow;
  goals: GoalRow;
  bot_queue: BotQueueRow;
  bot_sights: BotSightRow;
  bot_hosts: BotHostRow;
  bot_host_codes: { hash: string; expires_at: number };
  /** Wrong codes. */
  bot_host_guesses: { platform: ChatPlatform; user: string; at: number };
  bot_announcements: BotAnnouncementRow;
  bot_posts: BotPostRow;
  bot_messages: BotMessageRow;
  predictions: Omit<PredictionRow, 'n'> & { n: Generated<number> };
  prediction_stakes: PredictionStakeRow;
  prediction_payouts: PredictionPayoutRow;
  bot_moves: BotMoveRow;
  assets: AssetRow;
  shows: ShowRow;
  show_minutes: ShowMinuteRow;
  show_payers: ShowPayerRow;
  show_settings: ShowSettingsRow;
  looks: LookRow;
  obs_links: ObsLinkRow;
  obs_rules: ObsRuleRow;
  obs_due: ObsDueRow;
  obs_undos: ObsUndoRow;
  cams: CamRow;
  retired_stream_keys: RetiredStreamKeyRow;
}
