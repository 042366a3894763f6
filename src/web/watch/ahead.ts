// Asks for the key that comes next while the one before plays, so that nobody waits at the gate; never more than one.
import { type Gate, untilAborted } from './gate.js';

/** The gate lets it through when its period begins, and charges for it then. */
const waitSeconds = 10;

function pathAfter(path: string): string {
  const cut = path.lastIndexOf('/') + 1;
  return `${path.slice(0, cut)}${Number(path.slice(cut)) + 1}`;
}

export type Ahead = ReturnType<typeof createAhead>;

export function createAhead(gate: Pick<Gate, 'key'>) {
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
    if (next?.path !== after) ask(after);
    return bytes;
  }

  return {
    key,
    /** Nothing more is wanted: what is not charged yet will not be. */
    drop,
  };
}
