// Many addresses' tokens by few questions: through Multicall3 where the chain has it, one by one elsewhere.
import { Interface, type JsonRpcProvider } from 'ethers';
import { multicall3 } from '../chain/contracts.js';
import { canonical } from '../chain/index.js';
import type { Hex } from '../vocabulary/values.js';

/** Nodes bound what one call may take. */
const atOnce = 500;
const many = new Interface(multicall3.abi);
const token = new Interface(['function balanceOf(address) view returns (uint256)']);

interface Answer {
  success: boolean;
  returnData: Hex;
}

/** Base units, in the order of the addresses. Throws as the provider does. */
export function createBalances({ provider, at }: { provider: JsonRpcProvider; at: Hex }) {
  let there: Promise<boolean> | null = null;

  async function hasMulticall(): Promise<boolean> {
    there ??= provider.getCode(canonical.multicall3).then((code) => code !== '0x');
    return there.catch((error) => {
      there = null;
      throw error;
    });
  }

  const asked = (address: Hex): string => token.encodeFunctionData('balanceOf', [address]);

  async function one(address: Hex): Promise<bigint> {
    return BigInt(await provider.call({ to: at, data: asked(address) }));
  }

  async function some(addresses: readonly Hex[]): Promise<bigint[]> {
    const calls = addresses.map((address) => ({ target: at, allowFailure: false, callData: asked(address) }));
    const data = many.encodeFunctionData('aggregate3', [calls]);
    const answers = many.decodeFunctionResult('aggregate3', await provider.call({ to: canonical.multicall3, data }));
    return (answers[0] as Answer[]).map(({ returnData }) => BigInt(returnData));
  }

  return async (addresses: readonly Hex[]): Promise<bigint[]> => {
    if (addresses.length < 2 || !(await hasMulticall())) return Promise.all(addresses.map(one));
    const found: bigint[] = [];
    for (let i = 0; i < addresses.length; i += atOnce) found.push(...(await some(addresses.slice(i, i + atOnce))));
    return found;
  };
}
