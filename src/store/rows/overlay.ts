// Rows of what stands on stream: alerts, looks, OBS. Amounts are base units as decimal text; times are ms since 1970.
import type { Generated } from 'kysely';
import type { Hex } from '../../vocabulary/values.js';

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

/** A sound or picture that the host brought; its file is called as its id. */
export interface AssetRow {
  id: string;
  kind: 'sound' | 'picture';
  name: string;
  bytes: number;
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
