// Deposits by the official x402 facilitator code, with this server's own chain access and outbox behind it.

import type { PaymentRequirements, SettleResponse } from '@x402/core/types';
import type { FacilitatorEvmSigner } from '@x402/evm';
import { Problem } from '../../vocabulary/problems.js';
import type { Hex } from '../../vocabulary/values.js';
import type { Chain, ContractCall } from '../chain.js';
import type { ChannelFields } from '../typed-data.js';
import type { Payment } from './payload.js';

export type Settle = (payment: Payment, requirements: PaymentRequirements, name: string) => Promise<SettleResponse>;

/**
 * Checks and sends a deposit by any method that the package knows: EIP-3009, Permit2, either by contract wallets, and
 * ERC-2612 permits that come along. The package is loaded at the first one (0.2 s, 20 MB), so sessions never pay for it.
 * Resolves to a refusal when the deposit is not as it must be. Problems: chain_unavailable, relayer_empty.
 */
export const createFacilitator =
  (chain: Chain): Settle =>
  async (payment, requirements, name) => {
    const { BatchSettlementEvmScheme } = await import('@x402/evm/batch-settlement/facilitator');
    const { signer, trouble } = signerFor(chain, name);
    const answer = await new BatchSettlementEvmScheme(signer).settle(payment.raw, requirements);
    const problem = answer.success ? undefined : trouble();
    if (problem) throw problem;
    return answer;
  };

/** The package tells every failure as a text: what really happened is remembered beside it. */
function signerFor(chain: Chain, name: string): { signer: FacilitatorEvmSigner; trouble: () => Problem | undefined } {
  let trouble: Problem | undefined;
  const note = <T>(call: Promise<T>): Promise<T> =>
    call.catch((error) => {
      if (error instanceof Problem && error.code !== 'chain_refused') trouble = error;
      throw error;
    });
  const unused = (): Promise<never> => Promise.reject(new Error('deposits need no such transaction'));
  const signer: FacilitatorEvmSigner = {
    getAddresses: () => [chain.relayer],
    readContract: (call) => note(chain.read(call as ContractCall)),
    getCode: ({ address }) => note(chain.code(address)),
    verifyTypedData: unused,
    sendTransaction: unused,
    // Resolves when it is mined for good; on disk before it is sent, as everything the relayer sends.
    writeContract: ({ args }) => {
      const [config, amount, collector, data] = args as [ChannelFields, bigint, Hex, Hex];
      return note(chain.collect(config, amount, { name, collector, data }));
    },
    waitForTransactionReceipt: async () => ({ status: 'success' }),
  };
  return { signer, trouble: () => trouble };
}
