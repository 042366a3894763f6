// The alert queue and the overlay's token, as the host's dashboard asks for them.
import type { Alerts, Overlay } from '../overlay/index.js';
import type { Shows, Stream } from '../stream/index.js';
import type { HostStream } from '../vocabulary/streams.js';
import type { Handlers } from './mount.js';

type Names = 'getAlerts' | 'actOnAlerts' | 'patchAlerts' | 'renewOverlayToken';

export function createAlertHandlers(needs: {
  alerts: Alerts;
  overlay: Overlay;
  streams: Shows['streams'];
  hostStream: (stream: Stream) => HostStream;
}): Pick<Handlers, Names> {
  const { alerts, overlay, streams, hostStream } = needs;
  return {
    getAlerts: async ({ params }) => alerts.queue(streams.get(params.stream).id),
    actOnAlerts: async ({ params, body }) => alerts.act(streams.get(params.stream).id, body),
    patchAlerts: async ({ params, body }) => alerts.change(streams.get(params.stream).id, body),
    renewOverlayToken: async ({ params }) => {
      const stream = await streams.renewOverlayToken(params.stream);
      overlay.drop(stream.id);
      return hostStream(stream);
    },
  };
}
