// The languages of the bots, and which of them a person is answered in.
import type { Problem } from '../../vocabulary/problems.js';
import { de } from './de.js';
import { en, type Words } from './en.js';
import { es } from './es.js';

export type { Words } from './en.js';

/** By the two letters that a BCP 47 tag begins with. */
export const languages: Readonly<Record<string, Words>> = { en, de, es };

/** English, where a language is not spoken here. */
export const wordsFor = (locale: string): Words => languages[locale.slice(0, 2).toLowerCase()] ?? en;

/** A refusal in the person's language; the English sentence where a language has none of its own. */
export const sayRefusal = (words: Words, problem: Problem): string =>
  words.refusals[problem.code]?.(problem.facts) ?? problem.message;
