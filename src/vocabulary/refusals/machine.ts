// Refusals of the machine and the chain it talks to.
import type { Wording } from './wording.js';

export const machineRefusals = {
  chain_unavailable: {
    status: 503,
    title: 'Chain unavailable',
    say: () => 'The chain cannot be reached right now. Nothing is lost; try again in a minute.',
  },
  token_unusable: {
    status: 500,
    title: 'Token cannot be used',
    say: (f) => `The token ${f.address} cannot be used: ${f.why}. Set TOKEN_ADDRESS to another one.`,
  },
  relayer_empty: {
    status: 503,
    title: 'No gas money',
    say: (f) =>
      `This server has no money left for gas. The host must send some to ${f.relayer}; then it goes on by itself.`,
  },
  storage_unavailable: {
    status: 503,
    title: 'Storage unavailable',
    say: () => 'The server cannot write to its disk. Nothing was charged; the host must free some space.',
  },
  internal: {
    status: 500,
    title: 'Something went wrong',
    say: () => 'Something went wrong here. Nothing was charged twice; try again.',
  },
} as const satisfies Record<string, Wording>;
