// What an ingest hands to the show: a source that it gives FLV to until it ends.
import type { Source } from './media/broadcast.js';

/** `head` is what whoever listens hears first, where the ingest does not give it itself. Before that, what is given is lost. */
export function createSource(refuse: (reason: string) => void, head?: Buffer) {
  let emit = (_flv: Buffer): void => {};
  let ended = (): void => {};
  const source: Source = {
    onData(listener) {
      emit = listener;
      if (head) listener(head);
    },
    onEnd(listener) {
      ended = listener;
    },
    refuse,
  };
  return {
    source,
    give: (flv: Buffer): void => emit(flv),
    /** Nothing more comes out of it. */
    end(): void {
      emit = () => {};
      ended();
    },
  };
}
