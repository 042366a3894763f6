// Chains by the names that people know them by.
const names: Readonly<Record<number, string>> = {
  1: 'Ethereum',
  10: 'Optimism',
  137: 'Polygon',
  8453: 'Base',
  42161: 'Arbitrum',
};

/** Null for a chain that is not widely known. */
export const knownChain = (chainId: number): string | null => names[chainId] ?? null;
