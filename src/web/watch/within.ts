// Whether what a person pressed or typed in is a part of something.

/** `what` is a CSS selector. */
export const within = (target: EventTarget | null, what: string): boolean =>
  target instanceof Element && target.closest(what) !== null;
