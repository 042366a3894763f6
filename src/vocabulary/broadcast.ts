// What a page that broadcasts and the server say to each other: a hello first, then media in binary messages.
import { z } from 'zod';
import type { StreamState } from './streams.js';
import { StreamId } from './values.js';

/** What a recorder writes. */
export const Recording = z.object({
  container: z.enum(['webm', 'mp4']),
  video: z.enum(['h264', 'other']),
  audio: z.enum(['aac', 'other', 'none']),
  /** Its keyframes come about each second. */
  keyframes: z.boolean(),
});
export type Recording = z.infer<typeof Recording>;

const secret = z.string().min(1).max(200);

/** By a cam's stream key, which says where it belongs, or by the host's token. */
export const BroadcastHello = z.object({
  by: z.union([z.object({ key: secret }), z.object({ token: secret, stream: StreamId, cam: z.string().max(16) })]),
  /** The same for every connection of one page: it may take its own place again. */
  visit: z.string().min(8).max(64),
  recording: Recording,
});
export type BroadcastHello = z.infer<typeof BroadcastHello>;

export type BroadcastSaid =
  | { type: 'accepted'; stream: string; cam: string }
  /** Each second. */
  | { type: 'state'; state: z.infer<typeof StreamState>; received: number }
  /** The last word. `next`: whether it is of use to come again, or with pictures that the server encodes anew. */
  | { type: 'refused'; reason: string; next: 'stop' | 'again' | 'transcode' };
