// What goes on beside the taking of updates: a chat that has to wait its turn must not hold up the others.
import type { Logger } from '../../log.js';

export type Aside = ReturnType<typeof createAside>;

export function createAside(log: Logger) {
  const underWay = new Set<Promise<void>>();
  return {
    go(act: () => Promise<unknown>): void {
      const run: Promise<void> = act()
        .then(() => {})
        .catch((error) => log.warn({ err: error }, 'something could not be said in Telegram'))
        .finally(() => underWay.delete(run));
      underWay.add(run);
    },
    idle: async (): Promise<void> => void (await Promise.all(underWay)),
  };
}
