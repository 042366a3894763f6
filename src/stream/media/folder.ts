// Publishes into a folder that any static server can serve; every file appears whole or not at all.
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where media goes; a name is a plain file name. */
export interface Target {
  /** Throws what the storage says when it refuses. */
  put(name: string, data: Buffer | string): Promise<void>;
  /** Null when there is none. */
  get(name: string): Promise<Buffer | null>;
  remove(name: string): Promise<void>;
  list(): Promise<string[]>;
}

export function folderTarget(folder: string): Target {
  const ready = mkdir(folder, { recursive: true });
  ready.catch(() => {});
  return {
    async put(name, data) {
      await ready;
      const unfinished = join(folder, `.${name}.part`);
      try {
        await writeFile(unfinished, data);
        await rename(unfinished, join(folder, name));
      } catch (error) {
        await rm(unfinished, { force: true }).catch(() => {});
        throw error;
      }
    },
    get: (name) => readFile(join(folder, name)).catch(() => null),
    remove: (name) => rm(join(folder, name), { force: true }),
    list: () => readdir(folder).catch(() => []),
  };
}
