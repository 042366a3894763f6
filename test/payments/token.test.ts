// Which tokens can pay: their facts from the chain, and a reason for each that cannot.
import { ContractFactory, JsonRpcProvider, Wallet } from 'ethers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { compile } from '../../contracts/compile.mjs';
import { devAccount } from '../../src/chain/index.js';
import { readToken } from '../../src/payments/token.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { type MoneyHouse, openMoney } from '../support/money.js';

let house: MoneyHouse;
let provider: JsonRpcProvider;
let made: ReturnType<typeof compile>[string] | undefined;
const unit = 'test/payments/tokens.sol';

beforeAll(async () => {
  house = await openMoney();
  provider = new JsonRpcProvider(house.now.place.rpcUrl, undefined, {
    staticNetwork: true,
    cacheTimeout: -1,
    batchMaxCount: 1,
  });
  made = compile([unit])[unit];
});
afterAll(async () => {
  provider.destroy();
  await house.close();
});

async function deploy(name: string): Promise<Hex> {
  const compiled = made?.[name];
  const contract = await new ContractFactory(
    compiled?.abi ?? [],
    compiled?.evm.bytecode.object ?? '',
    new Wallet(devAccount(5), provider),
  ).deploy();
  await contract.waitForDeployment();
  return (await contract.getAddress()).toLowerCase() as Hex;
}

it('reads what people see and signatures need', async () => {
  expect(house.now.chain.token).toMatchObject({ symbol: 'DAI', decimals: 18, authorizations: true });
  expect(await readToken(provider, await deploy('Plain'))).toMatchObject({
    ...{ name: 'Plain Coin', symbol: 'PLN', decimals: 6, authorizations: false },
  });
});

it('refuses what is none, what takes a fee, and what changes balances by itself, each with its reason', async () => {
  const nobody: Hex = '0x00000000000000000000000000000000000000aa';
  await expect(readToken(provider, nobody)).rejects.toThrow(/no contract at this address.*TOKEN_ADDRESS/);
  await expect(readToken(provider, await deploy('Nameless'))).rejects.toThrow(/no name, symbol and decimals/);
  await expect(readToken(provider, await deploy('Fee'))).rejects.toThrow(/FEE keeps a part of every transfer/);
  await expect(readToken(provider, await deploy('Shares'))).rejects.toThrow(
    /STK changes its holders’ balances by itself/,
  );
});
