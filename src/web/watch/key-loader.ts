// The hls.js loader for keys: takes the key's number from any host's URI and asks our own gate.
import type { HlsConfig, Loader, LoaderCallbacks, LoaderContext, LoaderStats } from 'hls.js';
import { Refusal } from '../shared/api.js';
import type { Gate } from './gate.js';

/** `/keys/<stream>/<n>` of a key URI, wherever the playlist came from; `null` when it is none. */
export function keyPath(uri: string): string | null {
  const match = /\/keys\/([a-z0-9][a-z0-9-]{0,31})\/(\d{1,16})(?:[?#]|$)/.exec(uri);
  return match ? `/keys/${match[1]}/${match[2]}` : null;
}

export const freshStats = (): LoaderStats => ({
  aborted: false,
  loaded: 0,
  retry: 0,
  total: 16,
  chunkCount: 0,
  bwEstimate: 0,
  loading: { start: performance.now(), first: 0, end: 0 },
  parsing: { start: 0, end: 0 },
  buffering: { start: 0, first: 0, end: 0 },
});

/** Keys kept, so that another cam, or a new start, asks for none twice. */
const mostKept = 40;

function keepKeys(gate: Pick<Gate, 'key'>): Gate['key'] {
  const kept = new Map<string, ArrayBuffer>();
  return async (path, signal) => {
    const known = kept.get(path);
    if (known) return known.slice(0);
    const key = await gate.key(path, signal);
    kept.set(path, key);
    const oldest = kept.size > mostKept ? kept.keys().next().value : undefined;
    if (oldest !== undefined) kept.delete(oldest);
    return key.slice(0);
  };
}

/** A loader class for `Hls.config.loader`; it never times out and never shows hls.js a refusal to pay. */
export function keyLoaderFor(gate: Pick<Gate, 'key'>): HlsConfig['loader'] {
  const ask = keepKeys(gate);
  return class KeyLoader implements Loader<LoaderContext> {
    context: LoaderContext | null = null;
    stats = freshStats();
    #controller = new AbortController();
    #callbacks: LoaderCallbacks<LoaderContext> | null = null;

    load(context: LoaderContext, _config: unknown, callbacks: LoaderCallbacks<LoaderContext>): void {
      this.context = context;
      this.#callbacks = callbacks;
      const path = keyPath(context.url);
      const asking = path ? ask(path, this.#controller.signal) : Promise.reject(new Error('no key URI'));
      asking.then(
        (data) => this.#answer(context, data),
        (error: unknown) => this.#fail(context, error),
      );
    }

    #answer(context: LoaderContext, data: ArrayBuffer): void {
      if (this.#controller.signal.aborted) return;
      const now = performance.now();
      this.stats.loaded = data.byteLength;
      this.stats.loading.first ||= now;
      this.stats.loading.end = now;
      this.#callbacks?.onSuccess({ url: context.url, data, code: 200 }, this.stats, context, null);
    }

    #fail(context: LoaderContext, error: unknown): void {
      if (this.#controller.signal.aborted) return;
      const code = error instanceof Refusal ? error.status : 0;
      this.#callbacks?.onError({ code, text: String(error) }, context, null, this.stats);
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
