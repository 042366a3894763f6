// Spans of time in words and figures, and waiting that can be called off.

/** `42 s`, `3:05 min`, `1:02:03 h`, `12 days` of a span in milliseconds. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number) => n.toString().padStart(2, '0');
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  if (h >= 48) return `${Math.floor(h / 24)} days`;
  if (h > 0) return `${h}:${two(m)}:${two(s)} h`;
  return m > 0 ? `${m}:${two(s)} min` : `${s} s`;
}

/** `just now`, `3 min ago`, `2 h ago`. */
export function ago(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h ago` : `${Math.floor(minutes / 1440)} days ago`;
}

/** Resolves after `ms`; rejects with the signal's reason when it aborts first. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}

/** Waiting times that double from `first` to at most `most`; `reset` after a success. */
export function backoff(first: number, most: number) {
  let next = first;
  return {
    next(): number {
      const now = next;
      next = Math.min(most, next * 2);
      return now;
    },
    reset(): void {
      next = first;
    },
  };
}
