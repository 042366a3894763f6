// The hls.js loader for playlists and media: hls.js asks our own server, and whoever is best answers.
import type { HlsConfig, Loader, LoaderCallbacks, LoaderContext } from 'hls.js';
import type { Delivery } from './delivery.js';
import { Fault } from './delivery.js';
import { freshStats } from './key-loader.js';

/** A loader class for `pLoader` and `fLoader`. */
export function mediaLoaderFor(delivery: Delivery): HlsConfig['loader'] {
  return class MediaLoader implements Loader<LoaderContext> {
    context: LoaderContext | null = null;
    stats = freshStats();
    #controller = new AbortController();
    #callbacks: LoaderCallbacks<LoaderContext> | null = null;

    load(context: LoaderContext, _config: unknown, callbacks: LoaderCallbacks<LoaderContext>): void {
      this.context = context;
      this.#callbacks = callbacks;
      const { pathname, search } = new URL(context.url);
      const name = pathname.slice(pathname.lastIndexOf('/') + 1);
      delivery.load(name, search, this.#controller.signal).then(
        (data) => this.#answer(context, data),
        (error: unknown) => this.#fail(context, error),
      );
    }

    #answer(context: LoaderContext, bytes: Uint8Array): void {
      if (this.#controller.signal.aborted) return;
      const now = performance.now();
      const { stats } = this;
      stats.loaded = stats.total = bytes.length;
      stats.loading.first = Math.max(stats.loading.start, now - 1);
      stats.loading.end = now;
      const data =
        context.responseType === 'arraybuffer' ? (bytes.buffer as ArrayBuffer) : new TextDecoder().decode(bytes);
      this.#callbacks?.onSuccess({ url: context.url, data, code: 200 }, stats, context, null);
    }

    #fail(context: LoaderContext, error: unknown): void {
      if (this.#controller.signal.aborted) return;
      const code = error instanceof Fault ? error.status : 0;
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
