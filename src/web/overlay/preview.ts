// The overlay as the dashboard shows it: the same parts with sample content, in the look that the page around it tells.
// Nothing is asked of the server, and no alert of the queue is touched.
import type { FeedEvent, ServerToClient } from '../../vocabulary/events.js';
import type { Look } from '../../vocabulary/looks.js';
import { createKeep } from '../shared/keep.js';
import type { Unit } from '../shared/money.js';
import type { createLook } from './look.js';
import type { PartNeeds } from './part.js';
import { playSamples, type Tell } from './samples.js';
import { createServerTime } from './server-time.js';

type Ears = { [E in keyof ServerToClient]?: ServerToClient[E][] };

/** What parts need of a socket: it hears what `tell` says, and says nothing itself. */
function silentSocket(): { socket: PartNeeds['socket']; tell: Tell } {
  const ears: Ears = {};
  const socket = {
    on<E extends keyof ServerToClient>(name: E, heard: ServerToClient[E]) {
      ears[name] = [...(ears[name] ?? []), heard] as Ears[E];
      return socket;
    },
    emit: () => socket,
  };
  const tell: Tell = (name, ...what) => {
    for (const heard of ears[name] ?? []) (heard as (...given: unknown[]) => void)(...what);
  };
  return { socket: socket as unknown as PartNeeds['socket'], tell };
}

export function startPreview(needs: {
  stream: string;
  unit: Unit;
  look: ReturnType<typeof createLook>;
  mount: (needs: Omit<PartNeeds, 'page'>, boxOf: (name: string) => HTMLElement) => (event: FeedEvent) => void;
}): void {
  const { stream, unit, look } = needs;
  const { socket, tell } = silentSocket();
  const time = createServerTime({ ask: async () => Date.now(), ticks: () => performance.now(), wall: Date.now });
  const keep = createKeep(() => sessionStorage);
  const hear = needs.mount({ socket, keep, stream, unit, time }, look.box);
  window.addEventListener('message', ({ source, origin, data }: MessageEvent<{ look?: Look }>) => {
    if (source === parent && origin === location.origin && data.look) look.wear(data.look);
  });
  parent.postMessage({ overlay: 'ready' }, location.origin);
  playSamples({ stream, unit, tell, hear });
}
