// How the overlay looks, as the host's dashboard asks for it.
import type { Looks } from '../overlay/index.js';
import type { Shows } from '../stream/index.js';
import type { Handlers } from './mount.js';

export function createLookHandlers(needs: {
  looks: Looks;
  streams: Shows['streams'];
}): Pick<Handlers, 'getLook' | 'patchLook'> {
  const { looks, streams } = needs;
  return {
    getLook: async ({ params }) => looks.get(streams.get(params.stream).id),
    patchLook: async ({ params, body }) => looks.change(streams.get(params.stream).id, body),
  };
}
