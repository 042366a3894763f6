// Where media come from beside this server: up to four folders, best first, with spaces between. Pure.

/** At another address, or a path at this one. */
const base = '(https?:\\/\\/[^\\s/?#@]+(\\/[^\\s?#]*)?|\\/[^\\s/?#][^\\s?#]*)';
export const mediaBases = new RegExp(`^ *(${base}( +${base}){0,3} *)?$`);

/** Each with its slash at the end. */
export const basesOf = (text: string): string[] =>
  text
    .split(' ')
    .filter(Boolean)
    .map((folder) => folder.replace(/\/?$/, '/'));
