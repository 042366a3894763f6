// Goals and leaderboards over HTTP.
import type { Goals, Leaderboards } from '../goals/index.js';
import type { Shows } from '../stream/index.js';
import type { Handlers } from './mount.js';

type Names = 'getGoal' | 'setGoal' | 'clearGoal' | 'getLeaderboard';

export function createGoalHandlers(needs: {
  goals: Goals;
  leaderboard: Leaderboards;
  streams: Shows['streams'];
}): Pick<Handlers, Names> {
  const { goals, leaderboard, streams } = needs;
  return {
    getGoal: async ({ params }) => ({ goal: goals.get(streams.get(params.stream).id) }),
    setGoal: async ({ params, body }) => goals.set(streams.get(params.stream).id, body),
    clearGoal: async ({ params }) => {
      await goals.clear(streams.get(params.stream).id);
      return { goal: null };
    },
    getLeaderboard: async ({ params, query }) => leaderboard(streams.get(params.stream).id, query.span, query.limit),
  };
}
