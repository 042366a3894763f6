// A viewer's own channel over HTTP: deposits once, waits out a chain that is away, pays back to its payer only.
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { devAccount } from '../../src/chain/accounts.js';
import { type ChainPlace, chooseChain } from '../../src/chain/index.js';
import {
  addressOf,
  channelId,
  closeDigest,
  depositNonce,
  randomKey,
  receiveDigest,
  sign,
} from '../../src/payments/typed-data.js';
import { readSettings } from '../../src/settings.js';
import type { DepositRequest } from '../../src/vocabulary/channels.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { freePort, removeFolder, temporaryFolder } from '../support/dtok.js';
import { silent } from '../support/payments.js';
import { type House, openHouse, refusal } from './house.js';

const folder = temporaryFolder('deposits');
let place: ChainPlace;
let between: Server;
let away = false;
let house: House;

beforeAll(async () => {
  place = await chooseChain({ settings: readSettings({ DATA_DIR: folder }), log: silent });
  // What stands between the house and the chain, and can be cut.
  between = createServer((req, res) => {
    if (away) return void req.socket.destroy();
    const chunks: Buffer[] = [];
    req
      .on('data', (chunk) => chunks.push(chunk))
      .on('end', async () => {
        const headers = { 'content-type': 'application/json' };
        const answer = await fetch(place.rpcUrl, { method: 'POST', headers, body: Buffer.concat(chunks) });
        res.setHeader('content-type', 'application/json').end(await answer.text());
      });
  });
  const port = await freePort();
  await new Promise<void>((resolve) => between.listen(port, '127.0.0.1', resolve));
  const { token, host, relayerKey } = place;
  const env = {
    RPC_URL: `http://127.0.0.1:${port}`,
    TOKEN_ADDRESS: token,
    HOST_ADDRESS: host,
    RELAYER_KEY: relayerKey,
    // Blocks come with transactions only: nothing would confirm the last one.
    CHAIN_CONFIRMATIONS: '1',
  };
  house = await openHouse(env);
});
afterAll(async () => {
  await house.stop();
  between.closeAllConnections();
  between.close();
  await place.stop();
  removeFolder(folder);
});

async function rpc(method: string, params: unknown[]): Promise<string> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
  const answer = await fetch(place.rpcUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  return ((await answer.json()) as { result: string }).result;
}
const word = (value: bigint | string) =>
  (typeof value === 'string' ? value.slice(2) : value.toString(16)).padStart(64, '0');
const mint = (to: Hex, amount: bigint) =>
  rpc('eth_sendTransaction', [
    { from: addressOf(devAccount(3)), to: place.token, data: `0x40c10f19${word(to)}${word(amount)}` },
  ]);
const balance = async (of: Hex) =>
  BigInt(await rpc('eth_call', [{ to: place.token, data: `0x70a08231${word(of)}` }, 'latest']));

function request(key: Hex, amount: bigint, change: Partial<DepositRequest['channelConfig']> = {}): DepositRequest {
  const { payTo: receiver, receiverAuthorizer, withdrawDelay, token, depositCollector: to } = house.terms;
  const payer = addressOf(key);
  const terms = { receiver, receiverAuthorizer, withdrawDelay, token: token.address };
  const channelConfig = { payer, payerAuthorizer: payer, ...terms, salt: `0x${'11'.repeat(32)}` as Hex, ...change };
  const id = channelId(channelConfig, house.domain);
  const salt = randomKey();
  const validBefore = BigInt(Math.floor(Date.now() / 1000) + 600);
  const times = { validAfter: 0n, validBefore };
  const authorization = { from: payer, to, value: amount, ...times, nonce: depositNonce(id, salt) };
  const signature = sign(receiveDigest(authorization, { ...token, chainId: house.domain.chainId }), key);
  const erc3009Authorization = { validAfter: '0', validBefore: `${validBefore}`, salt, signature };
  return {
    type: 'deposit',
    channelConfig,
    voucher: house.voucher(id, 0n, key),
    deposit: { amount: `${amount}`, authorization: { erc3009Authorization } },
  };
}
const deposit = (body: unknown) => house.call('POST', '/api/channels', { body });

let key: Hex;
let payer: Hex;
beforeEach(async () => {
  key = randomKey();
  payer = addressOf(key);
  await mint(payer, 1000n);
});

it('the same deposit again deposits nothing more and answers the same, one after the other and at once', async () => {
  const body = request(key, 400n);
  const answers = await Promise.all([deposit(body), deposit(body)]);
  answers.push(await deposit(body));
  const receipts = await Promise.all(answers.map((answer) => answer.json()));
  expect(receipts[0]).toMatchObject({ purse: { kind: 'channel', limit: '400', spent: '0' } });
  for (const receipt of receipts) expect(receipt).toEqual(receipts[0]);
  expect(await balance(payer)).toBe(600n);
});

