// Programs that come as npm packages but are not for everybody: installed into .cache when they are asked for.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { npmCommand, quiet } from './processes.mjs';
import { say } from './terminal.mjs';

export const cacheFolder = (root, name) => join(root, '.cache', name);

const flags = ['--no-save', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund', '--no-progress'];

/** Resolves to whether it worked; when not, npm's words have been said. */
export async function installIntoCache(root, name, packages) {
  const folder = cacheFolder(root, name);
  mkdirSync(folder, { recursive: true });
  const { command, first } = npmCommand();
  const { code, output } = await quiet({
    label: `Installing ${name} into .cache/${name} (npm)`,
    done: `Installed ${name} into .cache/${name}`,
    command,
    args: [...first, 'install', '--prefix', folder, ...flags, ...packages],
    cwd: folder,
  });
  if (code !== 0) say(output.trimEnd());
  return code === 0;
}
