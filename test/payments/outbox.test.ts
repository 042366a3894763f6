// Transactions on a chain that misbehaves: slow, forgetful, dear, rewritten, away; and a server that is killed meanwhile.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JsonRpcProvider, parseEther, Wallet } from 'ethers';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type DevChain, startDevChain } from '../../src/chain/dev-chain.js';
import { createOutbox, type Outbox } from '../../src/payments/outbox.js';
import { randomKey } from '../../src/payments/typed-data.js';
import { openStore, type Store } from '../../src/store/index.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { silent } from '../support/payments.js';

let folder: string;
let node: DevChain;
let provider: JsonRpcProvider;
let relayer: Wallet;
let store: Store;
let outbox: Outbox;
let clock = 0;

const rpc = (method: string, ...params: unknown[]) => provider.send(method, params);
const ether = (amount: string) => `0x${parseEther(amount).toString(16)}`;

async function open(confirmations = 1): Promise<void> {
  store = await openStore({ path: join(folder, 'dtok.sqlite') });
  provider = new JsonRpcProvider(node.rpcUrl, undefined, { staticNetwork: true, cacheTimeout: -1, batchMaxCount: 1 });
  relayer = new Wallet(relayer.privateKey, provider);
  const limits = { confirmations, pollMs: 40, dearerAfterMs: 1000, patienceMs: 5000 };
  outbox = createOutbox({ store, provider, relayer, limits, log: silent, now: () => Date.now() + clock });
  await outbox.resume();
}

/** As a kill would: nothing is waited for. */
async function close(): Promise<void> {
  outbox.stop();
  provider.destroy();
  await store.close();
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dtok-outbox-'));
  node = await startDevChain({ folder: join(folder, 'chain'), port: 0, log: silent, onExit: () => {} });
  relayer = new Wallet(randomKey());
  clock = 0;
  await open();
  await rpc('anvil_setBalance', relayer.address, ether('10'));
  await rpc('evm_mine');
});

afterEach(async () => {
  await close();
  await node.stop();
  rmSync(folder, { recursive: true });
});

/** Somebody new, whose transaction log is only what we send him. */
const somebody = (): Hex => Wallet.createRandom().address.toLowerCase() as Hex;
const call = (name: string, to: Hex) => ({ name, to, data: '0x' as Hex });
const sent = () => provider.getTransactionCount(relayer.address, 'latest');
const states = async () =>
  (await store.db.selectFrom('transactions').select('state').orderBy('id').execute()).map((row) => row.state);
const code = (name: string) => expect.objectContaining({ code: name });

it('sends many at once, one nonce each, and one of a name only once', async () => {
  const to = somebody();
  const names = ['a', 'b', 'c', 'c', 'd', 'c'];
  const receipts = await Promise.all(names.map((name) => outbox.send(call(name, to))));
  expect(new Set(receipts.map((receipt) => receipt.hash)).size).toBe(4);
  expect(await sent()).toBe(4);
  await outbox.send(call('c', to));
  expect(await sent()).toBe(5);
});

it('is on disk before it is sent: killed in between, it is sent by the next run, once', async () => {
  await rpc('evm_setAutomine', false);
  const waiting = outbox.send(call('deposit', somebody())).catch((error: unknown) => error);
  await vi.waitFor(async () => expect(await states()).toEqual(['sent']), { timeout: 3000 });
  await close();
  expect(await waiting).toEqual(code('chain_unavailable'));
  await open();
  // The retry of whoever asked joins what the last run began.
  const again = outbox.send(call('deposit', somebody()));
  await rpc('evm_setAutomine', true);
  await rpc('evm_mine');
  expect((await again).status).toBe(1);
  expect(await sent()).toBe(1);
  expect(await states()).toEqual(['mined']);
});

it('offers again what the node forgot', async () => {
  await rpc('evm_setAutomine', false);
  const waiting = outbox.send(call('claim', somebody()));
  const pending = () => rpc('eth_getTransactionCount', relayer.address, 'pending').then(Number);
  await vi.waitFor(async () => expect(await pending()).toBe(1), { timeout: 3000 });
  await rpc('anvil_dropAllTransactions');
  await vi.waitFor(async () => expect(await pending()).toBe(1), { timeout: 3000 });
  await rpc('evm_mine');
  expect((await waiting).status).toBe(1);
});

