// Where the contracts are: the same on every chain for x402's, and fixed for the development token.
import type { Hex } from '../vocabulary/values.js';

/** The canonical x402 batch-settlement deployment and what it and its packages lean on, lower case. */
export const canonical = {
  contract: '0x4020074e9df2ce1dee5a9c1b5c3f541d02a10003',
  erc3009Collector: '0x4020806089470a89826cb9fb1f4059150b550004',
  permit2Collector: '0x4020425faf3b746c082c2f942b4e5159887b0005',
  permit2: '0x000000000022d473030f116ddee9f6b43ac78ba3',
  multicall3: '0xca11bde05977b3631167028862be2a173976ca11',
} as const satisfies Record<string, Hex>;

/**
 * The stream registry: on every chain at the address that the deterministic deployment proxy gives its bytecode, so
 * that anyone may deploy it. Moves when the contract changes.
 */
export const registry = {
  factory: '0x4e59b44847b379578588920ca78fbf26c0b4956c',
  salt: '0x0000000000000000000000000000000000000000000000000000000000000000',
  address: '0x6daebc2f5097489e7125941c0e389c7c8533b686',
} as const satisfies Record<string, Hex>;

/** The prediction escrow, likewise. */
export const predictionEscrow = {
  factory: registry.factory,
  salt: registry.salt,
  address: '0x6d9d4750f3c3c11207f483df3c2494e06418272b',
} as const satisfies Record<string, Hex>;
