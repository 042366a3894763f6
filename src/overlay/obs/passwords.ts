// OBS's passwords: beside the other secrets, for their owner only; never logged, never sent to a page.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { keepSecretFile } from '../../secrets.js';

const Passwords = z.record(z.string(), z.string());

/** Throws an Error that says what to do when the file is damaged. */
function read(file: string): Map<string, string> {
  if (!existsSync(file)) return new Map();
  try {
    return new Map(Object.entries(Passwords.parse(JSON.parse(readFileSync(file, 'utf8')))));
  } catch (cause) {
    throw new Error(`${file} is damaged: remove it, and connect to OBS again on the dashboard.`, { cause });
  }
}

/** By stream. */
export function openPasswords(folder: string) {
  const file = join(folder, 'obs-passwords.json');
  const passwords = read(file);
  return {
    get: (stream: string): string | null => passwords.get(stream) ?? null,
    /** On disk when it returns. */
    set(stream: string, password: string | null): void {
      if (password === (passwords.get(stream) ?? null)) return;
      if (password === null) passwords.delete(stream);
      else passwords.set(stream, password);
      keepSecretFile(file, Object.fromEntries(passwords));
    },
  };
}
