// Text within a picture: as wide as there is room for, and never markup. Pure.

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
/** Also of what no XML may hold. */
export const escapeXml = (text: string): string =>
  text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/gu, '')
    .replace(/[&<>"']/g, (sign) => escapes[sign] ?? sign);

/** Of a bold letter, in parts of its size; rather too much than too little. */
function widthOf(letter: string): number {
  if (/^[\s.,:;!|'ijl]/.test(letter)) return 0.4;
  if (/^[frtI()[\]-]/.test(letter)) return 0.5;
  if (/^[mwMW@%&]/.test(letter)) return 1.05;
  if (/^[A-Z]/.test(letter)) return 0.8;
  return letter < '\u0700' ? 0.67 : 1.3;
}

const segmenter = new Intl.Segmenter();
const lettersOf = (text: string): string[] => [...segmenter.segment(text)].map(({ segment }) => segment);
const measure = (text: string): number => lettersOf(text).reduce((sum, letter) => sum + widthOf(letter), 0);

/** The beginning of a text that fits into `width` at a size, with an ellipsis where that is not all. */
export function cutTo(text: string, width: number, size: number): string {
  if (measure(text) * size <= width) return text;
  let [shown, left] = ['', width / size - 1];
  for (const letter of lettersOf(text)) {
    left -= widthOf(letter);
    if (left < 0) break;
    shown += letter;
  }
  return `${shown.trimEnd()}…`;
}

/** Broken between words into `most` lines; the last ends with an ellipsis where that is not all. */
export function wrap(text: string, width: number, size: number, most: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ').filter(Boolean)) {
    const last = lines.at(-1);
    const longer = last === undefined ? word : `${last} ${word}`;
    if (last !== undefined && (measure(longer) * size <= width || lines.length === most))
      lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.map((line) => cutTo(line, width, size));
}
