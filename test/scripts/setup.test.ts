// The parts of the set-up that decide: versions, stamps, what is installed, what ffmpeg can do.
import { EventEmitter, once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { countRun } from '../../scripts/counts.mjs';
import { ffmpegSetting, lacks } from '../../scripts/ffmpeg.mjs';
import { named, onPath } from '../../scripts/find-program.mjs';
import { withLock } from '../../scripts/lock.mjs';
import { mayInstallObs, missingForObs } from '../../scripts/obs.mjs';
import { installedFits, installHint, packagesStamp } from '../../scripts/packages.mjs';
import { checkNode, nodeFits } from '../../scripts/setup.mjs';
import { hash, hashFiles } from '../../scripts/stamp.mjs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dtok-scripts-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('Node', () => {
  it.each([
    ['20.19.0', true],
    ['20.18.3', false],
    ['18.20.0', false],
    ['21.7.0', false],
    ['22.11.0', false],
    ['22.12.0', true],
    ['24.0.0', true],
  ])('%s fits >=20.19: %s', (version, fits) => expect(nodeFits(version, '>=20.19')).toBe(fits));

  it('that is too old is refused in a sentence with both versions', () => {
    expect(() => checkNode(undefined, '18.20.1')).toThrow(/needs Node 20\.19 or newer.*this is 18\.20\.1/s);
  });
});

describe('OBS for the tests', () => {
  it.each([
    [{ CI: 'true' }, 'linux', 1000, true],
    [{}, 'linux', 0, true],
    [{}, 'linux', 1000, false],
    [{ CI: 'true' }, 'darwin', 0, false],
  ])('with %j on %s as %i it is installed unasked: %s', (env, platform, uid, may) =>
    expect(mayInstallObs(env, platform, uid)).toBe(may),
  );

  it('is missing where its programs are not on the path', () => {
    expect(missingForObs(folder)).toEqual(['obs', 'Xvfb']);
  });
});

describe('the stamp of the packages', () => {
  const manifest = { name: 'x', scripts: { a: 'b' }, dependencies: { y: '1' } };
  const stamp = (change = {}, lock = 'lock', node = '115 linux x64') =>
    packagesStamp({ lock, manifest: JSON.stringify({ ...manifest, ...change }), node });

  it('changes with the lockfile, the dependencies and the Node, and not with a script', () => {
    expect(stamp({ scripts: {} })).toBe(stamp());
    const others = [stamp({}, 'other'), stamp({ dependencies: { y: '2' } }), stamp({}, 'lock', '127 linux x64')];
    expect(new Set([stamp(), ...others]).size).toBe(4);
  });

  it('is not fooled by where one text ends and the next begins', () => {
    expect(hash('ab', 'c')).not.toBe(hash('a', 'bc'));
  });

  it('of files changes with a name, a content and a missing file', () => {
    const file = join(folder, 'a');
    const missing = hashFiles([file]);
    writeFileSync(file, 'one');
    const one = hashFiles([file]);
    writeFileSync(file, 'two');
    expect(new Set([missing, one, hashFiles([file])]).size).toBe(3);
  });
});

describe('what is installed', () => {
  const lock = { packages: { '': {}, a: { version: '1' }, b: { version: '2', optional: true } } };
  it.each([
    [{ a: { version: '1' }, b: { version: '2' } }, true],
    [{ a: { version: '1' } }, true],
    [{ b: { version: '2' } }, false],
    [{ a: { version: '1.1' } }, false],
    [{ a: { version: '1' }, b: { version: '3' } }, false],
  ])('%j fits the lockfile: %s', (packages, fits) => expect(installedFits(lock, { packages })).toBe(fits));

  it('and could not be: the hint follows npm’s words', () => {
    expect(installHint('npm error code EAI_AGAIN')).toContain('internet');
    expect(installHint('npm error gyp ERR! not ok')).toContain('apt-get install -y python3 make g++');
    expect(installHint('npm error code SELF_SIGNED_CERT_IN_CHAIN')).toContain('NODE_EXTRA_CA_CERTS');
  });
});

