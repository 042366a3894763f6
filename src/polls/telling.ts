// Who hears of changes, and how often: at once, then at most twice a second for each poll, and of the last change always.

export const tellEveryMs = 500;

/** `tally` hears first, of polls that run. */
export function createTelling(tally: (poll: string) => void) {
  const listeners = new Set<(poll: string) => void>();
  const waiting = new Map<string, { timer: ReturnType<typeof setTimeout>; again: boolean }>();

  function tell(poll: string): void {
    tally(poll);
    for (const listener of listeners) listener(poll);
  }

  function rest(poll: string): void {
    const timer = setTimeout(() => {
      const again = waiting.get(poll)?.again;
      waiting.delete(poll);
      if (!again) return;
      tell(poll);
      rest(poll);
    }, tellEveryMs);
    waiting.set(poll, { timer, again: false });
  }

  return {
    changed(poll: string): void {
      const mine = waiting.get(poll);
      if (mine) {
        mine.again = true;
        return;
      }
      tell(poll);
      rest(poll);
    },
    /** It opened, or ended: told at once. */
    now(poll: string): void {
      clearTimeout(waiting.get(poll)?.timer);
      waiting.delete(poll);
      tell(poll);
    },
    onChange(listener: (poll: string) => void): () => void {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    stop(): void {
      for (const { timer } of waiting.values()) clearTimeout(timer);
      waiting.clear();
      listeners.clear();
    },
  };
}
