// npm run check: format, lint, types, documents and files.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { checkCommands, checkLinks } from './checks/docs.mjs';
import { projectFiles } from './checks/files.mjs';
import { checkSettings } from './checks/settings.mjs';
import { checkCircles, checkFirstLines, checkTraces } from './checks/sources.mjs';
import { quiet } from './processes.mjs';
import { root, setUp } from './setup.mjs';
import { runScript, Stop, say } from './terminal.mjs';

const program = (...path) => join(root, 'node_modules', ...path);
const tsc = program('typescript', 'bin', 'tsc');
const biome = program('@biomejs', 'biome', 'bin', 'biome');

const programs = [
  { what: 'format and lint', file: 'biome.json', command: [biome, 'check', '--colors=off'] },
  { what: 'types of the server', file: 'tsconfig.json', command: [tsc, '-p', 'tsconfig.json', '--noEmit'] },
  { what: 'types of the pages', file: 'tsconfig.web.json', command: [tsc, '-p', 'tsconfig.web.json', '--noEmit'] },
  { what: 'types of the tests', file: 'tsconfig.test.json', command: [tsc, '-p', 'tsconfig.test.json', '--noEmit'] },
];

const own = [
  { what: 'links in documents', check: checkLinks },
  { what: 'commands in documents', check: checkCommands },
  { what: 'settings and .env.example', check: checkSettings },
  { what: 'registries and folders of one machine', check: checkTraces },
  { what: 'first lines', check: checkFirstLines },
  { what: 'import circles', check: checkCircles },
];

async function runProgram({ what, file, command }) {
  if (!existsSync(file)) return 0;
  const running = { label: `Checking ${what}`, done: `Checked ${what}`, command: process.execPath, args: command };
  const { code, output } = await quiet({ ...running, cwd: root });
  if (code !== 0) say(output.trimEnd());
  return code === 0 ? 0 : 1;
}

function runOwn({ what, check }, files) {
  const problems = check({ root, files });
  say(problems.length === 0 ? `Checked ${what}` : `Checking ${what}: did not work`);
  for (const problem of problems) say(`  ${problem}`);
  return problems.length === 0 ? 0 : 1;
}

await runScript(async () => {
  await setUp();
  let failed = 0;
  for (const one of programs) failed += await runProgram(one);
  const files = projectFiles(root);
  for (const one of own) failed += runOwn(one, files);
  if (failed > 0) throw new Stop(`${failed} of ${programs.length + own.length} checks failed.`);
  say('All is well.');
});
