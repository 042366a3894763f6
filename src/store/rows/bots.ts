// Rows of the bots: what they did, posted and owe. Amounts are base units as decimal text; times are ms since 1970.
import type { Generated } from 'kysely';
import type { ChatPlatform } from './chat.js';

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

/** A Telegram group became another chat; `apart`: that had begun as a community of its own before this was known. */
export interface BotMoveRow {
  was: string;
  became: string;
  apart: number;
  at: number;
}
