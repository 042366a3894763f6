// Rows of streams, their cams and their key periods. Amounts are base units as decimal text; times are ms since 1970.
import type { Generated } from 'kysely';

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
