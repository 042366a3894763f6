// A small ENS on a development chain: names can be given, changed and taken away.
import {
  type Contract,
  ContractFactory,
  getCreateAddress,
  id,
  JsonRpcProvider,
  NonceManager,
  namehash,
  Wallet,
} from 'ethers';
import { compile } from '../../contracts/compile.mjs';
import { devAccount } from '../../src/chain/index.js';
import type { Hex } from '../../src/vocabulary/values.js';

const unit = 'test/payments/names.sol';
/** Its first contract is the registry. */
const owner = new Wallet(devAccount(6));

export const registryAddress = getCreateAddress({ from: owner.address, nonce: 0 }).toLowerCase() as Hex;

export type Names = Awaited<ReturnType<typeof deployNames>>;

/** Names below `eth`, on a chain where the owner has sent nothing yet. */
export async function deployNames(rpcUrl: string) {
  const provider = new JsonRpcProvider(rpcUrl, undefined, {
    staticNetwork: true,
    cacheTimeout: -1,
    pollingInterval: 50,
    batchMaxCount: 1,
  });
  const signer = new NonceManager(owner.connect(provider));
  const made = compile([unit])[unit] ?? {};

  async function deploy(name: string, ...args: unknown[]): Promise<Contract> {
    const { abi = [], evm } = made[name] ?? {};
    const contract = await new ContractFactory(abi, evm?.bytecode.object ?? '', signer).deploy(...args);
    await contract.waitForDeployment();
    return contract as Contract;
  }
  const call = async (contract: Contract, method: string, ...args: unknown[]) =>
    (await contract.getFunction(method)(...args)).wait();

  const registry = await deploy('NameRegistry');
  const resolver = await deploy('NameResolver', registry);
  const reverse = await deploy('ReverseRegistrar', registry, resolver);
  const nowhere = '0x0000000000000000000000000000000000000000';
  const own = (parent: string, label: string, to: unknown, by: unknown) =>
    call(registry, 'setSubnodeRecord', parent === '' ? `0x${'00'.repeat(32)}` : namehash(parent), id(label), to, by);
  await own('', 'eth', owner.address, nowhere);
  await own('', 'reverse', owner.address, nowhere);
  await own('reverse', 'addr', await reverse.getAddress(), nowhere);

  return {
    registry: (await registry.getAddress()).toLowerCase() as Hex,
    /** `label`.eth leads to `address` from now on. */
    async set(label: string, address: Hex): Promise<void> {
      await own('eth', label, owner.address, await resolver.getAddress());
      await call(resolver, 'setAddr', namehash(`${label}.eth`), address);
    },
    /** The account calls itself so, truly or not. */
    async callItself(key: Hex, name: string): Promise<void> {
      await call(reverse.connect(new NonceManager(new Wallet(key, provider))) as Contract, 'setName', name);
    },
    close: () => provider.destroy(),
  };
}
