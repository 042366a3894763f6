// Finds programs by name.
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';

const windows = process.platform === 'win32';

export function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

const endings = windows ? ['.exe', '.cmd', '.bat', ''] : [''];

/** Every program of that name on the PATH, first found first. */
export function onPath(name, path = process.env.PATH || '') {
  const files = path
    .split(delimiter)
    .filter(Boolean)
    .flatMap((folder) => endings.map((ending) => join(folder, `${name}${ending}`)));
  return files.filter(isProgram);
}

/** What a setting names: a path (from `root` when relative), or a bare name on the PATH. Null when it is not there. */
export function named(setting, root) {
  const path = isAbsolute(setting) ? setting : resolve(root, setting);
  if (isProgram(path)) return path;
  return /[\\/]/.test(setting) ? null : onPath(setting)[0] || null;
}
