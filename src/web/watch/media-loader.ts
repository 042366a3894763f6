// The hls.js loader for playlists and media: hls.js asks our own server, and whoever is best answers.
import type { HlsConfig } from 'hls.js';
import { type Delivery, Fault } from './delivery.js';
import { loaderFor } from './hls-loader.js';

/** A loader class for `pLoader` and `fLoader`. */
export function mediaLoaderFor(delivery: Delivery): HlsConfig['loader'] {
  return loaderFor({
    ask: ({ url }, signal) => {
      const { pathname, search } = new URL(url);
      return delivery.load(pathname.slice(pathname.lastIndexOf('/') + 1), search, signal);
    },
    read: (bytes, { responseType }, stats) => {
      stats.loaded = stats.total = bytes.length;
      stats.loading.first = Math.max(stats.loading.start, performance.now() - 1);
      return responseType === 'arraybuffer' ? (bytes.buffer as ArrayBuffer) : new TextDecoder().decode(bytes);
    },
    statusOf: (error) => (error instanceof Fault ? error.status : 0),
  });
}
