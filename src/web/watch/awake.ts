// Whether the viewer is at the controls: they leave the picture alone when nobody moves, touches or types.
import type { RefObject } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { within } from './within.js';

const sleepMs = 3500;

/** `news` wakes them too. The first touch only wakes: what lies unseen under the finger is not pressed. */
export function useAwake(stage: RefObject<HTMLElement>, news: unknown): boolean {
  const [awake, setAwake] = useState(true);
  useEffect(() => {
    const element = stage.current;
    if (!element) return;
    let timer: ReturnType<typeof setTimeout>;
    let swallow = false;
    const inUse = (): boolean =>
      element.querySelector('.controls :focus-visible, .controls :active, .cams :focus-visible') !== null;
    const sleep = (): void => {
      if (inUse()) wake();
      else setAwake(false);
    };
    const wake = (): void => {
      setAwake(true);
      clearTimeout(timer);
      timer = setTimeout(sleep, sleepMs);
    };
    const press = (event: PointerEvent): void => {
      const unseen = element.dataset.awake === 'no' && within(event.target, '.controls, .cams');
      swallow = event.pointerType !== 'mouse' && unseen;
      if (swallow) event.stopPropagation();
      wake();
    };
    const click = (event: Event): void => {
      if (!swallow) return;
      swallow = false;
      event.preventDefault();
      event.stopPropagation();
    };
    const leave = (event: PointerEvent): void => void (event.pointerType === 'mouse' && !inUse() && setAwake(false));
    const move = (event: PointerEvent): void => void (event.pointerType === 'mouse' && wake());
    const type = (): void => {
      swallow = false;
      wake();
    };
    wake();
    const over = new AbortController();
    const { signal } = over;
    element.addEventListener('pointerdown', press, { capture: true, signal });
    element.addEventListener('click', click, { capture: true, signal });
    element.addEventListener('pointermove', move, { signal });
    element.addEventListener('pointerleave', leave, { signal });
    element.addEventListener('focusin', wake, { signal });
    window.addEventListener('keydown', type, { signal });
    return () => {
      clearTimeout(timer);
      over.abort();
    };
  }, [stage, news]);
  return awake;
}
