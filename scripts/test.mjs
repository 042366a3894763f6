// npm test: sets up, builds, checks types and style, and runs the tests; `npm test -- test/x.test.ts` runs only these.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBrowser, findBrowser } from './browser.mjs';
import { build } from './build.mjs';
import { ensureFfmpeg } from './ffmpeg.mjs';
import { ensureObs } from './obs.mjs';
import { quiet, seen } from './processes.mjs';
import { root, setUp } from './setup.mjs';
import { runScript, say } from './terminal.mjs';

const program = (...path) => join(root, 'node_modules', ...path);
const tsc = program('typescript', 'bin', 'tsc');

/** Building the server checked its types. */
const checks = [
  { what: 'the types of the pages', file: 'tsconfig.web.json', command: [tsc, '-p', 'tsconfig.web.json', '--noEmit'] },
  {
    what: 'the style',
    file: 'biome.json',
    command: [program('@biomejs', 'biome', 'bin', 'biome'), 'lint', '--colors=off'],
  },
];

/** Resolves to how many failed; says why. */
async function runChecks() {
  let failed = 0;
  for (const { what, file, command } of checks) {
    if (!existsSync(file)) continue;
    const running = { label: `Checking ${what}`, done: `Checked ${what}`, command: process.execPath, args: command };
    const { code, output } = await quiet({ ...running, cwd: root });
    if (code === 0) continue;
    say(output.trimEnd());
    failed += 1;
  }
  return failed;
}

/** Resolves to the exit code and the counts; a run that ended before it counted has one failure. */
async function runTests(args, env) {
  let counts = { passed: 0, failed: 1, skipped: 0 };
  const reporters = ['--reporter=default', `--reporter=${join(root, 'scripts', 'counts.mjs')}`];
  const code = await seen({
    command: process.execPath,
    args: [program('vitest', 'vitest.mjs'), 'run', ...reporters, ...args],
    cwd: root,
    env,
    onMessage: (message) => {
      if (message?.counts) counts = message.counts;
    },
  });
  return { code, counts };
}

await runScript(async () => {
  const args = process.argv.slice(2);
  const full = args.length === 0;
  await setUp();
  const ffmpeg = await ensureFfmpeg(root);
  const browser = full ? await ensureBrowser(root) : await findBrowser(root);
  if (full) await ensureObs();
  await build();
  const failedChecks = full ? await runChecks() : 0;
  const env = { ...process.env, FFMPEG: ffmpeg, ...(browser ? { CHROMIUM: browser } : {}) };
  const { code, counts } = await runTests(args, env);
  const failed = counts.failed + failedChecks;
  if (failedChecks > 0) say(`Failed before the tests: ${failedChecks} of the checks, see above.`);
  process.stdout.write(
    `\n${counts.passed} passed, ${failed} failed${counts.skipped ? `, ${counts.skipped} skipped` : ''}\n`,
  );
  process.exit(code || (failed > 0 ? 1 : 0));
});
