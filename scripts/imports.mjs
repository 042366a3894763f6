// Which of our own files import which: for stamps, and to find circles.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';

const specifier = /(?:\bfrom|\bimport)\s*\(?\s*['"](\.{1,2}\/[^'"?]+)/g;

/** A specifier names the built file: './a.js' is ./a.ts or ./a.tsx. */
function source(path) {
  const stem = path.replace(/\.js$/, '');
  return [path, `${stem}.ts`, `${stem}.tsx`].find((file) => existsSync(file)) || null;
}

/** Paths of the files of ours that a file imports, type imports too. */
export function importsOf(file) {
  if (!['.ts', '.tsx', '.mjs'].includes(extname(file))) return [];
  const text = readFileSync(file, 'utf8');
  const found = [...text.matchAll(specifier)].map(([, path]) => source(join(dirname(file), path)));
  return [...new Set(found.filter((path) => path !== null))];
}

/** The files and all that they import, directly or not; sorted. */
export function reach(files) {
  const seen = new Set();
  const visit = (file) => {
    if (seen.has(file)) return;
    seen.add(file);
    importsOf(file).forEach(visit);
  };
  files.forEach(visit);
  return [...seen].sort();
}

/** Each circle once, as the files in the order in which they import each other. */
export function circles(files) {
  const done = new Set();
  const found = [];
  const visit = (file, trail) => {
    const at = trail.indexOf(file);
    if (at >= 0) found.push(trail.slice(at));
    if (at >= 0 || done.has(file)) return;
    for (const next of importsOf(file)) visit(next, [...trail, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  return found;
}
