// The server's process as something that can die: at any call of its store or its chain, between any two awaits.
import type { Trace } from '../trace.js';

export type Process = ReturnType<typeof createProcess>;

/** One life of the server. After its death nothing that it waited for ever comes. */
export function createProcess(life: number, trace: Trace) {
  let alive = true;
  let countdown = Number.POSITIVE_INFINITY;

  return {
    life,
    alive: () => alive,
    /** False when the server is dead, or dies here. */
    point(where: string): boolean {
      if (!alive) return false;
      countdown -= 1;
      if (countdown > 0) return true;
      alive = false;
      trace.say(`the server is killed: ${where}`);
      return false;
    },
    /** It will die at its `calls`-th call from now. */
    dieAfter(calls: number): void {
      countdown = calls;
    },
    kill(): void {
      alive = false;
    },
  };
}
