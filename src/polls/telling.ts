// Who hears of changes, and how often: at once, then at most twice a second for each poll or prediction, and of the last change always.

export const tellEveryMs = 500;

/** `first` hears before the listeners. */
export function createTelling<Id>(first: (id: Id) => void) {
  const listeners = new Set<(id: Id) => void>();
  const waiting = new Map<Id, { timer: ReturnType<typeof setTimeout>; again: boolean }>();

  function tell(id: Id): void {
    first(id);
    for (const listener of listeners) listener(id);
  }

  function rest(id: Id): void {
    const timer = setTimeout(() => {
      const again = waiting.get(id)?.again;
      waiting.delete(id);
      if (!again) return;
      tell(id);
      rest(id);
    }, tellEveryMs);
    waiting.set(id, { timer, again: false });
  }

  return {
    changed(id: Id): void {
      const mine = waiting.get(id);
      if (mine) {
        mine.again = true;
        return;
      }
      tell(id);
      rest(id);
    },
    /** It opened, or ended: told at once. */
    now(id: Id): void {
      clearTimeout(waiting.get(id)?.timer);
      waiting.delete(id);
      tell(id);
    },
    onChange(listener: (id: Id) => void): () => void {
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
