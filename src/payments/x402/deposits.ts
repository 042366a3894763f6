// Deposits that come with a payment: named once for all, checked and sent by the official facilitator, never twice.
import type { Logger } from '../../log.js';
import { noMatch, x402Reason } from '../../vocabulary/payment-reasons.js';
import type { Hex } from '../../vocabulary/values.js';
import type { Chain } from '../chain.js';
import type { Channels } from '../channels.js';
import { depositNonce } from '../typed-data.js';
import { Failure, Refusal, refuse } from './answer.js';
import type { Settle } from './facilitator.js';
import type { Payment } from './payload.js';
import { type RequirementNeeds, requirementsFor } from './requirements.js';

export type Deposit = Extract<Payment['payload'], { type: 'deposit' }>;

const lastUint256 = (1n << 256n) - 1n;
const onChain = x402Reason('deposit_transaction_failed');

export function createDeposits(needs: {
  chain: Chain;
  channels: Channels;
  settle: Settle;
  offer: RequirementNeeds;
  log: Logger;
}) {
  const { chain, channels, settle, offer, log } = needs;

  /** What a deposit is known by, and whether the chain has taken it. */
  function nameOf(payload: Deposit, method: string): { nonce: Hex; used: () => Promise<boolean> } {
    const { authorization } = payload.deposit;
    const { payer } = payload.channelConfig;
    if (method === 'permit2') {
      if (!('permit2Authorization' in authorization)) return refuse('permit2_authorization_required');
      const permit = BigInt(authorization.permit2Authorization.nonce);
      if (permit > lastUint256) return refuse('payload_type');
      return { nonce: depositNonce(payer, `0x${permit.toString(16)}`), used: () => chain.permitUsed(payer, permit) };
    }
    if (!('erc3009Authorization' in authorization)) return refuse('erc3009_authorization_required');
    const nonce = depositNonce(payload.voucher.channelId, authorization.erc3009Authorization.salt);
    return { nonce, used: () => chain.depositUsed(payer, nonce) };
  }

  /** Resolves to the transaction, '' when it was sent by others, once the channel is known with it. */
  return async function bring(payment: Payment, payload: Deposit, price: bigint): Promise<string> {
    const { channelConfig: config, voucher, deposit } = payload;
    const method = payment.accepted.extra.assetTransferMethod ?? 'eip3009';
    const requirements = requirementsFor(offer, price).find((r) => r.extra.assetTransferMethod === method);
    if (!requirements) throw new Refusal(noMatch);
    const { nonce, used } = nameOf(payload, method);
    return channels.bring({
      ...{ config, id: voucher.channelId, nonce, used, amount: deposit.amount },
      async send() {
        const answer = await settle(payment, requirements, nonce);
        if (answer.success) return answer.transaction;
        const reason = answer.errorReason ?? onChain;
        log.info({ channel: voucher.channelId, reason: answer.errorMessage ?? reason }, 'a deposit was refused');
        throw reason === onChain ? new Failure(reason) : new Refusal(reason);
      },
    });
  };
}
