// The system's own buttons: of the picture in picture, of a headset, on a phone's lock screen.
import { useEffect } from 'preact/hooks';
import type { Acts } from './acts.js';
import type { WatchState } from './state.js';

/** s, where the system does not say. */
const step = 10;

interface Needs {
  state: Pick<WatchState, 'paused' | 'dvr'>;
  acts: Pick<Acts, 'goBy'>;
  onPause: () => void;
}

export function useMediaSession({ state: { paused, dvr }, acts, onPause }: Needs): void {
  const there = dvr !== null;
  useEffect(() => {
    const session: MediaSession | undefined = navigator.mediaSession;
    if (!session) return;
    const by = (way: 1 | -1) =>
      there ? ({ seekOffset }: MediaSessionActionDetails) => void acts.goBy(way * (seekOffset ?? step)) : null;
    session.playbackState = paused ? 'paused' : 'playing';
    session.setActionHandler('play', () => paused && onPause());
    session.setActionHandler('pause', () => paused || onPause());
    session.setActionHandler('seekbackward', by(1));
    session.setActionHandler('seekforward', by(-1));
  }, [paused, there]);
}
