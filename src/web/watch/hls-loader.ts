// What every loader that hls.js is given has in common: one request, ended by an answer, a fault, or hls.js itself.
import type { HlsConfig, Loader, LoaderCallbacks, LoaderContext, LoaderStats } from 'hls.js';

const freshStats = (): LoaderStats => ({
  aborted: false,
  loaded: 0,
  retry: 0,
  total: 0,
  chunkCount: 0,
  bwEstimate: 0,
  loading: { start: performance.now(), first: 0, end: 0 },
  parsing: { start: 0, end: 0 },
  buffering: { start: 0, first: 0, end: 0 },
});

/** A loader class: `ask` gets the data, `read` notes in `stats` how it came and gives it as hls.js wants it. */
export function loaderFor<T>(needs: {
  ask: (context: LoaderContext, signal: AbortSignal) => Promise<T>;
  read: (got: T, context: LoaderContext, stats: LoaderStats) => string | ArrayBuffer;
  /** The HTTP status of a fault; 0 where there is none. */
  statusOf: (error: unknown) => number;
}): HlsConfig['loader'] {
  return class OneLoader implements Loader<LoaderContext> {
    context: LoaderContext | null = null;
    stats = freshStats();
    #controller = new AbortController();
    #callbacks: LoaderCallbacks<LoaderContext> | null = null;

    load(context: LoaderContext, _config: unknown, callbacks: LoaderCallbacks<LoaderContext>): void {
      this.context = context;
      this.#callbacks = callbacks;
      needs.ask(context, this.#controller.signal).then(
        (got) => this.#answer(context, got),
        (error: unknown) => this.#fail(context, error),
      );
    }

    #answer(context: LoaderContext, got: T): void {
      if (this.#controller.signal.aborted) return;
      const data = needs.read(got, context, this.stats);
      this.stats.loading.end = performance.now();
      this.#callbacks?.onSuccess({ url: context.url, data, code: 200 }, this.stats, context, null);
    }

    #fail(context: LoaderContext, error: unknown): void {
      if (this.#controller.signal.aborted) return;
      this.#callbacks?.onError({ code: needs.statusOf(error), text: String(error) }, context, null, this.stats);
    }

    abort(): void {
      if (this.#controller.signal.aborted) return;
      this.stats.aborted = true;
      this.#controller.abort();
      const { context } = this;
      if (context) this.#callbacks?.onAbort?.(this.stats, context, null);
    }

    destroy(): void {
      this.#controller.abort();
      this.#callbacks = null;
      this.context = null;
    }
  };
}
