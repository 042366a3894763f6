// A Chromium for the tests: found, or installed where that is allowed.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { named, onPath } from './find-program.mjs';
import { ask, quiet } from './processes.mjs';
import { installWithSystem } from './system-packages.mjs';
import { Stop, say } from './terminal.mjs';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

const macApps = ['Chromium.app/Contents/MacOS/Chromium', 'Google Chrome.app/Contents/MacOS/Google Chrome'];

function windowsApps() {
  const { PROGRAMFILES, LOCALAPPDATA } = process.env;
  return [PROGRAMFILES, process.env['PROGRAMFILES(X86)'], LOCALAPPDATA]
    .filter(Boolean)
    .map((folder) => join(folder, 'Google', 'Chrome', 'Application', 'chrome.exe'));
}

function apps() {
  if (process.platform === 'darwin') return macApps.map((app) => join('/Applications', app));
  return process.platform === 'win32' ? windowsApps() : [];
}

/** Where playwright-core keeps its own Chromium. */
async function playwrightOwn() {
  const { chromium } = await import('playwright-core');
  return chromium.executablePath();
}

/** On Linux a file of that name may be a stub, or lack libraries: it must say its version. */
const runs = (path) => process.platform !== 'linux' || ask(path, ['--version']) !== null;

/** Resolves to the path of a Chromium, or null. Throws a Stop when CHROMIUM is set and wrong. */
export async function findBrowser(root, env = process.env) {
  if (env.CHROMIUM) {
    const path = named(env.CHROMIUM, root);
    if (path) return path;
    throw new Stop(`CHROMIUM is set to ${env.CHROMIUM}, which is not a program that can be run.`);
  }
  const there = [...names.flatMap((name) => onPath(name)), ...apps().filter((path) => existsSync(path))];
  const found = there.find(runs);
  if (found) return found;
  const own = await playwrightOwn();
  return existsSync(own) && runs(own) ? own : null;
}

async function installOwn(root) {
  const command = process.execPath;
  const cli = join(root, 'node_modules', 'playwright-core', 'cli.js');
  const mayInstall = process.getuid && process.getuid() === 0 && onPath('apt-get').length > 0;
  const args = [cli, 'install', ...(mayInstall ? ['--with-deps'] : []), 'chromium'];
  const label = "Installing a Chromium of the tests' own (playwright-core)";
  const { code, output } = await quiet({ label, done: 'Installed Chromium', command, args, cwd: root });
  if (code !== 0) say(output.trimEnd());
}

const byHand = `The tests need a Chromium, and none could be installed. Type:
  Debian:   sudo apt-get update && sudo apt-get install -y chromium
  Ubuntu:   npx playwright-core install --with-deps chromium
  Fedora:   sudo dnf install -y chromium
  macOS:    brew install --cask google-chrome
  Windows:  winget install -e --id Google.Chrome
and run  npm test  again. Or say where one is:  CHROMIUM=/path/to/chromium npm test`;

/** Resolves to the path of a Chromium. Throws a Stop that says what to type. */
export async function ensureBrowser(root, env = process.env) {
  const found = await findBrowser(root, env);
  if (found) return found;
  say('No Chromium for the tests: installing one.');
  await installWithSystem('Chromium', { apt: 'chromium' });
  const installed = await findBrowser(root, env);
  if (installed) return installed;
  await installOwn(root);
  const last = await findBrowser(root, env);
  if (last) return last;
  throw new Stop(byHand);
}
