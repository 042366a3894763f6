// What an x402 client is told: what was charged and where its channel stands, or why not and how to get back in step.
import { encodePaymentResponseHeader } from '@x402/core/http';
import { type PaymentReason, x402Reason } from '../../vocabulary/payment-reasons.js';
import type { Hex } from '../../vocabulary/values.js';
import type { Channels } from '../channels.js';
import type { Purse } from '../purse.js';
import type { Correction } from './requirements.js';

/** A payment that is not taken, by the standard's own reason. */
export class Refusal extends Error {
  constructor(
    readonly reason: string,
    readonly correction?: Correction,
  ) {
    super(reason);
  }
}

/** A payment that was right and then failed on chain. */
export class Failure extends Refusal {}

export const refuse = (reason: PaymentReason): never => {
  throw new Refusal(x402Reason(reason));
};

export type ChannelState = Awaited<ReturnType<ReturnType<typeof stateReader>>>;

/** Reads what the official client calls `channelState`, all from memory but for the first refund count. */
export const stateReader = (channels: Channels) => async (id: Hex, purse: Readonly<Purse>) => {
  const channel = channels.get(id);
  // Nobody goes by it, so it never holds a key up.
  const nonce = await channels.refundNonce(id).catch(() => undefined);
  return {
    channelId: id,
    balance: `${channel?.balance ?? 0n}`,
    totalClaimed: `${channel?.claimed ?? 0n}`,
    withdrawRequestedAt: channel?.withdrawAt ?? 0,
    ...(nonce !== undefined && { refundNonce: `${nonce}` }),
    chargedCumulativeAmount: `${purse.spent}`,
  };
};

/** A `PAYMENT-RESPONSE` for what was done. */
export const done = (
  network: `eip155:${number}`,
  payer: Hex,
  { transaction = '', amount = '', ...extra }: { transaction?: string; amount?: string; [fact: string]: unknown },
): Record<string, string> => ({
  'payment-response': encodePaymentResponseHeader({ success: true, payer, transaction, network, amount, extra }),
});

/** A `PAYMENT-RESPONSE` for what failed. */
export const failed = (network: `eip155:${number}`, errorReason: string): Record<string, string> => ({
  'payment-response': encodePaymentResponseHeader({ success: false, errorReason, transaction: '', network }),
});