describe('ffmpeg', () => {
  const full: Record<string, string> = {
    '-encoders': ' V....D libx264              libx264 H.264\n A....D aac                  AAC\n',
    '-formats': '  E 3gp2            3GP2\n DE flv             FLV (Flash Video)\n',
    '-protocols': 'Input:\n  rtmp\nOutput:\n  rtmp\n',
    '-filters': ' TS drawgrid          V->V       grid\n T.C drawtext         V->V       Draw text\n',
  };
  const lacking = (change: Record<string, string | null>) =>
    lacks((option: string) => ({ ...full, ...change })[option] ?? null);

  it('that knows all lacks nothing, also with the line ends of Windows', () => {
    expect(lacking({})).toEqual([]);
    const windows = Object.fromEntries(Object.entries(full).map(([key, text]) => [key, text.replaceAll('\n', '\r\n')]));
    expect(lacking(windows)).toEqual([]);
  });

  it('that lacks something is told by name', () => {
    expect(lacking({ '-filters': '' })).toEqual(['drawtext']);
    expect(lacking({ '-encoders': ' V....D libx264rgb           libx264\n A....D aac_at   AAC\n' })).toEqual([
      'libx264',
      'aac',
    ]);
    expect(lacking({ '-formats': ' D  flv             FLV\n', '-protocols': '  rtmps\n' })).toEqual(['flv', 'rtmp']);
  });

  it.each([
    ['', null],
    ['FFMPEG=\nHOST=x', null],
    ['FFMPEG=  # empty\n', null],
    ['#FFMPEG=/a\n', null],
    ['PORT=1\nFFMPEG=/opt/ffmpeg\n', '/opt/ffmpeg'],
    ['FFMPEG="/my folder/ffmpeg"\n', '/my folder/ffmpeg'],
    ['export FFMPEG=/a # mine\r\n', '/a'],
  ])('in a .env of %j is %j', (text, wanted) => expect(ffmpegSetting({}, text)).toBe(wanted));

  it('of the environment goes first', () => {
    expect(ffmpegSetting({ FFMPEG: '/env' }, 'FFMPEG=/file')).toBe('/env');
  });
});

describe('a program', () => {
  it('is found on the PATH only when it can be run', () => {
    writeFileSync(join(folder, 'tool'), '', { mode: 0o644 });
    expect(onPath('tool', folder)).toEqual([]);
    rmSync(join(folder, 'tool'));
    writeFileSync(join(folder, 'tool'), '', { mode: 0o755 });
    expect(onPath('tool', `/nowhere:${folder}`)).toEqual([join(folder, 'tool')]);
  });

  it('that a setting names is looked for from the project', () => {
    mkdirSync(join(folder, 'bin'));
    writeFileSync(join(folder, 'bin', 'tool'), '', { mode: 0o755 });
    expect(named('bin/tool', folder)).toBe(join(folder, 'bin', 'tool'));
    expect(named('bin/other', folder)).toBeNull();
  });
});

describe('two set-ups at once', () => {
  it('work one after the other, also when the first fails', async () => {
    const file = join(folder, 'lock');
    const steps: string[] = [];
    const signals = new EventEmitter();
    const [begun, released] = [once(signals, 'begun'), once(signals, 'released')];
    const first = withLock(file, async () => {
      steps.push('first begins');
      signals.emit('begun');
      await released;
      steps.push('first ends');
      throw new Error('it failed');
    }).catch(() => {});
    await begun;
    const second = withLock(file, async () => steps.push('second'));
    signals.emit('released');
    await Promise.all([first, second]);
    expect(steps).toEqual(['first begins', 'first ends', 'second']);
  });
});

describe('the counts of a run', () => {
  const test = (state: string) => ({ result: () => ({ state }) });
  const module = (state: string, ...states: string[]) => ({
    state: () => state,
    children: { allTests: () => states.map(test) },
  });

  it('count tests, and a file that could not run as one failure', () => {
    const modules = [module('failed', 'passed', 'failed'), module('passed', 'passed', 'skipped'), module('failed')];
    expect(countRun(modules, [])).toEqual({ passed: 2, failed: 2, skipped: 1 });
  });

  it('count an error outside all tests', () => {
    expect(countRun([module('passed', 'passed')], [new Error('loose')])).toMatchObject({ passed: 1, failed: 1 });
  });
});
