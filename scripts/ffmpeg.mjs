// ffmpeg: found, or installed where that is allowed, and seen to know what a show needs.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isProgram, named, onPath } from './find-program.mjs';
import { cacheFolder, installIntoCache } from './npm-cache.mjs';
import { ask } from './processes.mjs';
import { stampFits, writeStamp } from './stamp.mjs';
import { installWithSystem } from './system-packages.mjs';
import { Stop, say } from './terminal.mjs';

const windows = process.platform === 'win32';

/** What a show needs of ffmpeg: the list to ask for, and a pattern that its line matches. */
const needs = [
  { name: 'libx264', list: '-encoders', line: /^ V\S* libx264 /m },
  { name: 'aac', list: '-encoders', line: /^ A\S* aac /m },
  { name: 'flv', list: '-formats', line: /^ [D ]?E\S* +flv /m },
  { name: 'rtmp', list: '-protocols', line: /^ +rtmp$/m },
  { name: 'drawtext', list: '-filters', line: /^ \S+ drawtext /m },
];

/** The names of what an ffmpeg lacks; `list` answers what it prints for an option, or null when it does not run. */
export function lacks(list) {
  const printed = new Map();
  for (const option of new Set(needs.map((need) => need.list))) printed.set(option, list(option));
  return needs
    .filter((need) => !need.line.test((printed.get(need.list) || '').replace(/\r/g, '')))
    .map((need) => need.name);
}

/** FFMPEG as the environment or the text of `.env` sets it; null when neither does. */
export function ffmpegSetting(env, text) {
  if (env.FFMPEG) return env.FFMPEG;
  const found = /^[ \t]*(?:export[ \t]+)?FFMPEG[ \t]*=[ \t]*(?:"([^"\n]*)"|'([^'\n]*)'|([^#\r\n]*))/m.exec(text);
  return (found && (found[1] || found[2] || (found[3] || '').trim())) || null;
}

/** Programs in the project's cache: node_modules/@ffmpeg-installer/<machine>/ffmpeg */
function cached(root) {
  const folder = join(cacheFolder(root, 'ffmpeg'), 'node_modules', '@ffmpeg-installer');
  if (!existsSync(folder)) return [];
  const file = windows ? 'ffmpeg.exe' : 'ffmpeg';
  return readdirSync(folder)
    .map((machine) => join(folder, machine, file))
    .filter(isProgram);
}

/** Where winget and choco put programs; the PATH of this process is older than they are. */
const windowsFolders = () =>
  [
    process.env.LOCALAPPDATA && join(process.env.LOCALAPPDATA, 'Microsoft', 'WinGet', 'Links'),
    process.env.ProgramData && join(process.env.ProgramData, 'chocolatey', 'bin'),
  ].filter(Boolean);

/** Asking takes a while, so an answer is kept for as long as the file stays the same. */
function fits(root, path) {
  const { size, mtimeMs } = statSync(path);
  const stamp = JSON.stringify({ path, size, mtimeMs });
  const file = join(root, '.cache', 'ffmpeg-fits.json');
  if (stampFits(file, stamp)) return true;
  const missing = lacks((option) => ask(path, ['-hide_banner', option]));
  if (missing.length === 0) writeStamp(file, stamp);
  else say(`${path} cannot be used: it lacks ${missing.join(', ')}.`);
  return missing.length === 0;
}

const candidates = (root) => [
  ...onPath('ffmpeg'),
  ...(windows ? windowsFolders().flatMap((folder) => onPath('ffmpeg', folder)) : []),
  ...cached(root),
];

const byHand = `dTok needs ffmpeg with libx264, aac, flv, rtmp and drawtext, and could not install one. Type:
  Debian, Ubuntu:  sudo apt-get update && sudo apt-get install -y ffmpeg
  Fedora:          sudo dnf install -y https://mirrors.rpmfusion.org/free/fedora/rpmfusion-free-release-$(rpm -E %fedora).noarch.rpm && sudo dnf install -y ffmpeg --allowerasing
  macOS:           brew install ffmpeg-full   (or, with an older Homebrew: brew install ffmpeg)
  Windows:         winget install -e --id Gyan.FFmpeg
and start again. Or put the path of one that you have into .env:  FFMPEG=/path/to/ffmpeg`;

function fromSetting(root, setting) {
  const path = named(setting, root);
  if (path && fits(root, path)) return path;
  throw new Stop(
    `FFMPEG is set to ${setting}, which ${path ? 'cannot be used' : 'is not a program that can be run'}. ` +
      'Correct it (environment or .env), or remove it to have ffmpeg found or installed.',
  );
}

/** The path of an ffmpeg that can do a show; null when none is there. */
function findFfmpeg(root) {
  return candidates(root).find((path) => fits(root, path)) || null;
}

/** Resolves to the path of an ffmpeg that can do a show. Throws a Stop that says what to type. */
export async function ensureFfmpeg(root, env = process.env) {
  const dotEnv = join(root, '.env');
  const setting = ffmpegSetting(env, existsSync(dotEnv) ? readFileSync(dotEnv, 'utf8') : '');
  if (setting) return fromSetting(root, setting);
  const found = findFfmpeg(root);
  if (found) return found;
  say('ffmpeg is missing: installing it.');
  await installWithSystem('ffmpeg', { apt: 'ffmpeg', brew: ['ffmpeg'], winget: 'Gyan.FFmpeg', choco: 'ffmpeg' });
  const installed = findFfmpeg(root);
  if (installed) return installed;
  await installIntoCache(root, 'ffmpeg', ['@ffmpeg-installer/ffmpeg']);
  const last = findFfmpeg(root);
  if (last) return last;
  throw new Stop(byHand);
}
