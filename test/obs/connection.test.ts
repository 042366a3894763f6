// The connection to OBS at the wire: what goes wrong is said, a lost OBS comes back, and the password stays here.
import { readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startLink, waitMs } from '../../src/overlay/obs/link.js';
import { ObsConnect } from '../../src/vocabulary/obs.js';
import { Problem } from '../../src/vocabulary/problems.js';
import { freePort } from '../support/dtok.js';
import { type FakeObs, type ObsOptions, startObs } from '../support/obs/index.js';
import { everything, holds, nothing, openHouse } from './house.js';

let house: Awaited<ReturnType<typeof openHouse>>;
const fakes: FakeObs[] = [];
const start = async (options: ObsOptions = {}): Promise<FakeObs> => {
  const obs = await startObs(options);
  fakes.push(obs);
  return obs;
};

beforeEach(async () => {
  house = await openHouse();
});
afterEach(async () => {
  await house.stop();
  for (const obs of fakes.splice(0)) await obs.stop();
  expect(house.lines.join('\n')).not.toMatch(/secret|stream-key|overlay-token/);
});

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'worked',
    (error) => error.code,
  );

describe('what goes wrong is said, and nothing is kept', () => {
  const cases: [string, ObsOptions | null, string | undefined, string][] = [
    ['nothing listens', null, 'secret', 'obs_refused'],
    ['the password is wrong', {}, 'guess', 'obs_password_wrong'],
    ['the password is missing', {}, undefined, 'obs_password_needed'],
    ['the plug-in is too old to know the protocol', { as: 'old' }, 'secret', 'obs_too_old'],
    ['it does not take this version', { as: 'newer' }, 'secret', 'obs_too_old'],
  ];
  it.each(cases)('%s', async (_, options, password, code) => {
    const address = options ? (await start(options)).address : `ws://127.0.0.1:${await freePort()}`;
    expect(await codeOf(house.desk.connect({ address, password }))).toBe(code);
    expect(house.view()).toMatchObject({ address: null, hasPassword: false, state: 'off' });
  });

  it('something else listens there, or says nothing', async () => {
    const web = createServer((socket) => socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n'));
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
    const { port } = web.address() as { port: number };
    expect(await codeOf(house.desk.connect({ address: `ws://127.0.0.1:${port}` }))).toBe('obs_too_old');
    web.close();
    const { address } = await start({ as: 'silent' });
    expect(await codeOf(house.desk.connect({ address }))).toBe('obs_too_old');
  }, 10_000);

  it('no machine has that name, and a plain OBS speaks no TLS', async () => {
    expect(await codeOf(house.desk.connect({ address: 'ws://obs.invalid:4455' }))).toBe('obs_host_unknown');
    const { port } = await start();
    expect(await codeOf(house.desk.connect({ address: `wss://127.0.0.1:${port}` }))).toBe('obs_no_tls');
  });

  it('an address is a websocket’s, without a password in it', () => {
    const good = ['ws://127.0.0.1:4455', 'wss://obs.example/x', 'ws://[::1]:4455'];
    const bad = ['http://127.0.0.1:4455', 'file:///etc/passwd', '127.0.0.1:4455', 'ws://user:pw@host:1', ''];
    for (const address of good) expect(ObsConnect.safeParse({ address }).success, address).toBe(true);
    for (const address of bad) expect(ObsConnect.safeParse({ address }).success, address).toBe(false);
  });
});

it('connects, sees, and follows what changes; without a password too', async () => {
  const obs = await start({ password: null });
  const view = await house.desk.connect({ address: obs.address });
  expect(view).toMatchObject({ state: 'connected', hasPassword: false, problem: null });
  expect(view.obs).toMatchObject({
    ...{ version: '30.2.3', scene: 'Live', browser: true, cameras: ['v4l2_input'], streaming: 'off', here: false },
    scenes: [
      { name: 'Live', sources: [] },
      { name: 'Party', sources: [] },
    ],
    stats: { fps: 30, dropped: 7, frames: 900 },
  });
  const seen = house.desk.watch(house.view().seen, 5000);
  obs.userSwitches('Party');
  expect((await seen).obs?.scene).toBe('Party');
  obs.world.scenes.set('Third', []);
  obs.tell('SceneListChanged', {});
  await holds(() => expect(house.view().obs?.scenes.map(({ name }) => name)).toEqual(['Live', 'Party', 'Third']));
  expect(obs.changes()).toEqual([]);
});

it('comes back by itself, over a killed OBS and a restart of dTok, with the password that it keeps', async () => {
  const obs = await start();
  await house.desk.connect({ address: obs.address, password: 'secret' });
  await obs.stop();
  await holds(() => expect(house.view()).toMatchObject({ state: 'waiting', obs: null }));
  expect(house.view().problem).toMatch(/broke|Nothing listens/);
  await holds(() => expect(house.view().problem).toContain('Nothing listens'));
  const again = await start({ port: obs.port });
  await house.connected();
  expect(again.connected()).toBe(1);
  await house.close();
  await house.reopen();
  await house.connected();
  const file = join(house.data, 'obs-passwords.json');
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ main: 'secret' });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(JSON.stringify(house.view())).not.toContain('secret');
});

