// What was earned: which days, which lines, and the table to take away. Pure but for the download.
import type { Answer } from '../../vocabulary/api.js';
import type { ReportQuery } from '../../vocabulary/books.js';
import { type Api, Refusal, refusalOf } from '../shared/api.js';

export type ReportBy = ReportQuery['by'];
export type Report = Answer<'report'>;
export type ReportLine = Report['lines'][number];

export interface ReportWish {
  by: ReportBy;
  /** One of `periods`. */
  period: string;
  /** Days (UTC), both included, for the period that the host chooses; empty: open. */
  from: string;
  to: string;
}

/** Days back from today, today included; null: all time, or chosen days. */
export const periods: Record<string, number | null> = {
  '7 days': 7,
  '30 days': 30,
  '90 days': 90,
  'all time': null,
  'chosen days': null,
};
export const chosenDays = 'chosen days';
export const firstWish: ReportWish = { by: 'day', period: '30 days', from: '', to: '' };

/** Lines on the page; the rest is in the CSV. */
const mostLines: Record<ReportBy, number> = { day: 1000, stream: 100, payer: 50 };

const dayMs = 86_400_000;
export const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);
const dayAfter = (day: string, days = 1): string => dayOf(Date.parse(day) + days * dayMs);

/** The days that are asked for: `to` is the first that is not included. `now` in ms by the server's clock. */
export function daysOf({ period, from, to }: ReportWish, now: number): { from?: string; to?: string } {
  if (period === chosenDays) return { ...(from && { from }), ...(to && { to: dayAfter(to) }) };
  const days = periods[period] ?? null;
  return days === null ? {} : { from: dayOf(now - (days - 1) * dayMs) };
}

export const askReport = (api: Api, token: string, wish: ReportWish, now: number): Promise<Report> =>
  api('report', { query: { by: wish.by, limit: mostLines[wish.by], ...daysOf(wish, now) }, token });

/** The same with all lines, as CSV. The token goes in the header only. Throws `Refusal`. */
export const fetchCsv = (token: string, wish: ReportWish, now: number) =>
  fetchTable(token, `/api/host/report?${new URLSearchParams({ by: wish.by, format: 'csv', ...daysOf(wish, now) })}`);

/** Every vote of a poll. */
export const fetchVotes = (token: string, poll: string) =>
  fetchTable(token, `/api/host/polls/${poll}/votes?format=csv`);

/** Any table of the API's. */
export async function fetchTable(token: string, path: string): Promise<{ name: string; file: Blob }> {
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(path, { headers, cache: 'no-store' }).catch(() => {
    throw new Refusal('offline', 'The server cannot be reached. Try again.', 0);
  });
  if (!response.ok) throw await refusalOf(response);
  const name = /filename="?([^";]+)/.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? 'table.csv';
  // The mark at the start tells spreadsheets that it is UTF-8.
  return { name, file: new Blob(['\ufeff', await response.text()], { type: 'text/csv' }) };
}

export function saveFile({ name, file }: { name: string; file: Blob }): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

export interface DayBar {
  day: string;
  watched: bigint;
  tipped: bigint;
}

/** Bars on the page at most. */
const mostBars = 120;

/** A bar for each day from the first that was asked for, or brought something, until the last; the newest `mostBars`. */
export function barsOf(lines: readonly ReportLine[], wish: ReportWish, now: number): DayBar[] {
  const known = new Map(lines.map((line) => [line.of, line]));
  const { from, to } = daysOf(wish, now);
  const today = dayOf(now);
  const last = to && dayAfter(to, -1) < today ? dayAfter(to, -1) : today;
  const first = from ?? lines[0]?.of ?? last;
  const count = Math.round((Date.parse(last) - Date.parse(first)) / dayMs) + 1;
  const shown = Math.max(0, Math.min(count, mostBars));
  return Array.from({ length: shown }, (_, i) => {
    const day = dayAfter(last, i - shown + 1);
    const line = known.get(day);
    return { day, watched: BigInt(line?.watched ?? 0), tipped: BigInt(line?.tipped ?? 0) };
  });
}

/** `part` of `whole` in a hundred, to a tenth; 0 of nothing. */
export const share = (part: bigint, whole: bigint): number => (whole === 0n ? 0 : Number((part * 1000n) / whole) / 10);
