// Rows of goals and shows. Amounts are base units as decimal text; times are ms since 1970.
import type { Hex } from '../../vocabulary/values.js';

/** The one goal of a stream. */
export interface GoalRow {
  stream: string;
  title: string;
  amount: string;
  since: number;
  reached_at: number | null;
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
