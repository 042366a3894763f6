// The files that belong to the project: what git tracks or would, or without git all but what is made or secret.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ask } from '../processes.mjs';

const made = /(^|\/)(node_modules|dist|data|\.cache|\.git)(\/|$)|(^|\/)\.env$|\.tsbuildinfo$/;

/** Without going into folders such as node_modules, which hold very many files. */
function walk(root, folder = '') {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder ? `${folder}/${entry.name}` : entry.name;
    if (made.test(path)) return [];
    return entry.isDirectory() ? walk(root, path) : [path];
  });
}

/** Paths from `root`, with slashes. */
export function projectFiles(root) {
  const listed = existsSync(join(root, '.git')) && ask('git', ['ls-files', '-co', '--exclude-standard', '-z'], root);
  const files = listed ? listed.split('\0').filter(Boolean) : walk(root);
  return files.filter((file) => !made.test(file) && existsSync(join(root, file)));
}

export const textOf = (root, file) => readFileSync(join(root, file), 'utf8');
