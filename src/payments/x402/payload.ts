// What a `PAYMENT-SIGNATURE` header holds, read strictly: nothing else of it is ever used.
import { decodePaymentSignatureHeader } from '@x402/core/http';
import type { PaymentPayload } from '@x402/core/types';
import { z } from 'zod';
import { ChannelConfig, Permit2Deposit, SignedDeposit } from '../../vocabulary/channels.js';
import { Address } from '../../vocabulary/values.js';
import { VoucherRequest } from '../../vocabulary/watching.js';

const channel = { channelConfig: ChannelConfig, voucher: VoucherRequest };

const Action = z.discriminatedUnion('type', [
  z.object({ type: z.literal('deposit'), ...channel, deposit: z.union([SignedDeposit, Permit2Deposit]) }),
  z.object({ type: z.literal('voucher'), ...channel }),
  // The scheme has a refusal of its own for a wrong amount.
  z.object({ type: z.literal('refund'), ...channel, amount: z.string().max(80).optional() }),
]);
export type Action = z.infer<typeof Action>;

const Envelope = z.object({
  x402Version: z.literal(2),
  accepted: z.object({
    scheme: z.string(),
    network: z.string(),
    asset: Address,
    payTo: Address,
    amount: z.string(),
    extra: z.object({ assetTransferMethod: z.string().optional() }).default({}),
  }),
  payload: Action,
});

export interface Payment extends z.infer<typeof Envelope> {
  /** As it came, for the official facilitator. */
  raw: PaymentPayload;
}

/** Null when the header is not a payment of this scheme's. */
export function readPayment(header: string): Payment | null {
  try {
    const raw = decodePaymentSignatureHeader(header);
    return { ...Envelope.parse(raw), raw };
  } catch {
    return null;
  }
}
