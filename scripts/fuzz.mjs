// npm run fuzz [-- --mutants]: long stateful fuzzing of the contracts; brings the fuzzer when it is not there.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, installIntoCache } from './npm-cache.mjs';
import { seen } from './processes.mjs';
import { root, setUp } from './setup.mjs';
import { runScript, Stop } from './terminal.mjs';

const version = '1.7.1';

function program() {
  const machine = process.arch === 'x64' ? 'amd64' : process.arch;
  const file = process.platform === 'win32' ? 'forge.exe' : 'forge';
  const name = `forge-${process.platform}-${machine}`;
  return join(cacheFolder(root, 'forge'), 'node_modules', '@foundry-rs', name, 'bin', file);
}

async function ensureForge() {
  if (process.env.FORGE) return process.env.FORGE;
  if (!existsSync(program())) await installIntoCache(root, 'forge', [`@foundry-rs/forge@${version}`]);
  if (existsSync(program())) return program();
  throw new Stop(
    'Forge could not be installed. Install Foundry (getfoundry.sh) and say where it is:  FORGE=/path/to/forge npm run fuzz',
  );
}

await runScript(async () => {
  await setUp();
  const env = { ...process.env, FORGE: await ensureForge() };
  const args = [join(root, 'contracts', 'fuzz.mjs'), ...process.argv.slice(2)];
  process.exit(await seen({ command: process.execPath, args, cwd: root, env }));
});
