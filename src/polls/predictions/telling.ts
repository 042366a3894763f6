// Who hears how a prediction stands, and how often: at once, then at most twice a second, and of the last change always.

const everyMs = 500;

export function createTelling(tell: (n: number) => void) {
  const resting = new Map<number, { timer: ReturnType<typeof setTimeout>; again: boolean }>();

  function rest(n: number): void {
    const timer = setTimeout(() => {
      const again = resting.get(n)?.again;
      resting.delete(n);
      if (again) now(n);
    }, everyMs);
    resting.set(n, { timer, again: false });
  }

  function now(n: number): void {
    tell(n);
    rest(n);
  }

  return {
    changed(n: number): void {
      const mine = resting.get(n);
      if (mine) mine.again = true;
      else now(n);
    },
    stop(): void {
      for (const { timer } of resting.values()) clearTimeout(timer);
      resting.clear();
    },
  };
}
