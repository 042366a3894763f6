// npm run bench <name> [-- --rounds N --seconds N]: measures, and prints a table.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { seen } from './processes.mjs';
import { root, setUp } from './setup.mjs';
import { runScript, Stop } from './terminal.mjs';

const folder = join(root, 'bench');

await runScript(async () => {
  const [name = '', ...options] = process.argv.slice(2);
  const file = join(folder, `${name}.ts`);
  if (!/^[\w-]+$/.test(name) || !existsSync(file)) {
    const names = readdirSync(folder).flatMap((entry) => /^([\w-]+)\.ts$/.exec(entry)?.[1] ?? []);
    throw new Stop(`Say what to measure:\n${names.map((known) => `  npm run bench ${known}`).join('\n')}`);
  }
  await setUp();
  const args = ['--import', 'tsx', file, ...options];
  process.exit(await seen({ command: process.execPath, args, cwd: root }));
});
