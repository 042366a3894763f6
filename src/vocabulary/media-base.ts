// Where media come from beside this server: up to four folders, best first, with spaces between.
import { z } from 'zod';

/** At another address, or a path at this one. */
const base = '(https?:\\/\\/[^\\s/?#@]+(\\/[^\\s?#]*)?|\\/[^\\s/?#][^\\s?#]*)';
const pattern = new RegExp(`^ *(${base}( +${base}){0,3} *)?$`);

export const MediaBase = z
  .string()
  .max(1000)
  .regex(pattern, 'is up to four addresses such as https://cdn.example.org/main/, with spaces between');

/** Each with its slash at the end. */
export const basesOf = (text: string): string[] =>
  text
    .split(' ')
    .filter(Boolean)
    .map((folder) => folder.replace(/\/?$/, '/'));
