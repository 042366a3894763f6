// A real OBS for the tests: found, or installed where nobody sits before the machine; without it, its tests say so.
import { onPath } from './find-program.mjs';
import { installWithSystem } from './system-packages.mjs';
import { say } from './terminal.mjs';

const programs = ['obs', 'Xvfb'];
const packages = ['obs-studio', 'obs-plugins', 'xvfb', 'libgl1-mesa-dri'];

/** What of it is not here. */
export const missingForObs = (path = process.env.PATH) =>
  programs.filter((program) => onPath(program, path).length === 0);

/** It is a large program with a window: a person's desktop gets it only when he types so. */
export const mayInstallObs = (env, platform, uid) => platform === 'linux' && (Boolean(env.CI) || uid === 0);

export async function ensureObs(env = process.env) {
  if (missingForObs().length === 0 || !mayInstallObs(env, process.platform, process.getuid?.())) return;
  say('No OBS for the tests: installing one.');
  await installWithSystem('OBS', { apt: packages });
}
