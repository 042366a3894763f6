// Spans and days as the pictures and the page of a show say them. Pure.

/** No line breaks at it. */
const gap = '\u00a0';

/** `42 s`, `24 min`, `1 h 24 min`, `41 h`. */
export function lasting(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 1) return `${Math.max(0, Math.round(ms / 1000))}${gap}s`;
  const [h, m] = [Math.floor(minutes / 60), minutes % 60];
  if (h === 0) return `${m}${gap}min`;
  return m === 0 || h >= 10 ? `${h}${gap}h` : `${h}${gap}h ${m}${gap}min`;
}

const days = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });
/** `27 November 2026`, as UTC has it. */
export const dayOf = (at: number): string => days.format(at);
