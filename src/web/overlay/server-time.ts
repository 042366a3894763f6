// The server's clock, as an overlay knows it: measured there and back, so that a wrong clock here changes nothing.

export type ServerTime = ReturnType<typeof createServerTime>;

/** `ticks` never jump, as `performance.now`; `ask` says what the server's clock shows. */
export function createServerTime(needs: { ask: () => Promise<number>; ticks: () => number; wall: () => number }) {
  const { ask, ticks, wall } = needs;
  let ahead = wall() - ticks();
  let measured = false;

  async function sample(): Promise<{ ahead: number; took: number }> {
    const asked = ticks();
    const server = await ask();
    const heard = ticks();
    return { ahead: server - (asked + heard) / 2, took: heard - asked };
  }

  return {
    now: (): number => ticks() + ahead,
    /** The quickest of a few answers is the truest. */
    async measure(samples = 3): Promise<void> {
      let best = await sample();
      for (let i = 1; i < samples; i++) {
        const next = await sample();
        if (next.took < best.took) best = next;
      }
      ahead = best.ahead;
      measured = true;
    },
    /** The server's clock showed this when it said something that is heard now: it cannot be earlier. */
    atLeast(server: number): void {
      const least = server - ticks();
      if (!measured || least > ahead) ahead = least;
    },
  };
}
