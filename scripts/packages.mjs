// The npm packages: installed when they are missing or not those of package-lock.json, and seen to work.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { isProgram } from './find-program.mjs';
import { withLock } from './lock.mjs';
import { ask, npmCommand, quiet } from './processes.mjs';
import { hash, stampFits, writeStamp } from './stamp.mjs';
import { Stop, say } from './terminal.mjs';

const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));

/** Changes with the lockfile, with what package.json says of packages, and with the Node they were built for. */
export function packagesStamp({ lock, manifest, node }) {
  const { dependencies, devDependencies, optionalDependencies, overrides, allowScripts } = JSON.parse(manifest);
  return hash(
    lock,
    JSON.stringify([dependencies, devDependencies, optionalDependencies, overrides, allowScripts]),
    node,
  );
}

/** Whether what npm says it installed is all that the lockfile asks for; what is optional may be missing. */
export function installedFits(lock, installed) {
  return Object.entries(lock.packages).every(([path, wanted]) => {
    if (path === '') return true;
    const found = installed.packages[path];
    return found ? found.version === wanted.version : Boolean(wanted.optional || wanted.devOptional);
  });
}

/** What to try next, from npm's own words. */
export function installHint(output) {
  if (/ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET|ENETUNREACH/.test(output)) {
    return 'The package registry could not be reached: check the internet connection (or the proxy), and try again.';
  }
  if (/EACCES|EPERM|EROFS/.test(output)) return 'npm may not write here: run it in a folder that is yours.';
  if (/ENOSPC/.test(output)) return 'The disk is full: free some space and try again.';
  if (/CERT/.test(output)) {
    return 'The connection to the package registry is not trusted. Behind a proxy with its own certificate, set NODE_EXTRA_CA_CERTS to its file.';
  }
  return /gyp|better-sqlite3/.test(output) ? compilerHint : 'Type  npm ci  to see it alone, and try again.';
}

export const compilerHint = `better-sqlite3 has no ready-made program for this machine (or it could not be downloaded), so it must be
compiled. That needs python3, make and a C++ compiler:
  Debian, Ubuntu:  sudo apt-get install -y python3 make g++
  Fedora:          sudo dnf install -y python3 make gcc-c++
  macOS:           xcode-select --install
  Windows:         winget install -e --id Microsoft.VisualStudio.2022.BuildTools   (with "Desktop development with C++")
Then try again.`;

function failed(what, output) {
  say(output.trimEnd());
  return new Stop(`${what}\n${installHint(output)}`);
}

const flags = ['--include=dev', '--no-audit', '--no-fund', '--no-progress', '--loglevel=notice'];

function npm(root, label, done, args) {
  const { command, first } = npmCommand();
  return quiet({ label, done, command, args: [...first, ...args], cwd: root });
}

/** A lockfile made on one kind of machine may not list what npm wants on another: then its versions, and the rest new. */
async function install(root) {
  const done = 'Installed the npm packages';
  let result = await npm(root, 'Installing the npm packages (a few minutes the first time)', done, ['ci', ...flags]);
  if (result.code !== 0 && /EUSAGE/.test(result.output)) {
    say('package-lock.json does not list all that npm wants on this machine: letting npm add it.');
    result = await npm(root, 'Installing the npm packages, second way', done, ['install', '--no-save', ...flags]);
  }
  if (result.code !== 0) throw failed('The npm packages could not be installed (npm says why above).', result.output);
}

const databaseWorks = (root) =>
  ask(process.execPath, ['-e', "new (require('better-sqlite3'))(':memory:').close()"], root) !== null;

async function proveDatabase(root) {
  if (databaseWorks(root)) return;
  const label = 'Building the database program (better-sqlite3) for this Node';
  const { output } = await npm(root, label, 'Built better-sqlite3', ['rebuild', 'better-sqlite3', '--loglevel=notice']);
  if (!databaseWorks(root)) throw failed('better-sqlite3 does not load on this machine.', output);
}

/** The native program of the development chain; null when npm did not bring one. */
export function anvilProgram(root) {
  const machine = process.arch === 'x64' ? 'amd64' : process.arch;
  const name = `@foundry-rs/anvil-${process.platform}-${machine}/bin/anvil${process.platform === 'win32' ? '.exe' : ''}`;
  try {
    const fromAnvil = createRequire(
      createRequire(join(root, 'package.json')).resolve('@foundry-rs/anvil/package.json'),
    );
    return fromAnvil.resolve(name);
  } catch {
    return null;
  }
}

function proveChain(root) {
  const path = anvilProgram(root);
  if (path && isProgram(path) && ask(path, ['--version']) !== null) return;
  const why = path ? `${path} does not run here` : `there is none for ${process.platform}-${process.arch}`;
  throw new Stop(`The development chain's program (anvil) is missing: ${why}.
It comes as an optional npm package. Type  npm ci --include=dev --include=optional  and try again.
It runs on Linux with glibc (x64, arm64), macOS, and Windows x64.`);
}

const files = (root) => ({
  lock: join(root, 'package-lock.json'),
  manifest: join(root, 'package.json'),
  installed: join(root, 'node_modules', '.package-lock.json'),
  stamp: join(root, 'node_modules', '.dtok-stamp'),
});

/** Installs what is missing. Throws a Stop that says what to type. Does nothing, at once, when all is there. */
export async function ensurePackages(root) {
  const { lock, manifest, installed, stamp } = files(root);
  if (!existsSync(lock)) throw new Stop('package-lock.json is missing: get a whole copy of dTok (git clone).');
  const node = `${process.versions.modules} ${process.platform} ${process.arch}`;
  const wanted = packagesStamp({ lock: readFileSync(lock), manifest: readFileSync(manifest, 'utf8'), node });
  if (stampFits(stamp, wanted)) return;
  await withLock(join(root, '.cache', 'setup.lock'), async () => {
    if (stampFits(stamp, wanted)) return;
    const complete = existsSync(installed) && installedFits(readJson(lock), readJson(installed));
    if (!complete) await install(root);
    await proveDatabase(root);
    proveChain(root);
    writeStamp(stamp, wanted);
  });
}
