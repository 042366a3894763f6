// Runs Foundry's Forge from npm, with solc from npm, over a copy of the contracts and their invariants.
import { spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { settings } from './compile.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Calls in one run: long enough for withdrawals to ripen many times over. */
const depth = 500;
const windows = process.platform === 'win32';

/** A folder with all that Forge needs, and how to be rid of it. `mutant` changes one place of one contract. */
export function makeWorkspace(mutant = null) {
  const folder = mkdtempSync(join(tmpdir(), 'dtok-fuzz-'));
  const sources = (from) => !/\.(mjs|mts|ts|md|tree|json)$/.test(from);
  for (const part of ['contracts', 'test/contracts']) {
    cpSync(join(root, part), join(folder, part), { recursive: true, filter: sources });
  }
  if (mutant) mutate(join(folder, mutant.file), mutant);
  writeFileSync(join(folder, 'foundry.toml'), config());
  return { folder, solc: writeCompiler(folder), remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Throws unless the place is there exactly once: a mutant of nothing would prove nothing. */
export function mutate(path, { name, from, to }) {
  const text = readFileSync(path, 'utf8');
  if (text.split(from).length !== 2) throw new Error(`the mutant "${name}" does not fit ${path} any more`);
  writeFileSync(path, text.replace(from, to));
}

function config() {
  const packages = JSON.stringify(join(root, 'node_modules'));
  const openzeppelin = JSON.stringify(`@openzeppelin/=${join(root, 'node_modules', '@openzeppelin')}/`);
  return `[profile.default]
src = "contracts"
test = "test/contracts/invariants"
libs = []
remappings = [${openzeppelin}, "contracts/=contracts/", "test/=test/"]
allow_paths = [${packages}]
offline = true
evm_version = "${settings.evmVersion}"
optimizer = ${settings.optimizer.enabled}
optimizer_runs = ${settings.optimizer.runs}
[invariant]
depth = ${depth}
fail_on_revert = true
show_metrics = true
shrink_run_limit = 2000
`;
}

/** Forge starts its compiler as a program of its own. */
function writeCompiler(folder) {
  const script = fileURLToPath(new URL('solc.mjs', import.meta.url));
  mkdirSync(join(folder, 'bin'));
  const program = join(folder, 'bin', windows ? 'solc.cmd' : 'solc');
  const text = windows
    ? `@"${process.execPath}" "${script}" %*\r\n`
    : `#!/bin/sh\nexec "${process.execPath}" "${script}" "$@"\n`;
  writeFileSync(program, text);
  chmodSync(program, 0o755);
  return program;
}

/** Resolves to the exit code and all that Forge said; `echo` also shows it while it comes. */
export function runForge({ forge, workspace, calls, seed, echo }) {
  const runs = `${Math.max(1, Math.ceil(calls / depth))}`;
  const env = { ...process.env, FOUNDRY_INVARIANT_RUNS: runs, NO_COLOR: '1' };
  const args = ['test', '--root', workspace.folder, '--use', workspace.solc, '--fuzz-seed', `${seed}`];
  return new Promise((resolve, reject) => {
    const child = spawn(forge, args, { cwd: workspace.folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
        if (echo) process.stdout.write(text);
      });
    }
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}
