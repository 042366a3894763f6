// The token of a host: its facts, read from the chain, and why some tokens cannot be used here.
import {
  AbiCoder,
  Contract,
  dataSlice,
  Interface,
  isError,
  type JsonRpcProvider,
  keccak256,
  toBeHex,
  zeroPadValue,
} from 'ethers';
import { multicall3 } from '../chain/contracts.js';
import { canonical } from '../chain/index.js';
import { Problem } from '../vocabulary/problems.js';
import type { Hex } from '../vocabulary/values.js';

const abi = [
  'function name() view returns (string)',
  'function symbol() view returns (string)',
  'function decimals() view returns (uint8)',
  'function version() view returns (string)',
  'function eip712Domain() view returns (bytes1,string name,string version,uint256,address,bytes32,uint256[])',
  'function balanceOf(address) view returns (uint256)',
  'function authorizationState(address,bytes32) view returns (bool)',
  'function transfer(address,uint256) returns (bool)',
];

export interface TokenFacts {
  address: Hex;
  name: string;
  version: string;
  symbol: string;
  decimals: number;
  /** Takes EIP-3009 authorizations, so that a deposit is one signature; otherwise it goes by Permit2. */
  authorizations: boolean;
}

/** What share tokens answer to: their balances change without a transfer. */
const shareFunctions = ['sharesOf', 'scaledBalanceOf', 'gonsOf', 'rebasingCreditsPerToken'];
const shares = new Interface(shareFunctions.map((name) => `function ${name}(address) view returns (uint256)`));

const somebody = '0x00000000000000000000000000000000000d0707';
const unusable = (address: string, why: string) => new Problem('token_unusable', { address, why });

/** Reads a token's facts. Problem: token_unusable, when it is none, or one whose amounts change on their own. */
export async function readToken(provider: JsonRpcProvider, address: Hex): Promise<TokenFacts> {
  if ((await provider.getCode(address)) === '0x') throw unusable(address, 'there is no contract at this address');
  const token = new Contract(address, abi, provider);
  const read = (method: string, ...args: unknown[]) => token.getFunction(method)(...args);
  const [name, symbol, decimals] = await Promise.all([read('name'), read('symbol'), read('decimals')]).catch(
    (error) => {
      throw refused(error) ? unusable(address, 'it has no name, symbol and decimals') : error;
    },
  );
  const optional = <T>(call: Promise<T>, otherwise: T): Promise<T> =>
    call.catch((error) => {
      if (refused(error)) return otherwise;
      throw error;
    });
  const domain = await optional<{ version: string } | null>(read('eip712Domain'), null);
  const version = domain?.version ?? (await optional<string>(read('version'), '1'));
  const authorizations = await optional(
    read('authorizationState', somebody, `0x${'00'.repeat(32)}`).then(() => true),
    false,
  );
  const facts = { address, name, symbol, version, decimals: Number(decimals), authorizations };
  await refuseShares(provider, facts);
  await refuseFees(provider, facts);
  return facts;
}

/** The contract said no, or has no such function; anything else is a chain that cannot be asked. */
const refused = (error: unknown): boolean => isError(error, 'CALL_EXCEPTION') || isError(error, 'BAD_DATA');

async function refuseShares(provider: JsonRpcProvider, { address, symbol }: TokenFacts): Promise<void> {
  for (const name of shareFunctions) {
    const data = shares.encodeFunctionData(name, [somebody]);
    const answer = await provider.call({ to: address, data }).catch((error) => {
      if (refused(error)) return '0x';
      throw error;
    });
    if (answer.length === 66) {
      throw unusable(
        address,
        `${symbol} changes its holders’ balances by itself (it has ${name}), so no escrow stays exact`,
      );
    }
  }
}

const many = new Interface(multicall3.abi);

/** OpenZeppelin 5 keeps upgradeable tokens' balances here (ERC-7201). */
const namespaced = '0x52c63247e1f47db19d5ce0460030c497f067ca4cebf71ba98eeadabe20bace00';
const plainSlots = 20;

/** Where a token may keep the balance of `holder`: Solidity's and Vyper's mappings in the usual places. */
function balanceSlots(holder: string): string[] {
  const places = [...Array.from({ length: plainSlots }, (_, i) => zeroPadValue(toBeHex(i), 32)), namespaced];
  const pair = (a: string, b: string) => keccak256(AbiCoder.defaultAbiCoder().encode(['bytes32', 'bytes32'], [a, b]));
  const key = zeroPadValue(holder, 32);
  return places.flatMap((place) => [pair(key, place), pair(place, key)]);
}

/**
 * Lets the node try a transfer from an account that is given tokens for this call only. Where a node cannot do that, or
 * the token keeps its balances elsewhere, nothing is learned: the settlement contract refuses such a deposit anyway.
 */
async function refuseFees(provider: JsonRpcProvider, { address, symbol }: TokenFacts): Promise<void> {
  const token = new Interface(abi);
  const holder = canonical.multicall3;
  const amount = 10n ** 6n;
  const calls = [
    token.encodeFunctionData('balanceOf', [holder]),
    token.encodeFunctionData('transfer', [somebody, amount]),
    token.encodeFunctionData('balanceOf', [somebody]),
  ].map((callData) => ({ target: address, allowFailure: true, callData }));
  const call = { to: holder, data: many.encodeFunctionData('aggregate3', [calls]) };
  const stateDiff = Object.fromEntries(balanceSlots(holder).map((slot) => [slot, zeroPadValue(toBeHex(amount), 32)]));
  const answer = await provider.send('eth_call', [call, 'latest', { [address]: { stateDiff } }]).catch(() => null);
  if (typeof answer !== 'string') return;
  const [given, moved, arrived] = many.decodeFunctionResult('aggregate3', answer)[0] as {
    success: boolean;
    returnData: Hex;
  }[];
  if (!given?.success || !moved?.success || !arrived?.success || BigInt(given.returnData) < amount) return;
  if (BigInt(dataSlice(arrived.returnData, 0, 32)) < amount) {
    throw unusable(address, `${symbol} keeps a part of every transfer, so no escrow stays exact`);
  }
}
