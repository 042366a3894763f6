// Links as people ask for them, by number or by CSV, and as they get them. Pure but for the key maker.
import { addressOf, randomKey } from '../payments/typed-data.js';
import { LinkWish } from '../vocabulary/links.js';
import type { Hex } from '../vocabulary/values.js';

export interface Wish {
  label: string;
  limit: bigint;
  expiresAt: number | null;
}

export interface NewLink extends Wish {
  key: Hex;
  signer: Hex;
  once: boolean;
}

/** The rows of a CSV (RFC 4180: quoted cells may hold commas, quotes and line ends). */
export function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  const cells = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/gy;
  for (let at = 0; at < text.length; at = cells.lastIndex) {
    const found = cells.exec(text);
    if (!found) throw new Error(`The CSV is not right near “${text.slice(at, at + 20)}”.`);
    row.push(found[1]?.replace(/""/g, '"') ?? found[2] ?? '');
    if (found[3] === ',') continue;
    if (row.some((cell) => cell.trim())) rows.push(row);
    row = [];
  }
  if (row.length > 0) rows.push([...row, '']);
  return rows;
}

const units: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90m`, `12h`, `7d` from now, or a date (`2031-05-01T20:00Z`); ms. Throws an Error that says so. */
export function readExpiry(text: string, now: number): number | null {
  if (!text.trim()) return null;
  const span = /^(\d{1,5})([mhd])$/.exec(text.trim());
  const at = span ? now + Number(span[1]) * (units[span[2] ?? ''] ?? 0) : Date.parse(text);
  if (Number.isFinite(at) && at > now) return at;
  throw new Error(`“${text}” is no time to come: say 90m, 12h, 7d, or a date such as 2031-05-01T20:00Z.`);
}

/** The rows of a CSV by the names in its heading, one of which must be `label`. */
function tableOf(text: string): ((name: string) => string)[] {
  const [head = [], ...rows] = readCsv(text);
  const names = head.map((name) => name.trim().toLowerCase());
  if (!names.includes('label')) throw new Error('The CSV needs a heading with “label” (and “limit”, “expires”).');
  return rows.map((row) => (name) => row[names.indexOf(name)]?.trim() ?? '');
}

/** The labels that a CSV names. */
export const labelsOfCsv = (text: string): string[] => tableOf(text).map((given) => given('label'));

/** Wishes of a CSV with the columns `label` and, if they differ, `limit` and `expires`. */
export function wishesOfCsv(
  text: string,
  defaults: Wish,
  read: { amount: (text: string) => bigint; expiry: (text: string) => number | null },
): Wish[] {
  return tableOf(text).map((given) => ({
    label: given('label'),
    limit: given('limit') ? read.amount(given('limit')) : defaults.limit,
    expiresAt: given('expires') ? read.expiry(given('expires')) : defaults.expiresAt,
  }));
}

/** `count` wishes; with more than one, labels are numbered. */
export const wishesByNumber = (count: number, wish: Wish): Wish[] =>
  Array.from({ length: count }, (_, i) => ({
    ...wish,
    label: count > 1 ? `${wish.label} ${i + 1}`.trim() : wish.label,
  }));

/** Gives each wish its key; labels as the server will read them. Throws an Error that names the wish that is not right. */
export function newLinks(wishes: readonly Wish[], once: boolean): NewLink[] {
  return wishes.map((wish) => {
    const key = randomKey();
    const signer = addressOf(key);
    const sent = LinkWish.safeParse({
      signer,
      limit: `${wish.limit}`,
      label: wish.label,
      expiresAt: wish.expiresAt,
      once,
    });
    if (!sent.success)
      throw new Error(`The link for “${wish.label}”: ${sent.error.issues[0]?.message ?? 'not right'}.`);
    return { ...wish, label: sent.data.label, key, signer, once };
  });
}
