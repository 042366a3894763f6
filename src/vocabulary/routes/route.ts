// What a route says of itself, and the parameters that several of them have in their path.
import { z } from 'zod';
import { Bytes32, StreamId } from '../values.js';

export interface Route {
  method: 'get' | 'post' | 'patch';
  /** OpenAPI form: `/api/streams/{stream}`. */
  path: string;
  summary: string;
  /** Who may: anyone, the holder of a session token, the host. */
  who: 'anyone' | 'session' | 'host';
  params?: z.ZodObject;
  query?: z.ZodObject;
  /** Its body may be megabytes. */
  large?: true;
  /** Answers `text/csv` too, to whoever asks for it. */
  csv?: true;
  body?: z.ZodType;
  /** Its body is a file of at most so many bytes, whatever it is sent as. */
  file?: number;
  answer: z.ZodType;
}

export const stream = z.object({ stream: StreamId });
export const camOfStream = z.object({ stream: StreamId, cam: z.string().max(16) });
export const poll = z.object({ poll: z.string().regex(/^\d{1,15}$/, 'a poll’s id is a number') });
export const prediction = z.object({ prediction: z.string().regex(/^\d{1,15}$/, 'a prediction’s id is a number') });
export const purse = z.object({ purse: Bytes32 });