it('a password that is wrong by now is said, and the right one is taken', async () => {
  const obs = await start();
  await house.desk.connect({ address: obs.address, password: 'secret' });
  await obs.stop();
  await start({ port: obs.port, password: 'changed' });
  await holds(() => expect(house.view().problem).toContain('does not take that password'));
  await house.desk.connect({ address: obs.address, password: 'changed' });
  expect(house.view()).toMatchObject({ state: 'connected', problem: null });
});

it('the password goes to no other address than the one it was given for', async () => {
  const [obs, other] = [await start(), await start()];
  await house.desk.connect({ address: obs.address, password: 'secret' });
  await house.desk.connect({ address: obs.address });
  expect(await codeOf(house.desk.connect({ address: other.address }))).toBe('obs_password_needed');
  expect(house.view()).toMatchObject({ address: obs.address, state: 'connected' });
});

it('connected twice at once, it is one connection', async () => {
  const obs = await start();
  const connect = () => house.desk.connect({ address: obs.address, password: 'secret' });
  await Promise.all([connect(), connect(), connect()]);
  await holds(() => expect(obs.connected()).toBe(1));
  await house.connected();
});

it('who is sent away stays away until the host connects again', async () => {
  const obs = await start();
  await house.desk.connect({ address: obs.address, password: 'secret' });
  obs.kick();
  await holds(() => expect(house.view().problem).toContain('Kick'));
  await house.desk.connect({ address: obs.address });
  expect(house.view()).toMatchObject({ state: 'connected', problem: null });
});

it.each([
  ['obs_gone', 6],
  ['obs_kicked', 1],
] as const)('after %s it is dialled %i times in half a minute', async (code, times) => {
  vi.useFakeTimers();
  let dialled = 0;
  const closed = Promise.resolve(new Problem(code));
  const line = { closed, call: () => Promise.reject(new Problem(code)), on: () => {}, hangUp: () => {} };
  const dial = async () => {
    dialled += 1;
    if (dialled > 1) throw new Problem(code);
    return line;
  };
  const link = startLink({ address: 'ws://127.0.0.1:1', password: null, dial, onState: () => {} });
  await vi.advanceTimersByTimeAsync(30_000);
  link.stop();
  vi.useRealTimers();
  expect(dialled).toBeGreaterThanOrEqual(times);
  expect(dialled).toBeLessThan(times + 3 * (times - 1) + 1);
});

it('an OBS that hangs is left, and tried again', async () => {
  const obs = await start();
  await house.desk.connect({ address: obs.address, password: 'secret' });
  obs.deaf.add('GetStats');
  await holds(() => expect(house.view().state).toBe('waiting'));
  obs.deaf.clear();
  await house.connected();
}, 15_000);

it('forgets address and password, and what was allowed', async () => {
  const obs = await start();
  await house.desk.connect({ address: obs.address, password: 'secret' });
  await house.desk.allow(everything);
  expect(await house.desk.forget()).toMatchObject({
    allow: nothing,
    address: null,
    hasPassword: false,
    state: 'off',
    obs: null,
  });
  await holds(() => expect(obs.connected()).toBe(0));
  expect(readFileSync(join(house.data, 'obs-passwords.json'), 'utf8')).not.toContain('secret');
});

it('waits ever longer between its tries, and never for ever', () => {
  const waits = [0, 1, 2, 3, 4, 5, 6, 1000].map((failed) => waitMs(failed, 0.5));
  expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
  expect(waitMs(0, 0)).toBeLessThan(waitMs(0, 1));
});
