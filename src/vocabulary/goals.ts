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

export const Span = z.enum(['show', 'today', 'all']);
export type Span = z.infer<typeof Span>;
export const LeaderboardQuery = z.object({
  span: Span.default('show').meta({ description: 'today is the UTC day' }),
  limit: z.coerce.number().int().min(1).max(100).default(10),
});
export const Leader = z
  .object({
    name: z.string().meta({ description: 'as last used; empty: without a name' }),
    amount: Amount,
    tips: z.number().int(),
  })
  .meta({ id: 'Leader' });
export type Leader = z.infer<typeof Leader>;
export const Leaderboard = z
  .object({ span: Span, since: Milliseconds, leaders: z.array(Leader), people: z.number().int() })
  .meta({ id: 'Leaderboard' });
export type Leaderboard = z.infer<typeof Leaderboard>;
