// Goals over HTTP.
import type { Goals } from '../goals/index.js';
import type { Shows } from '../stream/index.js';
import type { Handlers } from './mount.js';

type Names = 'getGoal' | 'setGoal' | 'clearGoal';

export function createGoalHandlers(needs: { goals: Goals; streams: Shows['streams'] }): Pick<Handlers, Names> {
  const { goals, streams } = needs;
  return {
    getGoal: async ({ params }) => ({ goal: goals.get(streams.get(params.stream).id) }),
    setGoal: async ({ params, body }) => goals.set(streams.get(params.stream).id, body),
    clearGoal: async ({ params }) => {
      await goals.clear(streams.get(params.stream).id);
      return { goal: null };
    },
  };
}
