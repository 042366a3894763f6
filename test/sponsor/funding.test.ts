// The money behind the host's links, on any of its streams: put there where tests may, asked for in words elsewhere.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { devAccount } from '../../src/chain/accounts.js';
import { addressOf, randomKey } from '../../src/payments/typed-data.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { type House, openHouse, refusal } from '../http/house.js';
import { freePort } from '../support/dtok.js';

const dai = 10n ** 18n;
let test: House;
/** On the same chain, as on a public one: it makes no money. */
let real: House;
let sponsor: Hex;

beforeAll(async () => {
  const port = await freePort();
  test = await openHouse({ CHAIN_PORT: `${port}` });
  real = await openHouse({
    RPC_URL: `http://127.0.0.1:${port}`,
    TOKEN_ADDRESS: test.terms.token.address,
    HOST_ADDRESS: addressOf(randomKey()),
    RELAYER_KEY: devAccount(5),
    CHAIN_CONFIRMATIONS: '1',
  });
  sponsor = real.app.sponsor;
});
afterAll(async () => {
  await real?.stop();
  await test?.stop();
});

const wish = (limit: bigint) => ({ signer: addressOf(randomKey()), limit: `${limit}` });
const make = (house: House, stream: string, ...limits: bigint[]) =>
  house.call('POST', `/api/host/streams/${stream}/links`, {
    body: { links: limits.map(wish) },
    token: house.hostToken,
  });
const behind = async (house: House, stream: string) =>
  BigInt((await house.ask('hostStream', { params: { stream } })).sponsor?.balance ?? -1n);
const faucet = (address: Hex) => test.ask('postFaucet', { body: { address } });

it('on a development chain a second stream’s links have money behind them, and pay', async () => {
  await test.ask('createStream', { body: { id: 'second', minTip: '1' } });
  expect(await behind(test, 'second')).toBe(-1n);
  const viewer = await test.viewer(3n * dai, 2n * dai, 'second');
  expect(await behind(test, 'second')).toBe(120n * dai);
  const tip = { id: 'tip-on-second', amount: `${dai}`, name: '', message: '' };
  expect((await test.call('POST', '/api/tips', { body: tip, token: viewer.session })).status).toBe(200);
  // What there is is enough for these: nothing more is made.
  expect((await make(test, 'second', dai, dai)).status).toBe(200);
  expect(await behind(test, 'second')).toBe(120n * dai);
  // Asked for at once, it is made once.
  await test.ask('createStream', { body: { id: 'third' } });
  const answers = await Promise.all([1, 2, 3].map(() => make(test, 'third', dai)));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(await behind(test, 'third')).toBe(40n * dai);
});

it('elsewhere links on nothing are refused, with what to send where; what has arrived is put behind them', async () => {
  await real.ask('createStream', { body: { id: 'second' } });
  for (const stream of ['main', 'second']) {
    const { detail } = await refusal(await make(real, stream, dai), 409, 'sponsor_unfunded');
    expect(detail).toContain(`Send DAI to the sponsor’s address ${sponsor}`);
    expect((await real.ask('listLinks', { params: { stream } })).total).toBe(0);
  }
  await faucet(sponsor);
  expect((await make(real, 'second', dai, dai)).status).toBe(200);
  expect(await behind(real, 'second')).toBe(5n * dai);
  await refusal(await make(real, 'main', dai), 409, 'sponsor_unfunded');
  // More promised than is there is allowed, and said; what arrives meanwhile is put behind it at the next link.
  expect((await make(real, 'second', 4n * dai)).status).toBe(200);
  const overcommitted = async () =>
    (await real.ask('hostStream', { params: { stream: 'second' } })).sponsor?.overcommitted;
  expect(await overcommitted()).toBe(true);
  await faucet(sponsor);
  expect((await make(real, 'second', 1n)).status).toBe(200);
  expect([await behind(real, 'second'), await overcommitted()]).toEqual([10n * dai, false]);
});
