// Amounts compared, and worded for people. Pure.
import { formatUnits } from 'ethers';

export const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
export const most = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/** `5 DAI`, `0.5 DAI`: base units as people read them. */
export const worded = (amount: bigint, token: { decimals: number; symbol: string }): string =>
  `${formatUnits(amount, token.decimals).replace(/\.0$/, '')} ${token.symbol}`;
