// The hls.js loader for keys: takes the key's number from any host's URI and asks our own gate.
import type { HlsConfig } from 'hls.js';
import { Refusal } from '../shared/api.js';
import type { Gate } from './gate.js';
import { loaderFor } from './hls-loader.js';

/** `/keys/<stream>/<n>` of a key URI, wherever the playlist came from; `null` when it is none. */
export function keyPath(uri: string): string | null {
  const match = /\/keys\/([a-z0-9][a-z0-9-]{0,31})\/(\d{1,16})(?:[?#]|$)/.exec(uri);
  return match ? `/keys/${match[1]}/${match[2]}` : null;
}

/** The number in such a path. */
export const keyNumber = (path: string): number => Number(path.slice(path.lastIndexOf('/') + 1));

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
  return loaderFor({
    ask: ({ url }, signal) => {
      const path = keyPath(url);
      return path ? ask(path, signal) : Promise.reject(new Error('no key URI'));
    },
    read: (key, _, stats) => {
      stats.loaded = stats.total = key.byteLength;
      stats.loading.first ||= performance.now();
      return key;
    },
    statusOf: (error) => (error instanceof Refusal ? error.status : 0),
  });
}
