// Watch links made in this page: keys stay here, only addresses are told. Pure but for the key maker.
import { writeCsv } from '../../csv.js';
import { addressOf, randomKey } from '../../payments/typed-data.js';
import type { Hex } from '../../vocabulary/values.js';
import { keyToText } from '../shared/bytes.js';

export interface MadeLink {
  signer: Hex;
  label: string;
  /** The whole watch link; the key is in its fragment. */
  url: string;
}

/** What the host asked for. */
export interface LinkOrder {
  labels: readonly string[];
  /** Base units, for each. */
  limit: bigint;
  /** How long they pay, ms; null for ever. */
  lastsMs: number | null;
  /** Each label names a person, who gets one link. */
  once: boolean;
}

export const mostLinks = 10_000;
/** Rows of the table at once. */
export const pageSize = 50;

/** `count` times the label; several are numbered. */
export const numbered = (count: number, label: string): string[] =>
  Array.from({ length: count }, (_, i) => (count > 1 ? `${label} ${i + 1}`.trim() : label));

/** The names in a pasted list, one a line; each once. */
export const namesIn = (text: string): string[] => [
  ...new Set(
    text
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter(Boolean),
  ),
];

export const watchUrl = (origin: string, stream: string, key: Hex): string =>
  `${origin}/watch/${stream}#k=${keyToText(key)}`;

/** Keys made between two looks at the page: it stays alive while ten thousand are made. */
const atOnce = 100;
const breathe = () => new Promise((resolve) => setTimeout(resolve));

/** A fresh link for each label. */
export async function makeLinks(needs: {
  labels: readonly string[];
  origin: string;
  stream: string;
  onProgress?: (made: number) => void;
}): Promise<MadeLink[]> {
  const made: MadeLink[] = [];
  for (const label of needs.labels) {
    const key = randomKey();
    made.push({ signer: addressOf(key), label, url: watchUrl(needs.origin, needs.stream, key) });
    if (made.length % atOnce > 0) continue;
    needs.onProgress?.(made.length);
    await breathe();
  }
  return made;
}

/** `label,credit,link` with a heading; `credit` is decimal text. */
export const linksCsv = (links: readonly MadeLink[], credit: string): string =>
  `label,credit,link\r\n${writeCsv(links.map((link) => [link.label, credit, link.url]))}`;
