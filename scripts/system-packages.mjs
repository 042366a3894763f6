// Installs programs with the system's own package manager, where that needs no password.
import { onPath } from './find-program.mjs';
import { ask, quiet } from './processes.mjs';

const has = (name) => onPath(name).length > 0;
const isRoot = () => Boolean(process.getuid) && process.getuid() === 0;

/** What to put before a command that needs root; null when we may not. */
function asRoot() {
  if (isRoot()) return [];
  return has('sudo') && ask('sudo', ['-n', 'true']) !== null ? ['sudo', '-n'] : null;
}

const aptOptions = [
  '-q',
  '-o',
  'Acquire::Retries=1',
  '-o',
  'Acquire::http::Timeout=20',
  '-o',
  'DPkg::Lock::Timeout=120',
];

function aptCommands(names) {
  const before = asRoot();
  if (!before || !has('apt-get')) return [];
  // `env` because sudo drops what we would set.
  const apt = [...before, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...aptOptions];
  return [
    [...apt, 'update'],
    [...apt, 'install', '-y', '--no-install-recommends', ...[names].flat()],
  ];
}

const wingetFlags = ['-e', '--silent', '--accept-source-agreements', '--accept-package-agreements', '--id'];

/** The commands that would install it here, in order: `{ manager, commands }`, or null when none may be used. */
export function installPlan({ apt, brew, winget, choco }) {
  const plans = [
    { manager: 'apt-get', commands: apt ? aptCommands(apt) : [] },
    { manager: 'brew', commands: brew && has('brew') ? [['brew', 'install', ...brew]] : [] },
    { manager: 'winget', commands: winget && has('winget') ? [['winget', 'install', ...wingetFlags, winget]] : [] },
    { manager: 'choco', commands: choco && has('choco') ? [['choco', 'install', '-y', choco]] : [] },
  ];
  return plans.find(({ commands }) => commands.length > 0) || null;
}

/** Resolves to whether a package manager said that it installed it. */
export async function installWithSystem(what, names) {
  const plan = installPlan(names);
  if (!plan) return false;
  let code = 1;
  for (const [command, ...args] of plan.commands) {
    const step = args.includes('update') ? 'Refreshing the package lists' : `Installing ${what}`;
    const done = args.includes('update') ? 'Refreshed the package lists' : `Installed ${what}`;
    // A list that cannot be refreshed need not keep the install from working.
    ({ code } = await quiet({ label: `${step} (${plan.manager})`, done: `${done} (${plan.manager})`, command, args }));
  }
  return code === 0;
}
