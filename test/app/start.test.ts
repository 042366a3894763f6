// Starting and stopping as a person does it: what goes wrong is said in a sentence, what was there is there again.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it, vi } from 'vitest';
import { addressOf, randomKey, sign, voucherDigest } from '../../src/payments/typed-data.js';
import { type Dtok, freePort, removeFolder, startDtok, temporaryFolder } from '../support/dtok.js';

const main = fileURLToPath(new URL('../../dist/server/main.js', import.meta.url));
const cli = fileURLToPath(new URL('../../dist/server/cli.js', import.meta.url));
const folders: string[] = [];
const folder = (name: string): string => {
  const made = temporaryFolder(name);
  folders.push(made);
  return made;
};
afterAll(() => {
  for (const made of folders) removeFolder(made);
});

const quiet = { TEST_CARD: 'off' };

/** Runs it to its end; it must end by itself. */
function fail(env: Record<string, string>) {
  const cwd = folder('fail');
  const done = spawnSync(process.execPath, [main], {
    cwd,
    env: { ...process.env, TEST_CARD: 'off', DATA_DIR: cwd, ...env },
    encoding: 'utf8',
    timeout: 30_000,
  });
  expect(done.status).toBe(1);
  expect(done.stderr).not.toMatch(/\n\s+at /);
  return done.stderr;
}

const chainGone = (data: string) =>
  vi.waitFor(() => expect(existsSync(join(data, 'chain', 'anvil.json'))).toBe(false), { timeout: 5000 });

it('says which port is taken, and leaves nothing running', async () => {
  const taken = createServer().listen(0, '0.0.0.0');
  await once(taken, 'listening');
  const address = taken.address();
  const port = String(typeof address === 'object' ? address?.port : 0);
  const data = folder('taken');
  expect(fail({ PORT: port, RTMP_PORT: String(await freePort()), DATA_DIR: data })).toContain(`Port ${port} is taken`);
  await chainGone(data);
  expect(fail({ PORT: String(await freePort()), RTMP_PORT: port, DATA_DIR: data })).toContain(`Port ${port} is taken`);
  taken.close();
});

it('says which settings are wrong, all at once', () => {
  const said = fail({ PORT: 'many', PRICE_PER_SECOND: '1,5', KEY_PERIOD_SECONDS: '0' });
  for (const name of ['PORT', 'PRICE_PER_SECOND', 'KEY_PERIOD_SECONDS', '.env.example']) expect(said).toContain(name);
  expect(fail({ RPC_URL: 'http://127.0.0.1:1' })).toContain('HOST_ADDRESS');
});

it('says what to type when there is no ffmpeg, and that a public chain does not answer', async () => {
  expect(fail({ PATH: '/nowhere', FFMPEG: '' })).toMatch(/ffmpeg was not found[\s\S]*install/);
  const nobody = '0x00000000000000000000000000000000000000aa';
  const chain = { RPC_URL: 'http://127.0.0.1:1/v3/my-access-key', TOKEN_ADDRESS: nobody, HOST_ADDRESS: nobody };
  const said = fail({ ...chain, RELAYER_KEY: randomKey() });
  expect(said).toContain('The chain at 127.0.0.1:1 does not answer');
  expect(said).not.toContain('my-access-key');
});

it('never replaces a damaged file of secrets', () => {
  const data = folder('damaged');
  mkdirSync(data, { recursive: true });
  writeFileSync(join(data, 'secrets.json'), '{"hostToken": "short"}');
  expect(fail({ DATA_DIR: data })).toContain('secrets.json is damaged');
  expect(readFileSync(join(data, 'secrets.json'), 'utf8')).toBe('{"hostToken": "short"}');
});

/** Spends `amount` of the first link without video: by a tip of a proven session. */
async function tip(dtok: Dtok, amount: bigint): Promise<void> {
  const info = await dtok.api('getStream', { params: { stream: 'main' } });
  const key = randomKey();
  const [link] = await dtok.api('makeLinks', {
    params: { stream: 'main' },
    body: { links: [{ signer: addressOf(key), limit: `${amount}` }] },
  });
  if (!link) throw new Error('no link');
  const { sessionDigest } = await import('../../src/payments/typed-data.js');
  const domain = { chainId: info.terms.chainId, contract: info.terms.contract };
  const issuedAt = Date.now();
  const signature = sign(sessionDigest('main', issuedAt, domain), key);
  const session = await dtok.api('openSession', {
    body: { stream: 'main', signer: addressOf(key), issuedAt, signature },
  });
  const voucher = sign(voucherDigest(link.id, amount, domain), key);
  await dtok.api('postVoucher', { body: { channelId: link.id, maxClaimableAmount: `${amount}`, signature: voucher } });
  const response = await fetch(`${dtok.base}/api/tips`, {
    method: 'POST',
    headers: { authorization: `Bearer ${session.session}`, 'content-type': 'application/json' },
    body: JSON.stringify({ id: `tip-${issuedAt}`, amount: `${amount}`, name: 'a', message: 'b' }),
  });
  expect(response.status).toBe(200);
}

