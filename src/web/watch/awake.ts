// Whether the viewer is at the controls: they leave the picture alone when nobody moves, touches or types.
import type { RefObject } from 'preact';
import { useEffect, useState } from 'preact/hooks';

const sleepMs = 3500;

const within = (target: EventTarget | null, what: string): boolean =>
  target instanceof Element && target.closest(what) !== null;

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
    element.addEventListener('pointerdown', press, true);
    element.addEventListener('click', click, true);
    element.addEventListener('pointermove', move);
    element.addEventListener('pointerleave', leave);
    element.addEventListener('focusin', wake);
    window.addEventListener('keydown', type);
    return () => {
      clearTimeout(timer);
      element.removeEventListener('pointerdown', press, true);
      element.removeEventListener('click', click, true);
      element.removeEventListener('pointermove', move);
      element.removeEventListener('pointerleave', leave);
      element.removeEventListener('focusin', wake);
      window.removeEventListener('keydown', type);
    };
  }, [stage, news]);
  return awake;
}