it('a deposit with something wrong in it is refused, and takes nothing', async () => {
  const other = addressOf(randomKey());
  for (const change of [{ receiver: other }, { receiverAuthorizer: other }, { token: other }, { withdrawDelay: 1 }]) {
    const { detail } = await refusal(await deposit(request(key, 400n, change)), 400, 'channel_not_ours');
    expect(detail).toContain(Object.keys(change)[0]);
  }
  const good = request(key, 400n);
  const raised = { ...good, deposit: { ...good.deposit, amount: '500' } };
  await refusal(await deposit(raised), 403, 'wrong_signer');
  await refusal(
    await deposit({ ...good, voucher: { ...good.voucher, channelId: randomKey() } }),
    400,
    'channel_not_ours',
  );
  for (const withdrawDelay of [-1, 1.5, 2 ** 40, '86400']) {
    const config = { ...good.channelConfig, withdrawDelay };
    const { detail } = await refusal(await deposit({ ...good, channelConfig: config }), 400, 'bad_request');
    expect(detail).toContain('channelConfig.withdrawDelay');
  }
  const { channelId: id } = good.voucher;
  const forged = { ...good, voucher: house.voucher(id, 400n, randomKey()) };
  await refusal(await deposit(forged), 403, 'voucher_wrong_signature');
  await refusal(await deposit({ ...good, voucher: house.voucher(id, 401n, key) }), 409, 'voucher_over_limit');
  await refusal(await deposit({ ...good, type: 'refund' }), 400, 'bad_request');
  await refusal(await deposit(request(key, 1001n)), 409, 'chain_refused');
  expect(await balance(payer)).toBe(1000n);
});

it('while the chain is away it says so, and the same deposit works when it is back', async () => {
  const body = request(key, 400n);
  const health = async () => (await house.call('GET', '/healthz')).json();
  expect(await health()).toEqual({ ready: true, reasons: [] });
  away = true;
  between.closeAllConnections();
  const { detail } = await refusal(await deposit(body), 503, 'chain_unavailable');
  expect(detail).toContain('try again');
  await vi.waitFor(async () => expect(await health()).toMatchObject({ ready: false }), { timeout: 10_000 });
  const unready = await house.call('GET', '/healthz');
  expect([unready.status, await unready.json()]).toEqual([
    503,
    { ready: false, reasons: ['the chain cannot be reached'] },
  ]);
  away = false;
  await vi.waitFor(async () => expect(await health()).toMatchObject({ ready: true }), { timeout: 10_000 });
  expect(await (await deposit(body)).json()).toMatchObject({ purse: { limit: '400' } });
  expect(await balance(payer)).toBe(600n);
});

it('only the key of a channel closes it, once, and the rest goes to its payer', async () => {
  const body = request(key, 400n);
  const { purse } = (await (await deposit(body)).json()) as { purse: { id: Hex } };
  const { session } = await house.ask('openSession', { body: house.sessionRequest(key) });
  await house.ask('postVoucher', { body: house.voucher(purse.id, 150n, key) });
  const tip = { id: 'before-closing', amount: '150', name: '', message: '' };
  expect((await house.call('POST', '/api/tips', { body: tip, token: session })).status).toBe(200);

  const close = (by: Hex, issuedAt = Date.now(), id = purse.id) =>
    house.call('POST', `/api/channels/${purse.id}/close`, {
      body: { issuedAt, signature: sign(closeDigest(id, issuedAt, house.domain), by) },
    });
  await refusal(await close(randomKey()), 403, 'wrong_signer');
  await refusal(await close(key, Date.now(), randomKey()), 403, 'wrong_signer');
  await refusal(await close(key, Date.now() - 3_600_000), 400, 'clock_off');
  const unknown = `/api/channels/${randomKey()}/close`;
  const wish = { issuedAt: Date.now(), signature: house.voucher(purse.id, 1n, key).signature };
  await refusal(await house.call('POST', unknown, { body: wish }), 404, 'unknown_purse');
  expect(await balance(payer)).toBe(600n);

  const both = await Promise.all([close(key), close(key)]);
  const paid = both.find(({ status }) => status === 200);
  expect(await paid?.json()).toMatchObject({ claimed: '150', refunded: '250', to: payer });
  for (const second of [...both.filter((answer) => answer !== paid), await close(key)]) {
    await refusal(second, 409, 'nothing_to_refund');
  }
  expect(await balance(payer)).toBe(850n);
  await refusal(
    await house.call('POST', '/api/tips', { body: { ...tip, id: 'after-closing' }, token: session }),
    402,
    'out_of_credit',
  );
});

it('real tokens are not given away', async () => {
  await refusal(await house.call('POST', '/api/faucet', { body: { address: payer } }), 403, 'faucet_off');
});
