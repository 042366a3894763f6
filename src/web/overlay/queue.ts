// Alerts one at a time, in order, with a gap; shorter when many wait.

/** How long an alert stands, in ms, when `waiting` others stand behind it. */
export function standMs(waiting: number): number {
  if (waiting >= 10) return 2500;
  return waiting >= 3 ? 4000 : 6000;
}

/** `show` puts one alert up for that long and resolves when it is gone again. */
export function createQueue<T>(needs: { show: (item: T, ms: number) => Promise<void>; gap: () => Promise<void> }) {
  const waiting: T[] = [];
  let running = false;

  async function run(): Promise<void> {
    if (running) return;
    running = true;
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      await needs.show(item, standMs(waiting.length));
      await needs.gap();
    }
    running = false;
  }

  return {
    add(item: T): void {
      waiting.push(item);
      void run();
    },
  };
}
