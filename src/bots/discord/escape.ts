// Text as Discord shows it to the letter: no markup, no mention, no link, and no longer than it takes.

/** Everything that means something in the midst of a line; and the colon, for Discord would make links of addresses. */
const marks = /[\\*_~|`<>@[\]]|:(?=\/\/)/g;
/** Headings, small print and lists begin a line. */
const leading = /^([^\S\n]*)(?=(#{1,3}|[+-]|-#)\s)/gm;
const numbering = /^([^\S\n]*\d+)(?=[.)]\s)/gm;

const escapeAll = (text: string): string =>
  text.replace(marks, '\\$&').replace(leading, '$1\\').replace(numbering, '$1\\');

/** No half of a character, and no backslash that has lost what it is for. */
const whole = (text: string): string => text.replace(/[\ud800-\udbff]$/, '').replace(/(?<!\\)((?:\\\\)*)\\$/, '$1');

const cut = (escaped: string, most: number): string =>
  escaped.length <= most ? escaped : `${whole(escaped.slice(0, most - 1))}…`;

export const plain = (text: string, most: number): string => cut(escapeAll(text), most);

/** Of facts, where commands name channels and roles as Discord does: it shows what they are called, and rings nobody. */
export const withNames = (text: string, most: number): string =>
  cut(
    text
      .split(/(<(?:#|@&)\d{1,20}>)/)
      .map((piece, n) => (n % 2 === 1 ? piece : escapeAll(piece)))
      .join(''),
    most,
  );

/** For what knows no markup: labels, choices, titles. */
export const label = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…`;
