// Goals and leaderboards on the wire.
import { z } from 'zod';
import { Amount, Milliseconds, plainText } from './values.js';

export const Goal = z
  .object({
    title: z.string(),
    amount: Amount,
    given: Amount.meta({ description: 'tips and paid votes since it was set' }),
    since: Milliseconds,
    reachedAt: Milliseconds.nullable(),
  })
  .meta({ id: 'Goal' });
export type Goal = z.infer<typeof Goal>;
export const GoalWish = z
  .object({
    title: plainText(80),
    amount: Amount.refine((amount) => amount !== '0', 'a goal is more than nothing'),
  })
  .meta({ id: 'GoalWish' });
export type GoalWish = z.infer<typeof GoalWish>;

export const Span = z.enum(['show', 'hour', 'today', 'all']);
export type Span = z.infer<typeof Span>;
const limit = z.coerce.number().int().min(1).max(100).default(10);
const format = z.enum(['json', 'csv']).optional().meta({ description: 'goes before the Accept header' });
export const LeaderboardQuery = z.object({
  span: Span.default('show').meta({ description: 'hour: the last 60 minutes; today is the UTC day' }),
  limit,
  format,
});
export type LeaderboardQuery = z.infer<typeof LeaderboardQuery>;
export const Leader = z
  .object({
    name: z.string().meta({ description: 'as last used; empty: without a name' }),
    amount: Amount,
    tips: z.number().int(),
    streak: z.number().int().optional().meta({ description: 'shows in a row; absent: less than two' }),
  })
  .meta({ id: 'Leader' });
export type Leader = z.infer<typeof Leader>;
export const Leaderboard = z
  .object({ span: Span, since: Milliseconds, leaders: z.array(Leader), people: z.number().int() })
  .meta({ id: 'Leaderboard' });
export type Leaderboard = z.infer<typeof Leaderboard>;

export const StreaksQuery = z.object({ limit, format });
export const Streak = z
  .object({
    name: z.string().meta({ description: 'as last used with a tip; empty: without a name' }),
    shows: z.number().int().meta({ description: 'shows in a row, two at least' }),
    here: z.boolean().meta({ description: 'was there in the last one already' }),
  })
  .meta({ id: 'Streak' });
export type Streak = z.infer<typeof Streak>;
export const Streaks = z
  .object({
    show: z.number().int().nullable().meta({ description: 'the last show that counts: five minutes long at least' }),
    streaks: z.array(Streak).meta({ description: 'longest first' }),
    people: z.number().int(),
  })
  .meta({ id: 'Streaks' });
export type Streaks = z.infer<typeof Streaks>;
