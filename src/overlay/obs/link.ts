// The connection to OBS that is always there again: tried for ever, ever more seldom, and told of as it comes and goes.
import type { Problem } from '../../vocabulary/problems.js';
import type { Dial, Line } from './dial.js';
import { dialTrouble, isFinal } from './troubles.js';

export type LinkState =
  | { is: 'connecting'; line: null; problem: Problem | null }
  | { is: 'connected'; line: Line; problem: null }
  | { is: 'waiting'; line: null; problem: Problem };

const firstWaitMs = 500;
const longestWaitMs = 15_000;

/** The wait before the next try after `failed` tries; spread, so that many do not come at once. */
export const waitMs = (failed: number, random: number): number =>
  Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(failed, 10)) * (0.75 + random / 2);

export type Link = ReturnType<typeof startLink>;

/** `first` is a line that is open already. */
export function startLink(needs: {
  address: string;
  password: string | null;
  dial: Dial;
  first?: Line;
  onState: (state: LinkState) => void;
}) {
  const { address, password, onState } = needs;
  let stopped = false;
  let state: LinkState = { is: 'connecting', line: null, problem: null };
  let wake = (): void => {};

  function set(next: LinkState): void {
    state = next;
    if (!stopped) onState(next);
  }

  const sleep = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  /** Resolves, when it is over, to why. */
  async function once(line: Line): Promise<Problem> {
    set({ is: 'connected', line, problem: null });
    return line.closed;
  }

  async function run(): Promise<void> {
    let line = needs.first ?? null;
    for (let failed = 0; !stopped; failed += 1) {
      let problem: Problem;
      try {
        line ??= await needs.dial(address, password);
        failed = 0;
        if (stopped) return line.hangUp();
        problem = await once(line);
      } catch (error) {
        problem = dialTrouble(error, address, password !== null);
      }
      line = null;
      if (stopped) return;
      set({ is: 'waiting', line: null, problem });
      if (isFinal(problem)) return;
      await sleep(waitMs(failed, Math.random()));
      if (!stopped) set({ is: 'connecting', line: null, problem });
    }
  }
  void run();

  return {
    state: () => state,
    stop(): void {
      stopped = true;
      wake();
      state.line?.hangUp();
    },
  };
}
