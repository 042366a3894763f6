// Checks of the documents: their links lead somewhere, and the commands that they name exist.
import { existsSync } from 'node:fs';
import { posix } from 'node:path';
import { textOf } from './files.mjs';

const link = /\]\(([^()\s]+(?:\([^()\s]*\))?)(?:\s+"[^"]*")?\)|\b(?:src|href)="([^"]+)"/g;
const elsewhere = /^([a-z][a-z0-9+.-]*:|\/\/)/i;

const withoutCode = (text) => text.replace(/^(```|~~~)[\s\S]*?^\1/gm, '').replace(/`[^`\n]*`/g, '');

/** The anchor that GitHub gives a heading. */
const anchor = (heading) =>
  heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');

const anchors = (text) => [...text.matchAll(/^#{1,6}\s+(.+)$/gm)].map(([, heading]) => anchor(heading));

function brokenLink(root, from, target) {
  const [path, part] = target.split('#');
  const file = path ? posix.join(posix.dirname(from), decodeURI(path)) : from;
  if (!existsSync(posix.join(root, file))) return `${from}: the link ${target} leads nowhere`;
  if (!part || !file.endsWith('.md')) return null;
  return anchors(textOf(root, file)).includes(part) ? null : `${from}: ${file} has no heading for #${part}`;
}

/** Relative links of every *.md exist, and so do the headings that they name. */
export function checkLinks({ root, files }) {
  return files
    .filter((file) => file.endsWith('.md'))
    .flatMap((file) => [...withoutCode(textOf(root, file)).matchAll(link)].map((found) => [file, found[1] || found[2]]))
    .filter(([, target]) => !elsewhere.test(target))
    .map(([file, target]) => brokenLink(root, file, target))
    .filter((problem) => problem !== null);
}

const command = /\bnpm (?:run ([\w:-]+)|(start|test)\b)/g;

/** Every `npm run x`, `npm start` and `npm test` that a document names is a script of package.json. */
export function checkCommands({ root, files }) {
  const { scripts } = JSON.parse(textOf(root, 'package.json'));
  return files
    .filter((file) => file.endsWith('.md'))
    .flatMap((file) => [...textOf(root, file).matchAll(command)].map((found) => [file, found[1] || found[2]]))
    .filter(([, name]) => !(name in scripts))
    .map(([file, name]) => `${file}: package.json has no script "${name}"`);
}
