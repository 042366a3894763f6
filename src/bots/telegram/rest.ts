// Waits that may be cut short.

/** Resolves after so many ms, or at once when `ending` does. */
export function rest(ms: number, ending: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      ending.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    ending.addEventListener('abort', done);
    if (ending.aborted) done();
  });
}
