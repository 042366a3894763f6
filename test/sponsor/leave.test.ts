// A sponsor raises its links and leaves: with the server at once and to the unit, without it after the delay.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { Contract, JsonRpcProvider, Wallet } from 'ethers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ChainPlace, chooseChain } from '../../src/chain/index.js';
import { raiseLinkDigest } from '../../src/payments/sponsor-data.js';
import { addressOf, randomKey, sign } from '../../src/payments/typed-data.js';
import { readSettings } from '../../src/settings.js';
import { spanOf } from '../../src/sponsor/leave.js';
import type { StreamInfo } from '../../src/vocabulary/streams.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { type Dtok, removeFolder, startDtok, temporaryFolder } from '../support/dtok.js';
import { silent } from '../support/payments.js';
import { dtokSponsor, linksIn, openLink, type SponsorProcess, startSponsor, type Viewer } from '../support/sponsor.js';

const dai = 10n ** 18n;
const cent = dai / 100n;
const stream = { stream: 'main' };
const folders = { chain: temporaryFolder('chain'), server: temporaryFolder('server'), ann: temporaryFolder('ann') };

/** Apart from the server, so that it is there when the server is not. */
let place: ChainPlace;
let provider: JsonRpcProvider;
let token: Contract;
let dtok: Dtok;
let info: StreamInfo;
let ann: SponsorProcess | undefined;
let key: Hex;
let address: Hex;
let channel: Hex;
let zoe: Viewer;

const start = (port?: string) => {
  const { rpcUrl, token, host, relayerKey } = place;
  const chain = { RPC_URL: rpcUrl, TOKEN_ADDRESS: token, HOST_ADDRESS: host, RELAYER_KEY: relayerKey };
  const calm = { TEST_CARD: 'off', CHAIN_CONFIRMATIONS: '1', CHAIN_POLL_SECONDS: '0.2', SETTLE_MINIMUM: '1000000' };
  const env = { ...chain, ...calm, MIN_TIP: '0.000001', ...(port && { PORT: port }) };
  return startDtok({ env, data: folders.server });
};
const run = (...args: string[]) => dtokSponsor(folders.ann, ...args);
const held = async (who: Hex): Promise<bigint> => token.getFunction('balanceOf')(who);
const record = (sql: string): void => {
  const book = new Database(join(folders.ann, 'sponsor.sqlite'));
  book.exec(sql);
  book.close();
};

beforeAll(async () => {
  place = await chooseChain({ settings: readSettings({ DATA_DIR: folders.chain }), log: silent });
  provider = new JsonRpcProvider(place.rpcUrl, undefined, { staticNetwork: true, cacheTimeout: -1, batchMaxCount: 1 });
  const abi = ['function balanceOf(address) view returns (uint256)', 'function mint(address,uint256)'];
  token = new Contract(place.token, abi, new Wallet(randomKey(), provider));
  dtok = await start();
  info = await dtok.api('getStream', { params: stream });

  const where = ['--server', dtok.base, '--stream', 'main', '--fund', '7'];
  const poor = await run(...where);
  expect(poor).toMatchObject({
    code: 1,
    said: expect.stringMatching(/Send DAI to the sponsor’s address 0x\w{40} first/),
  });
  key = (JSON.parse(readFileSync(join(folders.ann, 'sponsor-key.json'), 'utf8')) as { key: Hex }).key;
  address = addressOf(key);
  await (
    await new Wallet(place.relayerKey, provider).sendTransaction({
      to: place.token,
      data: token.interface.encodeFunctionData('mint', [address, 7n * dai]),
    })
  ).wait();
  ann = await startSponsor(folders.ann, ...where, '--per-second', '0.5', '--total', '100');
  channel = (await dtok.api('hostStream', { params: stream })).sponsors[0]?.channel as Hex;
  const made = await run('links', '--limit', '0.1', '--label', 'Zoë', '--out', join(folders.ann, 'z.csv'));
  expect(made.code).toBe(0);
  zoe = await openLink(dtok.base, info, channel, linksIn(join(folders.ann, 'z.csv'))[0]?.key as Hex);
});

afterAll(async () => {
  if (ann?.process.exitCode === null) await ann.kill();
  provider?.destroy();
  if (dtok?.process.exitCode === null) await dtok.stop();
  await place?.stop();
  for (const folder of Object.values(folders)) removeFolder(folder);
});

const zoesLimit = async () => {
  const { said } = await run('list');
  return /of {2}([\d.]+) DAI {2}Zoë/.exec(said)?.[1];
};

