// One request for media that is given up when nothing more comes.
import { type Answer, Fault } from './delivery.js';

/** A player holds this much more at least when it is near the edge: after that, another is asked. */
const silenceMs = 2500;
/** For an answer that is held back until there is something new. */
const heldMs = 6000;

/** Rejects when the signal aborts, or after a silence. */
export async function ask(url: string, signal: AbortSignal): Promise<Answer> {
  const controller = new AbortController();
  const stop = (): void => controller.abort(new Fault('nothing comes'));
  const patience = url.includes('_HLS_msn') ? heldMs : silenceMs;
  let timer = setTimeout(stop, patience);
  signal.addEventListener('abort', stop, { once: true });
  try {
    const response = await fetch(url, { signal: controller.signal, credentials: 'omit' });
    const pieces: Uint8Array[] = [];
    const reader = response.body?.getReader();
    for (;;) {
      clearTimeout(timer);
      timer = setTimeout(stop, silenceMs);
      const piece = await reader?.read();
      if (!piece || piece.done) break;
      pieces.push(piece.value);
    }
    return { status: response.status, data: joined(pieces) };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
