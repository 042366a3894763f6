// Many addresses' tokens at once: by one call where the chain has Multicall3, and the same answer without it.
import { JsonRpcProvider } from 'ethers';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { canonical } from '../../src/chain/index.js';
import { createBalances } from '../../src/payments/balances.js';
import { addressOf, randomKey } from '../../src/payments/typed-data.js';
import { type MoneyHouse, openMoney } from '../support/money.js';

let house: MoneyHouse;
let provider: JsonRpcProvider;
beforeAll(async () => {
  house = await openMoney();
  const options = { staticNetwork: true, cacheTimeout: -1, batchMaxCount: 1 };
  provider = new JsonRpcProvider(house.now.place.rpcUrl, undefined, options);
});
afterAll(async () => {
  provider.destroy();
  await house.close();
});

it('are read in their order, a thousand by two calls, and one by one where the chain cannot', async () => {
  const { chain } = house.now;
  const addresses = Array.from({ length: 1000 }, () => addressOf(randomKey()));
  const wanted = addresses.map(() => 0n);
  for (const i of [0, 499, 500, 999]) {
    wanted[i] = BigInt(i + 7);
    await chain.mint(addresses[i] ?? '0x', BigInt(i + 7));
  }
  const call = vi.spyOn(provider, 'call');
  const at = chain.token.address;
  expect(await createBalances({ provider, at })(addresses)).toEqual(wanted);
  expect(call).toHaveBeenCalledTimes(2);
  expect(await chain.balancesOf([])).toEqual([]);

  const code = await provider.getCode(canonical.multicall3);
  await provider.send('anvil_setCode', [canonical.multicall3, '0x']);
  expect(await createBalances({ provider, at })(addresses.slice(0, 3))).toEqual([7n, 0n, 0n]);
  expect(call).toHaveBeenCalledTimes(5);
  await provider.send('anvil_setCode', [canonical.multicall3, code]);
});
