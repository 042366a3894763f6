// The development chain keeps its state: over a restart, a kill of us, a kill of the node, of both, and bad files.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { Contract, id, JsonRpcProvider, Wallet } from 'ethers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { alive } from '../../src/chain/anvil.js';
import { testDai } from '../../src/chain/contracts.js';
import { type DevChain, deployDevContracts, devAccount, startDevChain } from '../../src/chain/index.js';

const limit = { timeout: 10_000, interval: 20 };
const someone = '0x00000000000000000000000000000000000000aa';
vi.setConfig({ testTimeout: 30_000 });
let folder = '';
let closing: (() => Promise<unknown> | unknown)[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dtok-chain-'));
});
afterEach(async () => {
  for (const close of closing.reverse()) await close();
  closing = [];
  await rm(folder, { recursive: true, force: true });
});

/** Starts the chain in the test's folder; its warnings are collected, and the test's end stops it. */
async function start(port = 0) {
  const warnings: string[] = [];
  const lost = vi.fn();
  const warn = (...args: unknown[]) => warnings.push(String(args.at(-1)));
  const log = { info() {}, warn, error() {}, debug() {} };
  const chain = await startDevChain({ folder, port, log, onExit: lost });
  closing.push(chain.stop);
  return { ...chain, warnings, lost };
}

function connect({ rpcUrl }: Pick<DevChain, 'rpcUrl'>) {
  const provider = new JsonRpcProvider(rpcUrl, 31337, { staticNetwork: true, cacheTimeout: -1, pollingInterval: 20 });
  closing.push(() => provider.destroy());
  return provider;
}

/** Mints test Dai to someone; resolves to the transaction's hash. */
async function mint(chain: Pick<DevChain, 'rpcUrl'>, amount: bigint): Promise<string> {
  const { token } = await deployDevContracts(chain.rpcUrl);
  const contract = new Contract(token, testDai.abi, new Wallet(devAccount(0), connect(chain)));
  const sent = await contract.getFunction('mint').send(someone, amount);
  await sent.wait();
  return sent.hash;
}

async function minted(chain: Pick<DevChain, 'rpcUrl'>): Promise<bigint> {
  const { token } = await deployDevContracts(chain.rpcUrl);
  return new Contract(token, testDai.abi, connect(chain)).getFunction('balanceOf')(someone);
}

const record = async () => JSON.parse(await readFile(join(folder, 'anvil.json'), 'utf8'));
const gone = (pid: number) => !alive(pid);

/** Waits until the chain as it is now is on the disk. */
async function saved(chain: Pick<DevChain, 'rpcUrl'>): Promise<void> {
  const head = await connect(chain).getBlockNumber();
  await vi.waitFor(async () => {
    const state = JSON.parse(gunzipSync(await readFile(join(folder, 'state.json.gz'))).toString());
    expect(Number(state.best_block_number)).toBe(head);
  }, limit);
}

/** Another process that holds the chain, in a process group of its own. */
async function hold(): Promise<{ rpcUrl: string; kill: () => Promise<void> }> {
  const script = fileURLToPath(new URL('holder.ts', import.meta.url));
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', script, folder], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const [line] = await Promise.race([
    once(child.stdout ?? child, 'data'),
    exited.then(() => Promise.reject(new Error('the holder ended'))),
  ]);
  const kill = async () => {
    if (child.pid && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGKILL');
    await exited;
  };
  closing.push(kill);
  return { rpcUrl: String(line).trim(), kill };
}

describe('a chain stopped in order', () => {
  it('ends its node, and comes back with code, balances, blocks, receipts and logs', async () => {
    const first = await start();
    const hash = await mint(first, 7n);
    const head = await connect(first).getBlockNumber();
    const { pid } = await record();
    await first.stop();
    expect(gone(pid)).toBe(true);
    expect((await readdir(folder)).sort()).toEqual(['anvil.log', 'state.json.gz', 'state.previous.json.gz']);

    const second = await start();
    const provider = connect(second);
    expect(await provider.getBlockNumber()).toBe(head);
    expect(await minted(second)).toBe(7n);
    expect((await provider.getTransactionReceipt(hash))?.status).toBe(1);
    const { token } = await deployDevContracts(second.rpcUrl);
    const topics = [id('Transfer(address,address,uint256)')];
    expect(await provider.getLogs({ address: token, topics, fromBlock: 0 })).toHaveLength(1);
    await mint(second, 3n);
    expect(await minted(second)).toBe(10n);
    expect(second.warnings).toEqual([]);
  });

  it('never goes back in time', async () => {
    const first = await start();
    const before = connect(first);
    await before.send('evm_increaseTime', [86_400]);
    await before.send('evm_mine', []);
    const last = (await before.getBlock('latest'))?.timestamp ?? 0;
    await first.stop();
    const after = connect(await start());
    await after.send('evm_mine', []);
    const next = (await after.getBlock('latest'))?.timestamp ?? 0;
    expect(next).toBeGreaterThan(last);
    expect(next).toBeLessThan(last + 60);
  });
});

