// Shows on the wire: how one went, as everybody may see it and as its host does.
import { z } from 'zod';
import { Goal, Leader } from './goals.js';
import { PollKind, PollTally } from './polls.js';
import { PredictionState } from './predictions.js';
import { Amount, Milliseconds, StreamId } from './values.js';

export const ShowSettings = z
  .object({
    names: z.boolean().meta({ description: 'who tipped is named' }),
    earnings: z.boolean().meta({ description: 'what was earned in all is told' }),
  })
  .meta({ id: 'ShowSettings', description: 'what of a stream’s shows everybody may know' });
export type ShowSettings = z.infer<typeof ShowSettings>;
export const ShowSettingsPatch = ShowSettings.partial().meta({ id: 'ShowSettingsPatch' });

export const ShowEarnings = z
  .object({ watched: Amount, tipped: Amount, voted: Amount })
  .meta({ id: 'ShowEarnings', description: 'by watching, by tips, by paid votes' });
export type ShowEarnings = z.infer<typeof ShowEarnings>;

const show = {
  n: z.number().int().meta({ description: '1, 2, 3… of its stream' }),
  title: z.string(),
  beganAt: Milliseconds,
  endedAt: Milliseconds.nullable().meta({ description: 'null: it goes on' }),
  peak: z.number().int().meta({ description: 'the most viewers at once' }),
  people: z.number().int().meta({ description: 'who paid, however many accounts and links each has' }),
  tips: z.number().int(),
};
const WatchedMs = z.number().int().meta({ description: 'of all of them together, without free previews' });

export const ShowMinute = z.object({
  at: Milliseconds.meta({ description: 'when the minute began' }),
  viewers: z.number().int().meta({ description: 'the most in it' }),
  tips: z.number().int(),
});
export type ShowMinute = z.infer<typeof ShowMinute>;

export const ShowMessage = z.object({ name: z.string(), message: z.string(), amount: Amount, at: Milliseconds });
export type ShowMessage = z.infer<typeof ShowMessage>;

export const ShowPoll = z.object({
  question: z.string(),
  options: z.array(z.string()),
  votes: PollKind,
  tally: PollTally,
});
export type ShowPoll = z.infer<typeof ShowPoll>;

export const ShowPrediction = z.object({
  question: z.string(),
  options: z.array(z.string()),
  state: PredictionState,
  winner: z.number().int().nullable(),
  pot: Amount,
  totals: z.array(Amount),
  refunds: z.boolean(),
});
export type ShowPrediction = z.infer<typeof ShowPrediction>;

export const ShowSummary = z
  .object({
    stream: StreamId,
    ...show,
    host: z.string(),
    token: z.object({ symbol: z.string(), decimals: z.number().int() }),
    watchedMs: WatchedMs.nullable().meta({ description: 'null like `earned`: times the price, it is that' }),
    earned: ShowEarnings.nullable().meta({ description: 'null: the host does not tell' }),
    supporters: z.array(Leader).meta({ description: 'who tipped most' }),
    supportersInAll: z.number().int(),
    messages: z.array(ShowMessage).meta({ description: 'of the largest tips, as far as they were for the stage' }),
    polls: z.array(ShowPoll),
    predictions: z.array(ShowPrediction),
    goals: z.array(Goal.omit({ since: true })),
    minutes: z.array(ShowMinute),
    at: Milliseconds.meta({ description: 'the server’s time of this answer' }),
  })
  .meta({ id: 'ShowSummary' });
export type ShowSummary = z.infer<typeof ShowSummary>;

export const ShowLine = z.object({ ...show, watchedMs: WatchedMs, earned: ShowEarnings }).meta({ id: 'ShowLine' });
export type ShowLine = z.infer<typeof ShowLine>;
export const ShowList = z
  .object({ shows: z.array(ShowLine).meta({ description: 'newest first' }), settings: ShowSettings })
  .meta({ id: 'ShowList' });
export type ShowList = z.infer<typeof ShowList>;

export const ShowName = z.string().regex(/^(last|[1-9]\d{0,8})$/, 'a show is a number, or “last”');
export const HostShowQuery = z.object({
  table: z.enum(['people', 'minutes']).default('people').meta({ description: 'of the CSV' }),
  format: z.enum(['json', 'csv']).optional().meta({ description: 'goes before the Accept header' }),
});
