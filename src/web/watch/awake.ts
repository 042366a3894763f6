// Whether the viewer is at the controls: they leave the picture alone when nobody moves, touches or types.
import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

const sleepMs = 3500;

/** `news` wakes them too. The first touch only wakes: what lies unseen under the finger is not pressed. */
export function useAwake(stage: RefObject<HTMLElement>, news: unknown): boolean {
  const [awake, setAwake] = useState(true);
  const now = useRef(true);
  useEffect(() => {
    const element = stage.current;
    if (!element) return;
    let timer: ReturnType<typeof setTimeout>;
    let swallow = false;
    const set = (on: boolean): void => {
      now.current = on;
      setAwake(on);
    };
    const inUse = (): boolean =>
      element.querySelector('.controls :focus-visible, .controls :active, .cams :focus-visible') !== null;
    const sleep = (): void => {
      if (inUse()) wake();
      else set(false);
    };
    const wake = (): void => {
      set(true);
      clearTimeout(timer);
      timer = setTimeout(sleep, sleepMs);
    };
    const press = (event: PointerEvent): void => {
      swallow = event.pointerType !== 'mouse' && !now.current;
      if (swallow) event.stopPropagation();
      wake();
    };
    const click = (event: Event): void => {
      if (!swallow) return;
      swallow = false;
      event.preventDefault();
      event.stopPropagation();
    };
    const leave = (event: PointerEvent): void => void (event.pointerType === 'mouse' && !inUse() && set(false));
    const move = (event: PointerEvent): void => void (event.pointerType === 'mouse' && wake());
    wake();
    element.addEventListener('pointerdown', press, true);
    element.addEventListener('click', click, true);
    element.addEventListener('pointermove', move);
    element.addEventListener('pointerleave', leave);
    element.addEventListener('focusin', wake);
    window.addEventListener('keydown', wake);
    return () => {
      clearTimeout(timer);
      element.removeEventListener('pointerdown', press, true);
      element.removeEventListener('click', click, true);
      element.removeEventListener('pointermove', move);
      element.removeEventListener('pointerleave', leave);
      element.removeEventListener('focusin', wake);
      window.removeEventListener('keydown', wake);
    };
  }, [stage, news]);
  return awake;
}
