// Links as the command line asks for them, and the file that they are written to.
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { formatUnits, parseUnits } from 'ethers';
import { writeCsv } from '../csv.js';
import type { Hex } from '../vocabulary/values.js';
import type { Place } from './book.js';
import type { Options } from './options.js';
import { type NewLink, newLinks, readExpiry, wishesByNumber, wishesOfCsv } from './wishes.js';

/** Base units of an amount as people write it; throws an Error that says so. */
export const amountOf = (text: string, token: { decimals: number }): bigint => {
  if (!/^\d{1,12}(\.\d{1,18})?$/.test(text)) throw new Error(`“${text}” is no amount such as 0.5.`);
  return parseUnits(text, token.decimals);
};

/** The links that a command asks for, by number or by CSV. Throws an Error in words. */
export function linksAsked(options: Options, token: { decimals: number }): NewLink[] {
  const now = Date.now();
  const read = {
    amount: (text: string) => amountOf(text, token),
    expiry: (text: string) => readExpiry(text, now),
  };
  if (options.limit === undefined) throw new Error('Say what each link may spend: --limit 1');
  const base = {
    label: options.label ?? '',
    limit: read.amount(options.limit),
    expiresAt: read.expiry(options.expires ?? ''),
  };
  if (options.csv) return newLinks(wishesOfCsv(readFileSync(options.csv, 'utf8'), base, read), options.once);
  const count = Number(options.count ?? 1);
  if (!Number.isInteger(count) || count < 1 || count > 100_000) throw new Error('--count is a number up to 100000.');
  return newLinks(wishesByNumber(count, base), options.once);
}

export function saveLinks(file: string, links: readonly NewLink[], place: Place): void {
  const url = (key: Hex) =>
    `${place.server}/watch/${place.stream}#k=${Buffer.from(key.slice(2), 'hex').toString('base64url')}`;
  const rows = links.map(({ label, limit, expiresAt, key }) => [
    label,
    formatUnits(limit, place.token.decimals),
    expiresAt === null ? '' : new Date(expiresAt).toISOString(),
    url(key),
  ]);
  // Each row is worth its credit: for its owner only.
  const handle = openSync(file, 'w', 0o600);
  writeSync(handle, writeCsv([['label', 'limit', 'expires', 'link'], ...rows]));
  closeSync(handle);
}
