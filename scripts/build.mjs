// Builds what changed: the server with tsc into dist/server, the pages with vite into dist/web.
import { rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { reach } from './imports.mjs';
import { withLock } from './lock.mjs';
import { quiet } from './processes.mjs';
import { root, setUp } from './setup.mjs';
import { filesUnder, hashFiles, stampFits, writeStamp } from './stamp.mjs';
import { runScript, Stop, say } from './terminal.mjs';

/** Paths are from the project's folder, where scripts run. */
const parts = [
  {
    what: 'the server',
    output: join('dist', 'server'),
    inputs: () => ['tsconfig.json', ...filesUnder('src').filter((file) => !file.startsWith(join('src', 'web')))],
    command: [join('node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.json'],
  },
  {
    what: 'the pages',
    output: join('dist', 'web'),
    inputs: () => ['vite.config.ts', 'tsconfig.json', 'tsconfig.web.json', ...reach(filesUnder(join('src', 'web')))],
    command: [join('node_modules', 'vite', 'bin', 'vite.js'), 'build', '--logLevel', 'warn'],
  },
];

const always = ['package-lock.json', join('scripts', 'build.mjs')];

async function buildPart({ what, output, inputs, command }) {
  const stamp = hashFiles([...always, ...inputs()]);
  const file = join(output, '.stamp');
  if (stampFits(file, stamp)) return;
  // Emptied, so that nothing stays of a source that is gone.
  rmSync(output, { recursive: true, force: true });
  const env = { ...process.env, NODE_ENV: 'production' };
  const running = { label: `Building ${what}`, done: `Built ${what}`, command: process.execPath, args: command, env };
  const { code, output: words } = await quiet({ ...running, cwd: root });
  if (words.trim()) say(words.trimEnd());
  if (code !== 0) throw new Stop(`Building ${what} failed: the reasons are above.`);
  writeStamp(file, stamp);
}

const fresh = () =>
  parts.every(({ output, inputs }) => stampFits(join(output, '.stamp'), hashFiles([...always, ...inputs()])));

/** Builds what changed since the last time; after `setUp`. Throws a Stop when that fails. */
export async function build() {
  if (fresh()) return false;
  await withLock(join('.cache', 'setup.lock'), async () => {
    for (const part of parts) await buildPart(part);
  });
  return true;
}

if (process.argv[1] && pathToFileURL(process.argv[1]).href === import.meta.url) {
  await runScript(async () => {
    await setUp();
    if (!(await build()))
      say(`Nothing to build: ${parts.map(({ output }) => relative(root, output)).join(' and ')} are up to date.`);
  });
}
