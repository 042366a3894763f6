// The studio: what is recorded, and whether it is on air.
import type { BroadcastHello } from '../../vocabulary/broadcast.js';
import type { Store } from '../shared/store.js';
import {
  cannotCapture,
  type Devices,
  listDevices,
  mediaTrouble,
  noDevices,
  openMedia,
  stopMedia,
  type Wish,
} from './devices.js';
import { createLine, type LineState, offLine, socketUrl } from './line.js';

export interface StudioState extends LineState {
  wish: Wish;
  devices: Devices;
  media: MediaStream | null;
  opening: boolean;
}

export const firstState: StudioState = {
  ...offLine,
  wish: { picture: 'camera', camera: '', microphone: '', facing: 'user' },
  devices: noDevices,
  media: null,
  opening: false,
};

export type Studio = ReturnType<typeof createStudio>;

/** A phone that sleeps stops its camera. */
function createWakeLock() {
  let lock: Promise<WakeLockSentinel | undefined> | null = null;
  return (on: boolean): void => {
    if (on) lock ??= navigator.wakeLock?.request('screen').catch(() => undefined) ?? null;
    else {
      void lock?.then((held) => held?.release()).catch(() => {});
      lock = null;
    }
  };
}

export function createStudio(needs: { store: Store<StudioState>; by: BroadcastHello['by'] }) {
  const { store, by } = needs;
  const wake = createWakeLock();
  const line = createLine({
    url: socketUrl(location.origin),
    by,
    media: () => store.get().media ?? new MediaStream(),
    onState: (patch) => {
      store.set(patch);
      if (patch.link) wake(patch.link !== 'off');
    },
  });

  function lost(media: MediaStream): void {
    if (store.get().media !== media) return;
    line.stop();
    stopMedia(media);
    store.set({ media: null, trouble: 'The picture or the sound ended. Turn it on again to go on.' });
  }

  function use(media: MediaStream): void {
    const before = store.get().media;
    for (const track of media.getTracks()) track.onended = () => lost(media);
    store.set({ media });
    line.renew();
    if (before) stopMedia(before);
  }

  async function open(change: Partial<Wish> = {}): Promise<void> {
    const trouble = cannotCapture();
    if (trouble || store.get().opening) return trouble ? store.set({ trouble }) : undefined;
    const wish = { ...store.get().wish, ...change };
    store.set({ opening: true });
    try {
      const media = await openMedia(wish);
      store.set({ wish, trouble: null, devices: await listDevices() });
      use(media);
    } catch (error) {
      store.set({ trouble: mediaTrouble(error) });
    }
    store.set({ opening: false });
  }

  document.addEventListener('visibilitychange', () => {
    if (document.hidden || store.get().link === 'off') return;
    wake(false);
    wake(true);
  });
  window.addEventListener('beforeunload', (event) => {
    if (store.get().link === 'off') return;
    event.preventDefault();
    // Safari asks only then.
    event.returnValue = '';
  });

  return {
    open: (change?: Partial<Wish>): void => void open(change),
    start: line.start,
    stop: line.stop,
    /** The phone was turned: a recorder keeps the size it began with. */
    turned: line.renew,
  };
}