it('keeps its links, streams, money and chain over a stop and over a kill, and refuses a second one on its data', async () => {
  const data = folder('again');
  const first = await startDtok({ env: quiet, data });
  expect(statSync(join(data, 'secrets.json')).mode & 0o077).toBe(0);
  await tip(first, 10n ** 17n);
  await first.api('patchStream', { params: { stream: 'main' }, body: { title: 'Renamed' } });
  expect(fail({ ...quiet, DATA_DIR: data, PORT: '0', RTMP_PORT: '0', CHAIN_PORT: '0' })).toMatch(/in use/);
  const ports = { PORT: new URL(first.base).port, RTMP_PORT: new URL(first.rtmp).port };
  expect(await first.stop()).toBe(0);
  await chainGone(data);

  const began = performance.now();
  const second = await startDtok({ env: { ...quiet, ...ports }, data });
  console.info(`second start: ${Math.round(performance.now() - began)} ms`);
  expect(second).toMatchObject({ watchLink: first.watchLink, overlay: first.overlay, hostToken: first.hostToken });
  await second.kill();

  const third = await startDtok({ env: { ...quiet, ...ports }, data });
  const state = await third.api('hostStream', { params: { stream: 'main' } });
  expect(state.info.title).toBe('Renamed');
  expect(state.earnings).toMatchObject({ tipped: `${10n ** 17n}`, unclaimed: `${10n ** 17n}` });

  // By hand, from the terminal.
  const settle = () =>
    spawnSync(process.execPath, [cli, 'settle'], {
      env: { ...process.env, ...ports, DATA_DIR: data },
      cwd: data,
      encoding: 'utf8',
    });
  expect(settle().stdout).toMatch(
    /claimed {2}0\.1 DAI of channel 0x\w+ in 0x\w+\npaid {5}0\.1 DAI to the host in 0x\w+/,
  );
  expect(settle().stdout).toBe('Nothing to pay out.\n');
  expect((await third.api('hostStream', { params: { stream: 'main' } })).hostBalance).toBe(`${10n ** 17n}`);
  expect(await third.stop()).toBe(0);
  expect(settle().stderr).toContain('No dTok answers');
}, 90_000);

it('settles by itself when there is enough, or when it is due', async () => {
  const data = folder('policy');
  const dtok = await startDtok({ env: { ...quiet, SETTLE_MINIMUM: '0.3', SETTLE_AFTER_SECONDS: '3600' }, data });
  const settled = async () => (await dtok.api('hostStream', { params: { stream: 'main' } })).earnings.settled;
  await tip(dtok, 2n * 10n ** 17n);
  await tip(dtok, 2n * 10n ** 17n);
  await vi.waitFor(async () => expect(await settled()).toBe(`${4n * 10n ** 17n}`), { timeout: 15_000, interval: 200 });
  await dtok.stop();
});

it('two run side by side', async () => {
  const [a, b] = await Promise.all([
    startDtok({ env: quiet, data: folder('a') }),
    startDtok({ env: quiet, data: folder('b') }),
  ]);
  expect(a.hostToken).not.toBe(b.hostToken);
  expect((await fetch(`${a.base}/healthz`)).status).toBe(200);
  expect((await fetch(`${b.base}/healthz`)).status).toBe(200);
  await Promise.all([a.stop(), b.stop()]);
});

it('stops on SIGTERM in order, with its broadcast and its chain', async () => {
  const data = folder('term');
  const dtok = await startDtok({ data });
  const exit = once(dtok.process, 'exit');
  dtok.process.kill('SIGTERM');
  expect((await exit)[0]).toBe(0);
  await chainGone(data);
  const left = spawn('pgrep', ['-f', data]);
  expect((await once(left, 'exit'))[0]).toBe(1);
});
