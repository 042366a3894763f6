// The door of goals and of what is counted by shows. A goal: one of a stream, moved by tips and paid votes from when it was set on, and reached once.
import { sql } from 'kysely';
import type { Feed } from '../feed/index.js';
import type { Logger } from '../log.js';
import type { Store } from '../store/index.js';
import type { GoalRow } from '../store/rows/shows.js';
import { createTurns } from '../turns.js';
import type { Goal, GoalWish } from '../vocabulary/goals.js';
import { Problem } from '../vocabulary/problems.js';

export type { Leaderboards } from './leaderboard.js';
export { comesBackMs } from './show-rule.js';
export { createStandings, type Standings } from './standings.js';
export type { Summaries } from './summary.js';

/** A charge's time is taken a moment before it is on disk. */
const slackMs = 10_000;

interface Running extends Pick<GoalRow, 'title' | 'since' | 'reached_at'> {
  amount: bigint;
  /** What was charged before `to`, which nothing is added to any more. */
  settled: bigint;
  to: number;
  given: bigint;
}

export type Goals = Awaited<ReturnType<typeof openGoals>>;

export async function openGoals(needs: {
  store: Store;
  feed: Feed;
  /** It was set, moved, was reached or is gone. */
  onGoal: (stream: string, goal: Goal | null) => void;
  log: Logger;
  now?: () => number;
}) {
  const { store, feed, onGoal, log, now = Date.now } = needs;
  const goals = new Map<string, Running>();
  const turn = createTurns<string>();
  const waiting = new Set<string>();

  const begin = ({ title, amount, since, reached_at }: Omit<GoalRow, 'stream'>): Running => ({
    ...{ title, since, reached_at, amount: BigInt(amount), settled: 0n, to: since, given: 0n },
  });

  /** From the charges, so that nothing that was taken can be missed or counted twice. */
  async function sum(stream: string, goal: Running): Promise<void> {
    const to = Math.max(goal.to, now() - slackMs);
    const rows = await store.db
      .selectFrom('charges')
      .select(['amount', 'at'])
      .where('stream', '=', stream)
      .where('at', '>=', goal.to)
      .where(sql<boolean>`kind not in ('watch', 'preview')`)
      .execute();
    const total = (some: typeof rows): bigint => some.reduce((all, { amount }) => all + BigInt(amount), 0n);
    goal.settled += total(rows.filter(({ at }) => at < to));
    goal.given = goal.settled + total(rows.filter(({ at }) => at >= to));
    goal.to = to;
  }

  async function reach(stream: string, goal: Running): Promise<void> {
    const at = now();
    await store.write(async (trx) => {
      await trx.updateTable('goals').set({ reached_at: at }).where('stream', '=', stream).execute();
      const data = { title: goal.title, amount: `${goal.amount}` };
      await feed.append(trx, { stream, type: 'goal', data });
    });
    goal.reached_at = at;
    feed.announce();
  }

  async function look(stream: string): Promise<void> {
    waiting.delete(stream);
    const goal = goals.get(stream);
    if (!goal) return;
    await sum(stream, goal);
    if (goal.reached_at === null && goal.given >= goal.amount) await reach(stream, goal);
    onGoal(stream, get(stream));
  }

  function get(stream: string): Goal | null {
    const goal = goals.get(stream);
    if (!goal) return null;
    const { title, since, reached_at: reachedAt } = goal;
    return { title, since, reachedAt, amount: `${goal.amount}`, given: `${goal.given}` };
  }

  for (const row of await store.db.selectFrom('goals').selectAll().execute()) {
    goals.set(row.stream, begin(row));
    await look(row.stream);
  }

  return {
    get,
    /** Replaces the goal there was, and counts from now on. */
    set: (stream: string, { title, amount }: GoalWish): Promise<Goal> =>
      turn(stream, async () => {
        const row = { title, amount, since: now(), reached_at: null };
        await store.write(async (trx) => {
          await trx
            .insertInto('goals')
            .values({ stream, ...row })
            .onConflict((c) => c.column('stream').doUpdateSet(row))
            .execute();
        });
        goals.set(stream, begin(row));
        await look(stream);
        return get(stream) as Goal;
      }),
    /** Problem: no_goal. */
    clear: (stream: string): Promise<void> =>
      turn(stream, async () => {
        if (!goals.has(stream)) throw new Problem('no_goal');
        await store.write(async (trx) => void (await trx.deleteFrom('goals').where('stream', '=', stream).execute()));
        goals.delete(stream);
        onGoal(stream, null);
      }),
    /** Something was given: a tip or a paid vote. Many at once are looked at together. */
    moved(stream: string): void {
      if (!goals.has(stream) || waiting.has(stream)) return;
      waiting.add(stream);
      turn(stream, () => look(stream)).catch((error) =>
        log.error({ err: error, stream }, 'the goal could not be counted; it is with the next tip'),
      );
    },
    /** When all that has moved is counted. */
    idle: async (): Promise<void> => void (await Promise.all([...goals.keys()].map((id) => turn(id, async () => {})))),
  };
}
