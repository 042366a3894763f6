// Watch links made in this page: keys stay here, only addresses are told. Pure but for the key maker.
import { addressOf, randomKey } from '../../payments/typed-data.js';
import type { Hex } from '../../vocabulary/values.js';
import { keyToText } from '../shared/bytes.js';

export interface MadeLink {
  signer: Hex;
  label: string;
  /** The whole watch link; the key is in its fragment. */
  url: string;
}

export const watchUrl = (origin: string, stream: string, key: Hex): string =>
  `${origin}/watch/${stream}#k=${keyToText(key)}`;

/** `count` fresh links; with more than one, labels are numbered. */
export function makeLinks(needs: { count: number; label: string; origin: string; stream: string }): MadeLink[] {
  const { count, label, origin, stream } = needs;
  return Array.from({ length: count }, (_, i) => {
    const key = randomKey();
    const numbered = count > 1 ? `${label} ${i + 1}`.trim() : label;
    return { signer: addressOf(key), label: numbered, url: watchUrl(origin, stream, key) };
  });
}

/** A cell that no spreadsheet takes for a formula or splits. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return `"${safe.replace(/"/g, '""')}"`;
}

/** `label,credit,link` with a heading; `credit` is decimal text. */
export function linksCsv(links: readonly MadeLink[], credit: string): string {
  const rows = links.map((link) => [link.label, credit, link.url].map(cell).join(','));
  return `${['label,credit,link', ...rows].join('\r\n')}\r\n`;
}
