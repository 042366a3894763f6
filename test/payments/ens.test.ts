// Names both ways against an ENS on a development chain, and a host's name that is pinned.
import { computeAddress } from 'ethers';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { devAccount } from '../../src/chain/index.js';
import { settleHost } from '../../src/host-name.js';
import { createEns, judgePin, registryOf } from '../../src/payments/ens.js';
import { readSettings } from '../../src/settings.js';
import { openStore, type Store } from '../../src/store/index.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { openHouse } from '../http/house.js';
import { type MoneyHouse, openMoney } from '../support/money.js';
import { deployNames, type Names, registryAddress } from '../support/names.js';

let house: MoneyHouse;
let names: Names;
const address = (index: number) => computeAddress(devAccount(index)).toLowerCase() as Hex;
const [hanna, bo] = [address(7), address(8)];
const ens = () => createEns({ read: house.now.chain.read, registry: names.registry });

beforeAll(async () => {
  house = await openMoney();
  names = await deployNames(house.now.place.rpcUrl);
  await names.set('hanna', hanna);
});
afterAll(async () => {
  names?.close();
  await house?.close();
});

describe('a name', () => {
  it('leads to its address, however it is written, and the address back to it once it says so', async () => {
    expect(names.registry).toBe(registryAddress);
    expect(await ens().find('hanna.eth')).toEqual({ name: 'hanna.eth', address: hanna, primary: null });
    await names.callItself(devAccount(7), 'hanna.eth');
    expect(await ens().find('Hanna.ETH')).toEqual({ name: 'hanna.eth', address: hanna, primary: 'hanna.eth' });
    expect(await ens().nameOf(hanna)).toBe('hanna.eth');
  });

  it('is not believed of an address that only claims it, and not when it is not written as names are', async () => {
    await names.callItself(devAccount(8), 'hanna.eth');
    expect(await ens().nameOf(bo)).toBeNull();
    await names.callItself(devAccount(7), 'HANNA.eth');
    expect(await ens().nameOf(hanna)).toBeNull();
  });

  it('that leads nowhere, or can be none, is unknown in words; without a registry names are off', async () => {
    for (const given of ['nobody.eth', 'hanna.nowhere', 'ha nna.eth', 'a..eth']) {
      await expect(ens().find(given)).rejects.toMatchObject({ code: 'name_unknown' });
    }
    await expect(ens().find('nobody.eth')).rejects.toThrow('“nobody.eth” leads to no address');
    const off = createEns({ read: house.now.chain.read, registry: registryOf(31337, null) });
    expect(off.on).toBe(false);
    await expect(off.find('hanna.eth')).rejects.toMatchObject({ code: 'ens_off' });
    expect(registryOf(1, null)).toBe('0x00000000000c2e074ec69a0dfb2997ba6c7d2e1e');
    expect(registryOf(1, names.registry)).toBe(names.registry);
  });
});

it('a pinned address stays until the very address that the name leads to is confirmed', () => {
  expect(judgePin(null, hanna, null)).toEqual({ pay: hanna, elsewhere: null });
  expect(judgePin(hanna, hanna, bo)).toEqual({ pay: hanna, elsewhere: null });
  expect(judgePin(hanna, bo, null)).toEqual({ pay: hanna, elsewhere: bo });
  expect(judgePin(hanna, bo, hanna)).toEqual({ pay: hanna, elsewhere: bo });
  expect(judgePin(hanna, bo, bo)).toEqual({ pay: bo, elsewhere: null });
});

describe('a host’s name', () => {
  let store: Store;
  const said: string[] = [];
  const log = pino({ level: 'error' }, { write: (line: string) => void said.push(line) });
  beforeAll(async () => {
    store = await openStore({ path: ':memory:' });
    await names.set('house', hanna);
  });
  afterAll(() => store.close());

  async function start(more: Record<string, string> = {}) {
    const { rpcUrl, token } = house.now.place;
    const settings = readSettings({
      ...{ RPC_URL: rpcUrl, TOKEN_ADDRESS: token, RELAYER_KEY: devAccount(0), ENS_REGISTRY: names.registry },
      ...{ HOST_ADDRESS: 'house.eth', ...more },
    });
    const host = await settleHost({ settings, store, log });
    await host.stop();
    return { paid: host.settings.chain?.host, notice: host.name?.notice() ?? null, check: host.name?.check };
  }

  it('is looked up at the first start, pinned, and followed elsewhere only when the host says so', async () => {
    const first = await start();
    expect([first.paid, first.notice, said]).toEqual([hanna, null, []]);

    await names.set('house', bo);
    // While it runs: told, not followed.
    await first.check?.();
    expect(said.join()).toContain(`HOST_ADDRESS_CONFIRMED=${bo}`);
    const second = await start();
    expect(second.paid).toBe(hanna);
    expect(second.notice).toContain(`house.eth now leads to ${bo}. You are still paid at ${hanna}`);
    expect((await start({ HOST_ADDRESS_CONFIRMED: address(5) })).paid).toBe(hanna);

    const confirmed = await start({ HOST_ADDRESS_CONFIRMED: bo });
    expect([confirmed.paid, confirmed.notice]).toEqual([bo, null]);
    // The new one is the pinned one now, without the setting too.
    expect([(await start()).paid, (await start()).notice]).toEqual([bo, null]);
  });

  it('is who a running dTok pays, and says so to whoever asks', async () => {
    await names.set('stage', hanna);
    const { rpcUrl, token } = house.now.place;
    const stage = await openHouse({
      ...{ RPC_URL: rpcUrl, TOKEN_ADDRESS: token, RELAYER_KEY: devAccount(0), ENS_REGISTRY: names.registry },
      ...{ HOST_ADDRESS: 'stage.eth', CHAIN_CONFIRMATIONS: '1' },
    });
    onTestFinished(() => stage.stop());
    expect(stage.terms).toMatchObject({ payTo: hanna, payToName: 'stage.eth', names: true, faucet: false });
    const found = await stage.call('GET', '/api/names/stage.eth');
    expect(await found.json()).toMatchObject({ name: 'stage.eth', address: hanna });
    const unknown = await stage.call('GET', '/api/names/nobody.eth');
    expect([unknown.status, (await unknown.json()).code]).toEqual([404, 'name_unknown']);
  });

  it('that can no longer be looked up changes nothing; one that never could stops the start in words', async () => {
    const off = '0x00000000000000000000000000000000000000ee';
    const gone = await start({ ENS_REGISTRY: off });
    expect(gone.paid).toBe(bo);
    expect(gone.notice).toContain('leads to no address any more');
    const fresh = start({ HOST_ADDRESS: 'typo.eth' });
    await expect(fresh).rejects.toThrow(/HOST_ADDRESS is the name typo.eth. The name “typo.eth” leads to no address/);
    const direct = await start({ HOST_ADDRESS: hanna.toUpperCase().replace('0X', '0x') });
    expect([direct.paid, direct.notice]).toEqual([hanna, null]);
    expect(() => readSettings({ HOST_ADDRESS: 'hanna' })).toThrow(/an address, or a name such as hanna.eth/);
  });
});
