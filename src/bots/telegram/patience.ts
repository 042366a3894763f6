// Does what Telegram did not take at once again: when it says how long to wait, or was not there.
import { Refused, Unreached } from './api.js';
import { rest } from './rest.js';

const mostTries = 5;
const longestWaitS = 300;

/** Null: trying again would not help. */
function waitAfter(error: unknown, tries: number): number | null {
  if (error instanceof Unreached) return 500 * 2 ** tries;
  if (!(error instanceof Refused) || error.waitS === null) return null;
  return error.waitS <= longestWaitS ? error.waitS * 1000 : null;
}

export type Patiently = <T>(act: () => Promise<T>) => Promise<T>;

export const createPatience =
  (ending: AbortSignal): Patiently =>
  async (act) => {
    for (let tries = 1; ; tries++) {
      try {
        return await act();
      } catch (error) {
        const wait = waitAfter(error, tries);
        if (wait === null || tries === mostTries) throw error;
        await rest(wait, ending);
        if (ending.aborted) throw error;
      }
    }
  };
