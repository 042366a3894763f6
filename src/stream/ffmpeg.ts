// Finds ffmpeg: the setting, then the PATH, then what `npm start` installed into the project's cache.
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const program = process.platform === 'win32' ? 'ffmpeg.exe' : 'ffmpeg';

const install: Partial<Record<NodeJS.Platform, string>> = {
  darwin: 'brew install ffmpeg',
  win32: 'winget install ffmpeg',
  linux: 'sudo apt-get install ffmpeg   (or your system’s own: dnf, pacman, apk)',
};

function runs(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Where `npm install --prefix <cacheFolder>/ffmpeg @ffmpeg-installer/ffmpeg` puts it. */
const cached = (cacheFolder: string): string =>
  join(cacheFolder, 'ffmpeg', 'node_modules', '@ffmpeg-installer', `${process.platform}-${process.arch}`, program);

/** The path of ffmpeg. Throws an Error that says what to type when there is none. */
export function findFfmpeg({ path, cacheFolder }: { path: string | undefined; cacheFolder: string }): string {
  if (path) {
    if (runs(path)) return path;
    throw new Error(`FFMPEG is set to ${path}, but no program is there. Correct the setting, or leave it empty.`);
  }
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const found = [...folders.map((folder) => join(folder, program)), cached(cacheFolder)].find(runs);
  if (found) return found;
  const how = install[process.platform] ?? 'see https://ffmpeg.org/download.html';
  throw new Error(`ffmpeg was not found. Install it with:\n  ${how}\nor set FFMPEG to its path.`);
}
