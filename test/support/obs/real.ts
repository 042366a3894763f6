// A real OBS under a screen that nobody sees, with its websocket server on and a home of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { freePort, removeFolder, temporaryFolder } from '../dtok.js';

export const realPassword = 'open-sesame-42';

const settings = (port: number): string =>
  [
    ...['[General]', 'FirstRun=true', 'EnableAutoUpdates=false', ''],
    ...['[OBSWebSocket]', 'FirstLoad=false', 'ServerEnabled=true', `ServerPort=${port}`, 'AlertsEnabled=false'],
    ...['AuthRequired=true', `ServerPassword=${realPassword}`, ''],
    ...['[Basic]', 'Profile=Untitled', 'ProfileDir=Untitled', ''],
  ].join('\n');

const pluginSettings = (port: number) => ({
  ...{ first_load: false, server_enabled: true, server_port: port, alerts_enabled: false },
  ...{ auth_required: true, server_password: realPassword },
});

/** A small picture, so that the machine has time for the rest. */
const profile = [
  ...['[General]', 'Name=Untitled', '', '[SimpleOutput]', 'Preset=ultrafast', ''],
  ...['[Video]', 'BaseCX=640', 'BaseCY=360', 'OutputCX=640', 'OutputCY=360', 'FPSCommon=20', ''],
].join('\n');

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill(signal);
  await exit;
}

/** A screen that nobody sees, on a display of its own: `display` is what programs are told. */
export async function startScreen(size = '1280x720') {
  const child = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', `${size}x24`, '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const told = child.stdio[3] as Readable;
  const [number] = (await Promise.race([
    once(told, 'data'),
    once(child, 'exit').then(() => Promise.reject(new Error('Xvfb ended'))),
  ])) as [Buffer];
  return { display: `:${String(number).trim()}`, stop: () => end(child, 'SIGTERM') };
}

export type RealObs = Awaited<ReturnType<typeof prepareObs>>;

/** Its home and screen; `start` starts it there, as often as wanted. */
export async function prepareObs() {
  const home = temporaryFolder('real-obs');
  const folder = join(home, '.config', 'obs-studio');
  const port = await freePort();
  const profileFolder = join(folder, 'basic', 'profiles', 'Untitled');
  mkdirSync(profileFolder, { recursive: true });
  writeFileSync(join(profileFolder, 'basic.ini'), profile);
  writeFileSync(join(folder, 'global.ini'), settings(port));
  // Where newer ones look.
  const pluginFolder = join(folder, 'plugin_config', 'obs-websocket');
  mkdirSync(pluginFolder, { recursive: true });
  writeFileSync(join(pluginFolder, 'config.json'), JSON.stringify(pluginSettings(port)));
  const screen = await startScreen();
  const env = { ...process.env, HOME: home, XDG_CONFIG_HOME: join(home, '.config'), XDG_RUNTIME_DIR: home };
  const look = { DISPLAY: screen.display, LIBGL_ALWAYS_SOFTWARE: '1', QT_QPA_PLATFORM: 'xcb' };
  const flags = ['--multi', '--disable-updater', '--disable-missing-files-check', '--minimize-to-tray'].concat(
    '--disable-shutdown-check',
  );
  let obs: ChildProcess | null = null;
  let output = '';
  const kill = async (): Promise<void> => {
    if (obs) await end(obs, 'SIGKILL');
    obs = null;
  };
  return {
    address: `ws://127.0.0.1:${port}`,
    output: () => output,
    start(): void {
      obs = spawn('obs', flags, { env: { ...env, ...look }, stdio: ['ignore', 'pipe', 'pipe'] });
      for (const stream of [obs.stdout, obs.stderr]) stream?.on('data', (chunk) => (output += chunk));
    },
    kill,
    async stop(): Promise<void> {
      await kill();
      await screen.stop();
      removeFolder(home);
    },
  };
}
