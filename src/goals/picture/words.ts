// Spans, dates and amounts as the pictures and the page of a show say them. Pure.
import { formatUnits } from 'ethers';

/** `42 s`, `24 min`, `1 h 24 min`, `41 h`. */
export function lasting(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 1) return `${Math.max(0, Math.round(ms / 1000))} s`;
  const [h, m] = [Math.floor(minutes / 60), minutes % 60];
  if (h === 0) return `${m} min`;
  return m === 0 || h >= 10 ? `${h} h` : `${h} h ${m} min`;
}

const days = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });
/** `27 November 2026`, as UTC has it. */
export const dayOf = (at: number): string => days.format(at);

/** `5.00 DAI`: cut at two places, and where that would be nothing, at the first that is something. */
export function short(amount: bigint, { symbol, decimals }: { symbol: string; decimals: number }): string {
  const [whole = '0', fraction = ''] = formatUnits(amount, decimals).split('.');
  const first = fraction.search(/[1-9]/);
  const places = whole === '0' && first >= 2 ? first + 1 : 2;
  return `${whole.replace(/\B(?=(?:\d{3})+$)/g, '\u202f')}.${fraction.slice(0, places).padEnd(2, '0')} ${symbol}`;
}

export const people = (n: number): string => (n === 1 ? '1 person' : `${n} people`);
