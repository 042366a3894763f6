// Asks for the key that comes next while the newest plays, so that nobody waits at the gate; never more than one, and none for who is behind.
import { type Gate, untilAborted } from './gate.js';
import { keyNumber } from './key-loader.js';

/** The gate lets it through when its period begins, and charges for it then. */
const waitSeconds = 10;

const pathAfter = (path: string): string => `${path.slice(0, path.lastIndexOf('/') + 1)}${keyNumber(path) + 1}`;

export type Ahead = ReturnType<typeof createAhead>;

/** `isNewest`: nothing that is published needs a later key than this. */
export function createAhead(gate: Pick<Gate, 'key'>, isNewest: (n: number) => boolean = () => true) {
  let next: { path: string; bytes: Promise<ArrayBuffer | null>; stop: AbortController } | null = null;

  function drop(): void {
    next?.stop.abort();
    next = null;
  }

  function ask(path: string): void {
    drop();
    const stop = new AbortController();
    // Whatever is wrong with it is told when the player wants it.
    const bytes = gate.key(path, stop.signal, waitSeconds).catch(() => null);
    next = { path, bytes, stop };
  }

  async function key(path: string, signal: AbortSignal): Promise<ArrayBuffer> {
    const had = next?.path === path ? await untilAborted(next.bytes, signal) : null;
    const bytes = had ?? (await gate.key(path, signal));
    const after = pathAfter(path);
    // Further back the next one is there already, and would be charged at once, also to who then goes elsewhere.
    if (!isNewest(keyNumber(path))) drop();
    else if (next?.path !== after) ask(after);
    return bytes;
  }

  return {
    key,
    /** Nothing more is wanted: what is not charged yet will not be. */
    drop,
  };
}