describe('contracts', () => {
  it('are deployed once, at addresses that never change', async () => {
    const chain = await start();
    const first = await deployDevContracts(chain.rpcUrl);
    // The token's block, and one that makes the decreed code part of what is saved.
    expect(await connect(chain).getBlockNumber()).toBe(2);
    expect(await deployDevContracts(chain.rpcUrl)).toEqual(first);
    expect(await connect(chain).getBlockNumber()).toBe(2);
    expect(first).toEqual({
      token: '0x700b6a60ce7eaaea56f065753d8dcb9653dbad35',
      contract: '0x4020074e9df2ce1dee5a9c1b5c3f541d02a10003',
      erc3009Collector: '0x4020806089470a89826cb9fb1f4059150b550004',
      permit2Collector: '0x4020425faf3b746c082c2f942b4e5159887b0005',
    });
  });
});

describe('when our process is killed', () => {
  it('the node lives on, and the next process takes it over', async () => {
    const held = await hold();
    await mint(held, 7n);
    const { pid, owner } = await record();
    await expect(start()).rejects.toThrow(`in use by process ${owner}`);
    await held.kill();

    const chain = await start();
    expect(chain.rpcUrl).toBe(held.rpcUrl);
    expect(await record()).toMatchObject({ pid, owner: process.pid });
    expect(await minted(chain)).toBe(7n);
    await chain.stop();
    expect(gone(pid)).toBe(true);
    expect(await minted(await start())).toBe(7n);
  });

  it('and its node with it, the chain comes back from the disk', async () => {
    const held = await hold();
    await mint(held, 7n);
    await saved(held);
    const { pid } = await record();
    await held.kill();
    process.kill(pid, 'SIGKILL');
    await vi.waitFor(() => expect(gone(pid)).toBe(true), limit);
    expect(await minted(await start())).toBe(7n);
  });

  it('a node left on another port than the one wanted is moved, with its state', async () => {
    const held = await hold();
    await mint(held, 7n);
    const { pid } = await record();
    await held.kill();
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    await new Promise((resolve) => server.close(resolve));
    const chain = await start(port);
    expect(chain.rpcUrl).toBe(`http://127.0.0.1:${port}`);
    expect((await record()).pid).not.toBe(pid);
    expect(await minted(chain)).toBe(7n);
  });
});

describe('when the node dies', () => {
  it('it is started again at the same URL with its state', async () => {
    const chain = await start();
    await mint(chain, 7n);
    await saved(chain);
    const { pid } = await record();
    process.kill(pid, 'SIGKILL');
    await vi.waitFor(async () => expect((await record()).pid).not.toBe(pid), limit);
    await vi.waitFor(() => connect(chain).getBlockNumber(), limit);
    expect(await minted(chain)).toBe(7n);
    expect(chain.warnings).toEqual(['the development chain stopped by itself; starting it again']);
    expect(chain.lost).not.toHaveBeenCalled();
  });
});

describe('when a state file is damaged', () => {
  it('the one before it is used, and that is said', async () => {
    const first = await start();
    await mint(first, 7n);
    await saved(first);
    await first.stop();
    const second = await start();
    await mint(second, 1n);
    await second.stop();
    await truncate(join(folder, 'state.json.gz'), 1000);
    await writeFile(join(folder, 'state.new.json.gz'), 'half a');

    const third = await start();
    expect(third.warnings).toEqual(['the saved chain state is damaged; going back to the one before it']);
    expect([7n, 8n]).toContain(await minted(third));
  });

  it('and the one before it too, nothing is started or thrown away', async () => {
    await writeFile(join(folder, 'state.json.gz'), 'bad');
    await writeFile(join(folder, 'state.previous.json.gz'), 'bad');
    await expect(start()).rejects.toThrow('cannot be read');
    expect(await readFile(join(folder, 'state.json.gz'), 'utf8')).toBe('bad');
  });
});

describe('when the port is taken', () => {
  it('says so', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(() => new Promise((resolve) => server.close(resolve)));
    const { port } = server.address() as { port: number };
    await expect(start(port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
