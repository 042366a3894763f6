// A moment of the future or past as people say it: in their own time and language.

/** `after 18:05 today`, or with the day when it is another one. */
export function moment(at: number, now = Date.now()): string {
  const sameDay = new Date(at).toDateString() === new Date(now).toDateString();
  const day: Intl.DateTimeFormatOptions = sameDay ? {} : { weekday: 'long', day: 'numeric', month: 'long' };
  const text = new Intl.DateTimeFormat(undefined, { ...day, hour: '2-digit', minute: '2-digit' }).format(at);
  return `after ${text}${sameDay ? ' today' : ''}`;
}

/** A delay in words: `15 minutes`, `24 hours`, `3 days`. */
export function delay(seconds: number): string {
  if (seconds < 2 * 3600) return `${Math.round(seconds / 60)} minutes`;
  return seconds < 48 * 3600 ? `${Math.round(seconds / 3600)} hours` : `${Math.round(seconds / 86_400)} days`;
}