it('offers more when gas got dearer, and only one of the two is mined', async () => {
  await rpc('evm_setAutomine', false);
  const waiting = outbox.send(call('claim', somebody()));
  await vi.waitFor(async () => expect(await states()).toEqual(['sent']), { timeout: 3000 });
  await rpc('anvil_setNextBlockBaseFeePerGas', `0x${(500n * 10n ** 9n).toString(16)}`);
  await rpc('evm_mine');
  expect(await sent()).toBe(0);
  clock = 2000;
  const offers = async () =>
    (await store.db.selectFrom('transactions').select('hashes').executeTakeFirstOrThrow()).hashes;
  await vi.waitFor(async () => expect((await offers()).split(' ').length).toBeGreaterThan(1), { timeout: 3000 });
  await rpc('evm_setAutomine', true);
  await rpc('evm_mine');
  const receipt = await waiting;
  expect((await offers()).split(' ').slice(1)).toContain(receipt.hash);
  expect(await sent()).toBe(1);
});

it('counts only when it is deep enough, and comes back after a rewritten chain dropped it', async () => {
  await close();
  await open(3);
  let mined = false;
  const waiting = outbox.send(call('claim', somebody())).finally(() => {
    mined = true;
  });
  await vi.waitFor(async () => expect(await sent()).toBe(1), { timeout: 3000 });
  await rpc('evm_mine');
  await rpc('anvil_reorg', 2, []);
  expect(mined).toBe(false);
  await vi.waitFor(async () => expect(await sent()).toBe(1), { timeout: 3000 });
  expect(await states()).toEqual(['sent']);
  await rpc('evm_mine');
  await rpc('evm_mine');
  const receipt = await waiting;
  expect(await provider.getTransactionReceipt(receipt.hash)).not.toBeNull();
  expect(await states()).toEqual(['mined']);
});

it('gives up when something else used its nonce, and says so', async () => {
  await rpc('evm_setAutomine', false);
  const waiting = outbox.send(call('claim', somebody()));
  const refused = expect(waiting).rejects.toEqual(code('chain_refused'));
  await vi.waitFor(async () => expect(await states()).toEqual(['sent']), { timeout: 3000 });
  await rpc('anvil_dropAllTransactions');
  const foreign = { to: somebody(), nonce: 0, value: 1n, maxFeePerGas: 10n ** 12n, maxPriorityFeePerGas: 10n ** 11n };
  await vi.waitFor(() => relayer.sendTransaction(foreign), { timeout: 3000 });
  await rpc('evm_mine');
  await refused;
  expect(await states()).toEqual(['lost']);
  await rpc('evm_setAutomine', true);
  expect((await outbox.send(call('claim', somebody()))).status).toBe(1);
});

it('names the account that has no gas money, and goes on when it has', async () => {
  await rpc('anvil_setBalance', relayer.address, '0x0');
  await expect(outbox.send(call('claim', somebody()))).rejects.toEqual(code('relayer_empty'));
  await rpc('anvil_setBalance', relayer.address, ether('1'));
  await vi.waitFor(async () => expect(await states()).toEqual(['mined']), { timeout: 3000 });
});

it('tells its caller at once when the chain is away, and finishes when it is back', async () => {
  await rpc('evm_setAutomine', false);
  const waiting = outbox.send(call('claim', somebody()));
  const refused = expect(waiting).rejects.toEqual(code('chain_unavailable'));
  await vi.waitFor(async () => expect(await states()).toEqual(['sent']), { timeout: 3000 });
  const { port } = new URL(node.rpcUrl);
  await node.stop();
  await refused;
  node = await startDevChain({ folder: join(folder, 'chain'), port: Number(port), log: silent, onExit: () => {} });
  await vi.waitFor(async () => expect(await states()).toEqual(['mined']), { timeout: 5000 });
  expect(await sent()).toBe(1);
});
