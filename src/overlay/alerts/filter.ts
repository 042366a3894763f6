// The word and link filter: whole words, however they are dressed up; what it finds is held or skipped, never changed.
import { defaultWords } from './words.js';

export type Trouble = 'words' | 'link';

const lookalikes: Record<string, string> = {
  ...{ а: 'a', е: 'e', о: 'o', р: 'p', с: 'c', у: 'y', х: 'x', і: 'i', к: 'k', м: 'm', т: 't', в: 'b', н: 'h' },
  ...{ α: 'a', ε: 'e', ο: 'o', ρ: 'p', υ: 'u', ι: 'i', κ: 'k', ν: 'v', ß: 'ss', æ: 'ae', ø: 'o', ł: 'l', ı: 'i' },
};
const digits: Record<string, string> = {
  ...{ 0: 'o', 1: 'i', 3: 'e', 4: 'a', 5: 's', 7: 't', 8: 'b', 9: 'g' },
  ...{ '@': 'a', $: 's', '!': 'i', '|': 'i', '€': 'e', '+': 't' },
};

/** Lower case, without accents, joiners and width variants. */
const plain = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}|\u200c|\u200d|\u00ad/gu, '')
    .toLowerCase()
    .replace(/[ßæøłı]/g, (sign) => lookalikes[sign] ?? sign);

/** Cyrillic and Greek letters among Latin ones are there to be mistaken for them. */
const unmasked = (word: string): string =>
  /[a-z]/.test(word) ? word.replace(/[\u0370-\u04ff]/g, (sign) => lookalikes[sign] ?? sign) : word;

const leetless = (word: string): string => word.replace(/[0-9@$!|€+]/g, (sign) => digits[sign] ?? sign);

/** A word as it could be meant: with figures as letters, without what stands between letters, without drawn out ones. */
function readings(word: string): string[] {
  const bare = word.replace(/^["'“”„«»‘’([{¿¡*_~.,;:?!-]+|["'“”„«»‘’)\]}*_~.,;:?!-]+$/gu, '');
  const letters = [bare, leetless(bare), leetless(bare.replaceAll('1', 'l'))].map((one) =>
    unmasked(one.replace(/[^\p{L}\p{N}]/gu, '')),
  );
  return letters.flatMap((one) => [one, one.replace(/(.)\1{2,}/gu, '$1'), one.replace(/(.)\1{2,}/gu, '$1$1')]);
}

/** `f u c k`: runs of single letters, joined. */
const spelledOut = (text: string): string[] =>
  (text.match(/(?<![\p{L}\p{N}])[\p{L}\p{N}@$](?:[ .\-_*]+[\p{L}\p{N}@$](?![\p{L}\p{N}])){2,}/gu) ?? []).map((run) =>
    run.replace(/[ .\-_*]/g, ''),
  );

function candidates(text: string): Set<string> {
  const shown = plain(text);
  const words = [...shown.split(/\s+/), ...shown.split(/[^\p{L}\p{N}@$!]+/u), ...spelledOut(shown)];
  return new Set(words.filter(Boolean).flatMap(readings));
}

const endings =
  'com net org info biz io gg tv me ru xyz live link shop app dev co uk de es fr it nl pl eu ch at us ly be to cc club online site store top vip fun gift bet casino ws su in';
const ending = endings.split(' ').join('|');
const links = [
  /\b(?:https?|ftp|ipfs|magnet):/i,
  /\bwww\s*[.。]/i,
  new RegExp(`[\\p{L}\\p{N}-]{2,}\\s*(?:\\.|\\(dot\\)|\\[dot\\]|。)\\s*(?:${ending})(?=[/:?#]|$)`, 'iu'),
  new RegExp(`[\\p{L}\\p{N}-]{2,}(?:\\.|\\(dot\\)|\\[dot\\]|\\s+dot\\s+)(?:${ending})(?![\\p{L}\\p{N}])`, 'iu'),
  new RegExp(`\\b\\p{L}\\.(?:${ending})/`, 'iu'),
  /\b\d{1,3}(?:\.\d{1,3}){3}\b/,
];

/** What a host may not want on stage. `own` adds words, and with a minus before them lets words through. */
export function findTrouble(text: string, own: readonly string[] = []): Trouble[] {
  const through = new Set(own.filter((word) => word.startsWith('-')).map((word) => plain(word.slice(1))));
  const added = new Set(own.filter((word) => !word.startsWith('-')).map(plain));
  const found = [...candidates(text)].some((word) => (defaultWords.has(word) || added.has(word)) && !through.has(word));
  const phrase = [...added].some((word) => /\s/.test(word) && ` ${plain(text)} `.includes(` ${word} `));
  return [
    ...(found || phrase ? (['words'] as const) : []),
    ...(links.some((link) => link.test(text)) ? (['link'] as const) : []),
  ];
}
