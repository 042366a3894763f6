// What every script does first: the right Node, the packages, and the programs that it needs.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensurePackages } from './packages.mjs';
import { Stop } from './terminal.mjs';

/** The project's folder. */
export const root = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '');

const numbers = (version) => (version.match(/\d+/g) || []).map(Number);

/** Whether a Node version ('20.20.2') is at least what package.json asks for ('>=20.19'), and not an early 22. */
export function nodeFits(version, wanted) {
  const [major = 0, minor = 0] = numbers(version);
  const [wantedMajor = 0, wantedMinor = 0] = numbers(wanted);
  if (major === 21 || (major === 22 && minor < 12)) return false;
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

export function checkNode(folder = root, version = process.versions.node) {
  const { engines } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  if (nodeFits(version, engines.node)) return;
  throw new Stop(`dTok needs Node ${engines.node.replace('>=', '')} or newer (22.12 or newer of the 22s); this is ${version}.
Get the current LTS release from https://nodejs.org, or with a version manager: nvm install --lts`);
}

/** Leaves the process in the project's folder with the packages installed. Throws a Stop that says what to do. */
export async function setUp() {
  checkNode();
  process.chdir(root);
  await ensurePackages(root);
}
