// Puts the contracts onto a development chain: x402's, the registry and the escrow at their addresses, and the test token.
import { ContractFactory, concat, getCreateAddress, Interface, JsonRpcProvider, Wallet } from 'ethers';
import type { Hex } from '../vocabulary/values.js';
import { devAccount } from './accounts.js';
import { canonical, predictionEscrow, registry } from './addresses.js';
import { chainId } from './anvil.js';
import {
  erc3009DepositCollector,
  predictionEscrow as escrowContract,
  multicall3 as multicall,
  permit2 as permit2Contract,
  permit2DepositCollector,
  streamRegistry as registryContract,
  testDai,
  x402BatchSettlement,
} from './contracts.js';

/** Lower-case addresses. */
export interface DevContracts {
  token: Hex;
  contract: Hex;
  erc3009Collector: Hex;
  permit2Collector: Hex;
}

interface Artifact {
  abi: ConstructorParameters<typeof Interface>[0];
  creation: Hex;
}

/**
 * Deploys what is missing and replaces what an older version put there; storage stays. Doing it again does nothing.
 * Throws when the node is not anvil's, or does not answer.
 */
export async function deployDevContracts(rpcUrl: string): Promise<DevContracts> {
  const provider = new JsonRpcProvider(rpcUrl, chainId, { staticNetwork: true, cacheTimeout: -1, batchMaxCount: 1 });
  try {
    const token = await deployToken(provider);
    const { contract, erc3009Collector, permit2Collector, permit2, multicall3 } = canonical;
    const placed = [
      await place(provider, contract, x402BatchSettlement, []),
      await place(provider, erc3009Collector, erc3009DepositCollector, [contract]),
      await place(provider, permit2Collector, permit2DepositCollector, [contract, permit2]),
      await place(provider, permit2, permit2Contract, []),
      await place(provider, multicall3, multicall, []),
      await place(provider, registry.address, registryContract, []),
      await place(provider, predictionEscrow.address, escrowContract, [contract]),
    ];
    // Code put by decree makes no block; this one makes the change part of what is saved.
    if (placed.includes(true)) await provider.send('evm_mine', []);
    return { token, contract, erc3009Collector, permit2Collector };
  } finally {
    provider.destroy();
  }
}

/** The token is the first contract of an account that does nothing else, so its address is always the same. */
async function deployToken(provider: JsonRpcProvider): Promise<Hex> {
  const deployer = new Wallet(devAccount(9), provider);
  const token = getCreateAddress({ from: deployer.address, nonce: 0 }).toLowerCase() as Hex;
  if ((await provider.getCode(token)) !== '0x') return token;
  const deployed = await new ContractFactory(testDai.abi, testDai.creation, deployer).deploy({ nonce: 0 });
  await deployed.waitForDeployment();
  return token;
}

/** Puts a contract's code at an address; true when it was not there yet. */
async function place(provider: JsonRpcProvider, at: Hex, artifact: Artifact, args: readonly Hex[]): Promise<boolean> {
  const code = await runtimeCode(provider, at, artifact, args);
  if ((await provider.getCode(at)) === code) return false;
  await provider.send('anvil_setCode', [at, code]);
  return true;
}

/**
 * The code that a constructor leaves when it runs *at* that address, immutables (the EIP-712 domain among them)
 * included: creation code is put there for one call, and what it returns is the code.
 */
function runtimeCode(provider: JsonRpcProvider, at: Hex, artifact: Artifact, args: readonly Hex[]): Promise<Hex> {
  const code = concat([artifact.creation, new Interface(artifact.abi).encodeDeploy(args)]);
  return provider.send('eth_call', [{ to: at, gas: '0x1000000' }, 'latest', { [at]: { code } }]);
}

/**
 * The transaction that puts the stream registry onto a public chain, once, at the address it has on every chain:
 * anyone may send it, and it fails when the registry is there already.
 */
export function registryDeployment(): { to: Hex; data: Hex } {
  return { to: registry.factory, data: concat([registry.salt, registryContract.creation]) as Hex };
}

/** The same for the prediction escrow, which serves the canonical settlement contract. */
export function escrowDeployment(): { to: Hex; data: Hex } {
  const args = new Interface(escrowContract.abi).encodeDeploy([canonical.contract]);
  const { factory, salt } = predictionEscrow;
  return { to: factory, data: concat([salt, escrowContract.creation, args]) as Hex };
}
