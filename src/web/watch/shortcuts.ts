// The player's keys.
import { useEffect } from 'preact/hooks';
import { onAir } from '../shared/cams.js';
import type { Acts } from './acts.js';
import type { WatchState } from './state.js';
import { within } from './within.js';

interface Needs {
  state: Pick<WatchState, 'captions' | 'info' | 'dvr'>;
  acts: Pick<Acts, 'caption' | 'cam' | 'goBack' | 'goBy'>;
  onPause: () => void;
  onMute: () => void;
  onFullScreen: () => void;
  /** Null: there is no picture in picture. */
  onAside: (() => void) | null;
}

/** The key is for what has the focus: text, or a button that a space presses. */
const meant = ({ target, key }: KeyboardEvent): boolean =>
  within(target, 'input, textarea, select, dialog') || (key === ' ' && within(target, 'button, a'));

/** Seconds back, and on. */
const steps: Partial<Record<string, number>> = { ArrowLeft: 5, ArrowRight: -5, j: 10, l: -10 };

function actOf({ key }: KeyboardEvent, needs: Needs): (() => unknown) | null {
  const { state, acts } = needs;
  const step = steps[key];
  if (state.dvr) {
    const { length } = state.dvr;
    if (step) return () => acts.goBy(step);
    if (key === 'Home') return () => acts.goBack(length);
    if (key === 'End') return () => acts.goBack(0);
  }
  if (key === ' ' || key === 'k') return needs.onPause;
  if (key === 'm') return needs.onMute;
  if (key === 'f') return needs.onFullScreen;
  if (key === 'i') return needs.onAside;
  if (key === 'c' && state.captions.there) return () => acts.caption(!state.captions.on);
  const cam = /^[1-9]$/.test(key) && onAir(state.info?.cams ?? [])[Number(key) - 1];
  return cam ? () => acts.cam(cam.id) : null;
}

export function useShortcuts(needs: Needs): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (meant(event) || event.ctrlKey || event.metaKey || event.altKey) return;
      const act = actOf(event, needs);
      if (!act) return;
      act();
      event.preventDefault();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  });
}
