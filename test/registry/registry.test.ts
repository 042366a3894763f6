// This host's streams in the registry of a real chain: listed once, kept as they are here, left alone when they are not ours.
import { Contract, JsonRpcProvider, Wallet } from 'ethers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { streamRegistry } from '../../src/chain/contracts.js';
import { registry as deployed, devAccount } from '../../src/chain/index.js';
import { entryId, fitTitle, nameOf } from '../../src/registry/entry.js';
import { createRegistry } from '../../src/registry/index.js';
import { type MoneyHouse, openMoney } from '../support/money.js';
import { silent } from '../support/payments.js';

const publicUrl = 'https://show.example';
let house: MoneyHouse;
let provider: JsonRpcProvider;
let contract: Contract;
beforeAll(async () => {
  house = await openMoney();
  provider = new JsonRpcProvider(house.now.place.rpcUrl, undefined, { cacheTimeout: -1 });
  contract = new Contract(deployed.address, streamRegistry.abi, new Wallet(devAccount(0), provider));
});
afterAll(async () => {
  provider.destroy();
  await house.close();
});

let streams: { id: string; title: string }[] = [];
const open = (change: Partial<Parameters<typeof createRegistry>[0]> = {}) =>
  createRegistry({
    ...{ chain: house.now.chain, streams: () => streams, payout: house.now.place.host },
    ...{ publicUrl, everyMs: 50, log: silent, ...change },
  });
const idOf = (stream: string) => entryId(house.now.chain.relayer, nameOf(stream));
const entry = (stream: string) => contract.getFunction('streams')(idOf(stream));
const sent = () => provider.getTransactionCount(house.now.chain.relayer);

describe('listing streams', () => {
  it('registers each with title, payout and metadata address, and the contract gives the same id', async () => {
    streams = [
      { id: 'main', title: 'Late show' },
      { id: 'a-name-of-the-longest-kind-there', title: '' },
    ];
    await open().sync();
    const found = await entry('main');
    expect(await contract.getFunction('idOf')(house.now.chain.relayer, nameOf('main'))).toBe(idOf('main'));
    expect(found.title).toBe('Late show');
    expect(found.payout.toLowerCase()).toBe(house.now.place.host);
    expect(found.metadataURI).toBe(`${publicUrl}/api/streams/main/metadata`);
    expect((await entry('a-name-of-the-longest-kind-there')).title).toBe('a-name-of-the-longest-kind-there');
  });

  it('sends nothing for what is listed already, also after a restart', async () => {
    const before = await sent();
    const registry = open();
    await registry.sync();
    await registry.sync();
    expect(await sent()).toBe(before);
  });

  it('changes its entry once when the title changes here', async () => {
    const registry = open();
    await registry.sync();
    const before = await sent();
    streams = [{ id: 'main', title: 'Later show' }];
    await registry.sync();
    await registry.sync();
    expect((await entry('main')).title).toBe('Later show');
    expect(await sent()).toBe(before + 1);
  });

  it('does not write over what another house with the same account says, until something changes here', async () => {
    const one = open();
    await one.sync();
    const other = open({ publicUrl: 'https://other.example' });
    await other.sync();
    const before = await sent();
    await one.sync();
    await other.sync();
    expect(await sent()).toBe(before);
    expect((await entry('main')).metadataURI).toContain('https://other.example');
  });

  it('leaves what is closed or handed over alone', async () => {
    streams = [
      { id: 'gone', title: 'Gone' },
      { id: 'given', title: 'Given' },
    ];
    await open().sync();
    const heir = new Wallet(devAccount(5), provider);
    await (await contract.getFunction('close')(idOf('gone'))).wait();
    await (await contract.getFunction('offer')(idOf('given'), heir.address)).wait();
    const theirs = contract.connect(heir) as Contract;
    await (await theirs.getFunction('accept')(idOf('given'), heir.address)).wait();
    const before = await sent();
    streams = streams.map(({ id }) => ({ id, title: 'Changed' }));
    await open().sync();
    expect(await sent()).toBe(before);
    expect((await entry('given')).title).toBe('Given');
  });

  it('goes on by itself when the chain is back, and stops at once', async () => {
    streams = [{ id: 'late', title: 'Late' }];
    await house.stopChain();
    const registry = open();
    const running = registry.start();
    await expect(registry.sync()).rejects.toMatchObject({ code: 'chain_unavailable' });
    await house.startChainAgain();
    await expect.poll(async () => (await entry('late')).title, { timeout: 15_000 }).toBe('Late');
    await running.stop();
  });
});

describe('a title in the registry', () => {
  it('is cut at a whole character within 100 bytes', () => {
    expect(fitTitle('  ', 'main')).toBe('main');
    expect(fitTitle('x'.repeat(101), 'main')).toBe('x'.repeat(100));
    const families = fitTitle('👨‍👩‍👧‍👦'.repeat(9), 'main');
    expect(families).toBe('👨‍👩‍👧‍👦'.repeat(4));
    expect(new TextEncoder().encode(families).length).toBe(100);
  });
});
