// Stamps: a hash of all that something was made from, kept beside it, says whether it is still right.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Hex digest of texts, in order. */
export function hash(...texts) {
  const sum = createHash('sha256');
  for (const text of texts) sum.update(String(text.length)).update('\0').update(text);
  return sum.digest('hex');
}

/** Every file under a folder, sorted; paths begin with `folder`. */
export function filesUnder(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? filesUnder(join(folder, entry.name)) : [join(folder, entry.name)]))
    .sort();
}

/** Digest of files by their names and contents; a missing file counts as such. */
export function hashFiles(files) {
  return hash(...files.flatMap((file) => [file, existsSync(file) ? readFileSync(file) : 'missing']));
}

export const stampFits = (file, stamp) => existsSync(file) && readFileSync(file, 'utf8') === stamp;

export function writeStamp(file, stamp) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, stamp);
}
