// The system's own buttons: of the picture in picture, of a headset, on a phone's lock screen.
import { useEffect } from 'preact/hooks';
import type { Acts } from './acts.js';
import type { WatchState } from './state.js';

/** s, where the system does not say. */
const step = 10;

interface Needs {
  state: Pick<WatchState, 'paused' | 'dvr'>;
  acts: Pick<Acts, 'goBack'>;
  onPause: () => void;
}

export function useMediaSession({ state: { paused, dvr }, acts, onPause }: Needs): void {
  useEffect(() => {
    const session: MediaSession | undefined = navigator.mediaSession;
    if (!session) return;
    const move = (by: number) => dvr && void acts.goBack(Math.min(dvr.length, Math.max(0, dvr.behind + by)));
    const back = dvr && (({ seekOffset }: MediaSessionActionDetails) => move(seekOffset ?? step));
    const on = dvr && (({ seekOffset }: MediaSessionActionDetails) => move(-(seekOffset ?? step)));
    session.playbackState = paused ? 'paused' : 'playing';
    session.setActionHandler('play', () => paused && onPause());
    session.setActionHandler('pause', () => paused || onPause());
    session.setActionHandler('seekbackward', back);
    session.setActionHandler('seekforward', on);
  });
}
