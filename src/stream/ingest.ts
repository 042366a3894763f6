// Who may broadcast to which cam, by its key or as the host; and why not, for him, the log and the dashboard.
import type { Source } from './media/broadcast.js';
import type { Place } from './publishers.js';
import type { Streams } from './streams.js';

export const refusals = {
  stopped: 'this show is stopped: start it on the dashboard, or with /stream start',
  keyUnknown: 'the stream key is not known: copy it from the dashboard',
  keyRetired: 'this stream key was replaced: copy the new one from the dashboard',
  keyElsewhere: 'this stream key is for another stream or cam: copy the one that belongs to this address',
  noCam: 'this stream has no such cam: open the broadcast page from the dashboard',
};
const stoppedNotice = 'A broadcast was refused, because the show is stopped. Start it to let it in.';
const retiredNotice = (cam: string): string =>
  `A broadcast with a replaced stream key (cam ${cam}) was refused. If it was yours, copy the new key into your encoder.`;

/** A place, and whether what opened it still does. */
export interface Admission extends Place {
  holds: () => boolean;
}

type Answer = Admission | { refuse: string };

export function createIngest(needs: {
  streams: Streams;
  notice: (stream: string, text: string) => void;
  begin: (stream: string, source: Source, cam: string) => void;
}) {
  const { streams, notice } = needs;

  function ifOpen(place: Admission): Answer {
    if (streams.get(place.stream).open) return place;
    notice(place.stream, stoppedNotice);
    return { refuse: refusals.stopped };
  }

  function keyRefused(key: string): Answer {
    const before = streams.cams.retired(key);
    if (!before) return { refuse: refusals.keyUnknown };
    notice(before.stream, retiredNotice(before.cam));
    return { refuse: refusals.keyRetired };
  }

  return {
    byKey(key: string): Answer {
      const cam = streams.cams.byStreamKey(key);
      if (!cam) return keyRefused(key);
      return ifOpen({ stream: cam.stream, cam: cam.id, holds: () => streams.cams.byStreamKey(key) !== undefined });
    },
    byHost(stream: string, id: string): Answer {
      const cam = streams.cams.of(stream).find((one) => one.id === id);
      return cam ? ifOpen({ stream, cam: id, holds: () => true }) : { refuse: refusals.noCam };
    },
    /** Key and show may be gone between the question and now. */
    publish({ stream, cam, holds }: Admission, source: Source): void {
      if (!streams.get(stream).open) source.refuse(refusals.stopped);
      else if (holds()) needs.begin(stream, source, cam);
      else source.refuse(refusals.keyRetired);
    },
  };
}