describe('raising a link', () => {
  it('lets its holder spend so much more, by the sponsor’s signature alone', async () => {
    expect(await zoe.tip(10n * cent)).toBe(200);
    expect(await zoe.sign(11n * cent)).toBe('voucher_over_limit');
    expect(await run('raise', '--label', 'Zoë', '--by', '0.05')).toEqual({
      code: 0,
      said: '1 links have 0.05 DAI more.\n',
    });
    // The sponsor's process signs for it too: it is on its record.
    expect(await zoe.tip(5n * cent)).toBe(200);
    expect(await zoe.sign(16n * cent)).toBe('voucher_over_limit');
    expect((await run('audit')).code).toBe(0);
  });

  it('happens once, however often its request is sent, and outlives a kill of the server', async () => {
    record('update raises set done = 0');
    expect((await run('raise', '--label', 'Zoë', '--by', '0.01')).said).toBe('1 links have 0.01 DAI more.\n');
    expect(await zoesLimit()).toBe('0.16');
    await dtok.kill();
    const away = await run('raise', '--label', 'Zoë', '--by', '9');
    expect(away).toMatchObject({ code: 1, said: expect.stringContaining('No dTok answers') });
    dtok = await start(new URL(dtok.base).port);
    await ann?.said('Signing as links spend', 2);
    expect(await zoesLimit()).toBe('0.16');
  });

  it('is refused to strangers, for other links, for an id that is used, and for a link that was revoked', async () => {
    const domain = { chainId: info.terms.chainId, contract: info.terms.contract as Hex };
    const raise = async (by: Hex, link: Hex, amount: bigint, id: string) => {
      const issuedAt = Date.now();
      const signature = sign(raiseLinkDigest(channel, { link, amount, id }, issuedAt, domain), by);
      const body = { channel, issuedAt, signature, id, link, amount: `${amount}` };
      return dtok.api('sponsorTopUp', { params: stream, body }).then(
        ({ limit }) => limit,
        (error: Error) => error.message,
      );
    };
    expect(await raise(randomKey(), zoe.id, cent, 'raise-by-a-stranger')).toBe('not_sponsor');
    expect(await raise(key, randomKey(), cent, 'raise-of-nothing')).toBe('unknown_purse');
    expect(await raise(key, channel, cent, 'raise-of-the-channel')).toBe('unknown_purse');
    const first = await Promise.all([1, 2, 3].map(() => raise(key, zoe.id, cent, 'raise-at-once')));
    expect(first).toEqual(Array(3).fill(`${17n * cent}`));
    expect(await raise(key, zoe.id, 2n * cent, 'raise-at-once')).toBe('id_reused');
    await run('links', '--limit', '0.1', '--label', 'Yan', '--out', join(folders.ann, 'y.csv'));
    await run('revoke', '--label', 'Yan');
    const { said } = await run('raise', '--label', 'Yan', '--by', '0.1');
    expect(said).toMatch(/^0 links have 0\.1 DAI more\.\nNot raised: Yan: Whoever gave out this watch link/);
    expect((await run('raise', '--label', 'Yan')).said).toContain('Say by how much: --by 1');
  });
});

it('closing with the server gives back what was not spent, to the unit, and the host what was', async () => {
  const spent = 15n * cent;
  const { code, said } = await run('close');
  expect(said).toContain(`6.85 DAI went back to ${address}`);
  expect(code).toBe(0);
  expect(await held(address)).toBe(7n * dai - spent);
  expect(await dtok.api('getChannel', { params: { purse: channel } })).toMatchObject({
    balance: `${spent}`,
    claimed: `${spent}`,
  });
  expect(await zoe.tip(cent)).toBe('sponsor_unavailable');
  expect((await run('audit', '--rpc', place.rpcUrl)).code).toBe(0);
  const twice = await run('close');
  expect(twice).toEqual({ code: 1, said: 'Nothing is left in this channel.\n' });
  // Funded again, its links go on: `--fund` is what it was given in all.
  await ann?.kill('SIGTERM');
  ann = await startSponsor(folders.ann, '--fund', '9', '--per-second', '0.5', '--total', '100');
  expect(await zoe.tip(cent)).toBe(200);
  expect(await held(address)).toBe(5n * dai - spent);
});

it('without the server it takes its money back by itself: begun, waited for, finished', async () => {
  await ann?.kill('SIGTERM');
  await dtok.stop();
  const closed = await run('close');
  expect(closed.code).toBe(1);
  expect(closed.said).toMatch(/The channel was not closed: No dTok answers at/);
  expect(closed.said).toContain('“dtok sponsor withdraw --rpc URL” takes it back');
  expect(closed.said).toContain('1 day after it is first run');
  expect((await run('withdraw')).said).toContain('Say which node to ask: --rpc URL');
  expect((await run('withdraw', '--rpc', 'http://127.0.0.1:1')).said).toContain(
    'The node at 127.0.0.1:1 does not answer.',
  );

  const withdraw = () => run('withdraw', '--rpc', place.rpcUrl);
  expect(await withdraw()).toMatchObject({
    code: 1,
    said: expect.stringContaining(`a little of the chain’s coin to ${address}`),
  });
  await provider.send('anvil_setBalance', [address, '0xde0b6b3a7640000']);
  const begun = await withdraw();
  // The last cent was spent and not claimed: the host, whose server is away, has the delay to claim it.
  expect(begun.said).toMatch(/^The withdrawal of 2\.0 DAI has begun/);
  expect(begun.said).toMatch(/again from 20\d\d-\d\d-\d\d \d\d:\d\d UTC on/);
  const waiting = await withdraw();
  expect(waiting).toMatchObject({ code: 0, said: expect.stringMatching(/^2\.0 DAI are being withdrawn: .* to go/) });
  await provider.send('evm_increaseTime', [86_401]);
  await provider.send('evm_mine', []);
  const before = await held(address);
  expect((await withdraw()).said).toContain(`2.0 DAI are back at ${address}`);
  expect((await held(address)) - before).toBe(2n * dai);
  expect((await withdraw()).said).toBe('Nothing is left in the channel.\n');
});

it('delays are worded so that nobody comes too early', () => {
  const spans: [number, string][] = [
    [86_400, '1 day'],
    [900, '15 minutes'],
    [86_399, '24 hours'],
    [61, '61 seconds'],
    [121, '3 minutes'],
    [1, '1 second'],
  ];
  for (const [seconds, words] of spans) expect(spanOf(seconds)).toBe(words);
});
