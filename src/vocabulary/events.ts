// What a room may hear: the numbered events of the feed, and the messages on the socket around them.
import { z } from 'zod';
import type { Receipt } from './alert-looks.js';
import type { Seen, Showing } from './alerts.js';
import { type Goal, type Leaderboard, Span } from './goals.js';
import type { Look } from './looks.js';
import { PollDefinition, type PollMessage, PollTally, type TallyMessage } from './polls.js';
import { type OddsMessage, type PredictionMessage, PredictionView } from './predictions.js';
import type { TickerItem } from './ticker.js';
import { Amount, Bytes32, Milliseconds, StreamId } from './values.js';

const numbered = { n: z.number().int().positive(), stream: StreamId, at: Milliseconds };

export const TipEvent = z.object({
  ...numbered,
  type: z.literal('tip'),
  data: z.object({ id: z.string(), name: z.string(), message: z.string(), amount: Amount }),
});
export const LiveEvent = z.object({ ...numbered, type: z.literal('live'), data: z.object({}) });
export const EndedEvent = z.object({ ...numbered, type: z.literal('ended'), data: z.object({}) });
/** The stream's settings changed: title, price per second, free preview. */
export const ChangedEvent = z.object({
  ...numbered,
  type: z.literal('changed'),
  data: z.object({ title: z.string(), price: Amount, previewMs: Milliseconds }),
});
/** A poll began, or ended; a closed one tells its result. */
export const PollEvent = z.object({
  ...numbered,
  type: z.literal('poll'),
  data: z.object({
    state: z.enum(['opened', 'closed', 'cancelled']),
    poll: PollDefinition,
    result: PollTally.nullable(),
  }),
});
export type PollEvent = z.infer<typeof PollEvent>;

/** The goal of the stream was reached. */
export const GoalEvent = z.object({
  ...numbered,
  type: z.literal('goal'),
  data: z.object({ title: z.string(), amount: Amount }),
});

/** A prediction came a step further; `resolved` again: the result was corrected. */
export const PredictionEvent = z.object({
  ...numbered,
  type: z.literal('prediction'),
  data: z.object({
    what: z.enum(['opened', 'locked', 'resolved', 'cancelled', 'paid']),
    prediction: PredictionView,
  }),
});
export type PredictionEvent = z.infer<typeof PredictionEvent>;

/** An entry of the feed. `n` rises over all streams; a reader shows each `n` once. */
export const FeedEvent = z.discriminatedUnion('type', [
  TipEvent,
  LiveEvent,
  EndedEvent,
  ChangedEvent,
  PollEvent,
  GoalEvent,
  PredictionEvent,
]);
export type FeedEvent = z.infer<typeof FeedEvent>;
export type FeedEventType = FeedEvent['type'];

/** What a purse is worth now, as its page may know it. */
export const PurseState = z
  .object({
    id: Bytes32,
    kind: z.enum(['channel', 'pass']),
    limit: Amount,
    authorized: Amount,
    spent: Amount,
    held: Amount.optional().meta({ description: 'set aside for votes of polls that run; absent: nothing' }),
  })
  .meta({ id: 'PurseState' });
export type PurseState = z.infer<typeof PurseState>;

/** Sent by a reader: which stream, and the last event it has shown (absent: from now on). */
export const Follow = z.object({
  stream: StreamId,
  after: z.number().int().nonnegative().optional(),
  /** The overlay's token; needed only to be counted as an overlay. */
  overlay: z.string().max(64).optional(),
  /** What an overlay shows, whatever the stream's look has on; with `alerts`, the queue waits for it. */
  parts: z.array(z.string().max(20)).max(20).optional(),
  /** Which leaderboard, of an overlay with one; the show's unless said otherwise. */
  board: Span.optional(),
  /** A viewer's session: its purses' states are pushed here. */
  session: z.string().max(64).optional(),
});
export type Follow = z.infer<typeof Follow>;

export type FollowAnswer = { ok: true; last: number } | { ok: false; code: string; detail: string };

/** A tip that everybody may see: what the host set for alerts lets its name and message through. */
export interface AiredTip {
  /** The number of its event. */
  n: number;
  at: number;
  name: string;
  message: string;
  amount: string;
}

export interface ClientToServer {
  follow: (follow: Follow, answer: (a: FollowAnswer) => void) => void;
  /** What the server's clock says, ms: an overlay measures how far its own is off. */
  clock: (answer: (now: number) => void) => void;
}

export interface ServerToClient {
  event: (event: FeedEvent) => void;
  /** A purse of this session changed by something other than its own request (top-up, refund). */
  purse: (state: PurseState) => void;
  /** On following, before any `tally`. */
  poll: (now: PollMessage) => void;
  /** How the running poll stands, at most twice a second. */
  tally: (tally: TallyMessage) => void;
  /** On following, before any `odds`. */
  prediction: (now: PredictionMessage) => void;
  /** How an open prediction stands, at most twice a second. */
  odds: (odds: OddsMessage) => void;
  /** To who is no overlay: on following the newest ones, then, `now`, each as it comes or is approved. */
  tips: (tips: AiredTip[], now: boolean) => void;
  /** How many watch now. */
  viewers: (count: number) => void;
  /** To overlays with alerts: put it up, once, until its time is over; `now` is the server's clock. */
  show: (showing: Showing & { now: number }, seen: (what: Seen) => void) => void;
  /** Take it down now, should it stand. */
  hide: (showing: string) => void;
  /** The money behind a showing came further. */
  receipt: (showing: string, receipt: Receipt) => void;
  /** To overlays: how they look from now on. */
  look: (look: Look) => void;
  /** The stream's goal; null: none. */
  goal: (goal: Goal | null) => void;
  /** To overlays with it. */
  leaderboard: (board: Leaderboard) => void;
  /** To overlays with a ticker: all that is on it now, newest first. */
  ticker: (items: TickerItem[]) => void;
  /** To overlays that say how many watch, on following: since when it is on air, null: it is not. Events tell the rest. */
  onAir: (since: number | null) => void;
  /** To overlays with a QR code. */
  watchUrl: (url: string) => void;
}
