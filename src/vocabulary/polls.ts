// Polls on the wire: what one is asked for as, what it is, and how it stands.
import { z } from 'zod';
import { pollLimits } from './poll-limits.js';
import { Amount, IdempotencyId, Milliseconds, plainText, StreamId } from './values.js';

export const PollKind = z.enum(['free', 'extra', 'paid', 'quadratic']).meta({
  id: 'PollKind',
  description:
    'free: one vote for each person. extra: one free vote, and more at a price. paid: as much weight as was paid. ' +
    'quadratic: as much weight as the root of what a person paid for an option, in votes at the price',
});
export type PollKind = z.infer<typeof PollKind>;

const Text = (max: number, what: string) => plainText(max).refine((text) => text !== '', `${what} has no words`);

export const PollWish = z
  .object({
    id: IdempotencyId,
    question: Text(pollLimits.question, 'the question'),
    options: z.array(Text(pollLimits.option, 'an option')).min(pollLimits.options.least).max(pollLimits.options.most),
    durationMs: Milliseconds.min(pollLimits.durationMs.least).max(pollLimits.durationMs.most),
    votes: PollKind.default('free'),
    price: Amount.default('0').meta({ description: 'of one paid vote' }),
    change: z.boolean().default(true).meta({ description: 'a free vote may be changed until the poll closes' }),
    secret: z.boolean().default(false).meta({ description: 'nobody sees how it stands until it closes' }),
    minAgeDays: z
      .number()
      .int()
      .min(0)
      .max(pollLimits.ageDays)
      .optional()
      .meta({ description: 'only people with a chat account at least this old; quadratic: 30 unless set, at least 1' }),
  })
  .meta({ id: 'PollWish' });
export type PollWish = z.infer<typeof PollWish>;

export const TallyLine = z.object({
  votes: z.string().regex(/^\d+$/).meta({ description: 'the weight; of a paid poll in base units' }),
  voters: z.number().int(),
  value: Amount.meta({ description: 'what was paid for it' }),
});
export const PollTally = z
  .object({
    voters: z.number().int(),
    value: Amount,
    lines: z.array(TallyLine).meta({ description: 'by option; empty while the poll is secret' }),
    leaders: z.array(z.number().int()).meta({ description: 'the options with most votes: several are a tie' }),
  })
  .meta({ id: 'PollTally' });
export type PollTally = z.infer<typeof PollTally>;

export const PollState = z.enum(['open', 'closing', 'closed', 'cancelling', 'cancelled']);

/** What a poll is: the same from its opening to its end. */
const definition = {
  id: z.string(),
  stream: StreamId,
  question: z.string(),
  options: z.array(z.string()),
  votes: PollKind,
  price: Amount,
  change: z.boolean(),
  secret: z.boolean(),
  minAgeDays: z.number().int(),
  openedAt: Milliseconds,
  closesAt: Milliseconds,
};
export const PollDefinition = z.object(definition).meta({ id: 'PollDefinition' });
export type PollDefinition = z.infer<typeof PollDefinition>;

export const PollView = z
  .object({
    ...definition,
    state: PollState,
    endedAt: Milliseconds.nullable(),
    at: Milliseconds.meta({ description: 'the server’s time of this answer: it closes in `closesAt - at`' }),
    tally: PollTally,
  })
  .meta({ id: 'PollView' });
export type PollView = z.infer<typeof PollView>;

/** Told on following: the poll that runs or has ended lately, as of event `n`; what earlier events said of polls is old. */
export interface PollMessage {
  poll: PollView | null;
  n: number;
}

/** Pushed while a poll runs, unnumbered: only the newest matters. */
export interface TallyMessage {
  poll: string;
  at: number;
  tally: PollTally;
}

export const OwnVote = z
  .object({
    free: z.number().int().nullable().meta({ description: 'the option of the free vote that counts' }),
    paid: z.array(Amount).meta({ description: 'what was paid, by option' }),
  })
  .meta({ id: 'OwnVote', description: 'of the person, over all linked accounts' });
export type OwnVote = z.infer<typeof OwnVote>;

export const VoteRequest = z
  .object({
    id: IdempotencyId,
    option: z
      .number()
      .int()
      .min(0)
      .max(pollLimits.options.most - 1),
    amount: Amount.default('0').meta({ description: '0: the free vote' }),
  })
  .meta({ id: 'VoteRequest' });

export const PollVoteLine = z
  .object({
    n: z.number().int(),
    at: Milliseconds,
    person: z.string().meta({ description: 'a number for this poll alone, in the order of their first votes' }),
    option: z.number().int(),
    amount: Amount,
    state: z.enum(['free', 'held', 'charged', 'lapsed', 'released']),
  })
  .meta({ id: 'PollVoteLine' });
export type PollVoteLine = z.infer<typeof PollVoteLine>;
