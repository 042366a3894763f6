// The tables: one type per row. Amounts are base units as decimal text; times are ms since 1970.
import type { Generated } from 'kysely';
import type {
  BotActRow,
  BotAnnouncementRow,
  BotCommunityRow,
  BotHandoutRow,
  BotHostRow,
  BotMessageRow,
  BotMoveRow,
  BotPostRow,
  BotQueueRow,
  BotSightRow,
} from './rows/bots.js';
import type {
  ChatAccountRow,
  ChatAllowanceRow,
  ChatCodeRow,
  ChatDepositRow,
  ChatLinkRow,
  ChatPayerRow,
  ChatPlatform,
  ChatWithdrawalRow,
} from './rows/chat.js';
import type {
  ChainEventRow,
  ChannelRow,
  ChargeRow,
  DepositRow,
  HoldRow,
  LinkPersonRow,
  PurseRow,
  TipRow,
  TopUpRow,
  TransactionRow,
} from './rows/money.js';
import type {
  AlertMuteRow,
  AlertRow,
  AlertSettingsRow,
  AssetRow,
  LookRow,
  ObsDueRow,
  ObsLinkRow,
  ObsRuleRow,
  ObsUndoRow,
} from './rows/overlay.js';
import type { PollRow, PollVoteRow, PredictionPayoutRow, PredictionRow, PredictionStakeRow } from './rows/polls.js';
import type { GoalRow, ShowMinuteRow, ShowPayerRow, ShowRow, ShowSettingsRow } from './rows/shows.js';
import type { CamRow, KeyPeriodRow, RetiredStreamKeyRow, StreamRow } from './rows/streams.js';

export interface EventRow {
  n: Generated<number>;
  stream: string;
  type: string;
  data: string;
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
