// Checks of the files themselves: nothing of one machine or registry in them, a first line that says what for, no circles.
import { homedir } from 'node:os';
import { join, relative } from 'node:path';
import { circles } from '../imports.mjs';
import { textOf } from './files.mjs';

const homes = /(?<![\w.$}])(?:\/(?:home|Users)\/[\w.-]+\/|[A-Z]:\\Users\\)/;
const registry =
  /\bregistry\.[\w-]+(?:\.[\w-]+)+|[/]artifactory[/]|[/]npm-(?:proxy|remote|mirror)\b|"resolved": "htt[p]/;

/** Folders of this machine that no file may name. */
const ownFolders = (root) => [root, homedir()].filter((folder) => folder.length > 1).map((folder) => `${folder}/`);

function traces(line, own) {
  if (registry.test(line)) return 'names a package registry';
  return homes.test(line) || own.some((folder) => line.includes(folder)) ? 'names a folder of one machine' : null;
}

/** No registry host and no absolute path of a machine in any text file. */
export function checkTraces({ root, files }) {
  const own = ownFolders(root);
  return files.flatMap((file) => {
    const text = textOf(root, file);
    if (text.includes('\0')) return [];
    return text.split('\n').flatMap((line, at) => {
      const why = traces(line, own);
      return why ? [`${file}:${at + 1} ${why}`] : [];
    });
  });
}

const code = /^(src|scripts|test|contracts)\/.*\.(ts|tsx|mjs|css)$/;

/** Every file of code opens with a comment that says what it is for. */
export function checkFirstLines({ root, files }) {
  return files
    .filter((file) => code.test(file))
    .filter((file) => !/^(#!.*\n)?(\/\/|\/\*)\s*\S/.test(textOf(root, file)))
    .map((file) => `${file}: the first line is not a comment that says what the file is for`);
}

/** No file of src imports itself through others. */
export function checkCircles({ root, files }) {
  const sources = files.filter((file) => /^src\/.*\.tsx?$/.test(file)).map((file) => join(root, file));
  const found = circles(sources).map((circle) => [...circle, circle[0]].map((file) => relative(root, file)));
  return found.map((circle) => `these import each other: ${circle.join(' -> ')}`);
}
