// Runs other programs: seen, or hidden behind a progress line.
import { spawn, spawnSync } from 'node:child_process';
import { constants } from 'node:os';
import { progress } from './terminal.mjs';

const windows = process.platform === 'win32';
const limitMs = 20 * 60_000;

/** The npm that runs us, or the one on the PATH. */
export function npmCommand() {
  const cli = process.env.npm_execpath;
  if (cli?.endsWith('npm-cli.js')) return { command: process.execPath, first: [cli] };
  return { command: windows ? 'npm.cmd' : 'npm', first: [] };
}

const shellFor = (command) => windows && /\.(cmd|bat)$/i.test(command);

/** While it runs, our end is its end too. */
function tie(child) {
  const stop = (signal) => {
    child.kill(signal);
    process.exit(128 + constants.signals[signal]);
  };
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop);
  return () => {
    for (const signal of ['SIGINT', 'SIGTERM']) process.removeListener(signal, stop);
  };
}

function ended(child) {
  const untie = tie(child);
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: 127, error: error.message }));
    child.once('close', (code, signal) => resolve({ code: code === null ? 128 + constants.signals[signal] : code }));
  }).finally(untie);
}

/** Runs with its output kept and a progress line shown; resolves to `{ code, output }`. */
export async function quiet({ label, done, command, args, cwd, env = process.env }) {
  const line = progress(label);
  const child = spawn(command, args, {
    cwd,
    env,
    shell: shellFor(command),
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: limitMs,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const { code, error } = await ended(child);
  line.done(code === 0 ? done : `${label}: did not work`);
  return { code, output: error ? `${output}${error}\n` : output };
}

/** Runs in view of the person; resolves to the exit code. `onMessage` hears what the program sends its parent. */
export async function seen({ command, args, cwd, env = process.env, onMessage }) {
  const stdio = onMessage ? ['inherit', 'inherit', 'inherit', 'ipc'] : 'inherit';
  const child = spawn(command, args, { cwd, env, shell: shellFor(command), stdio });
  if (onMessage) child.on('message', onMessage);
  return (await ended(child)).code;
}

/** A short question to a program: its output, or null when it cannot be run or fails. */
export function ask(command, args, cwd) {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    timeout: 30_000,
    windowsHide: true,
  });
  return status === 0 ? `${stdout}${stderr}` : null;
}
