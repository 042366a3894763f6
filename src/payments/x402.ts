// What a 402 says to any x402 client: the requirements of the batch-settlement scheme (x402 version 2).
import { encodePaymentRequiredHeader } from '@x402/core/http';
import type { PaymentRequired } from '@x402/core/types';
import type { TokenFacts } from './chain.js';
import type { Terms } from './channels.js';

/** Seconds within which the paid request is to be answered. */
const maxTimeoutSeconds = 60;

/** The value of the `PAYMENT-REQUIRED` header for one request that costs `amount` base units. */
export function paymentRequired(
  needs: { chainId: number; terms: Terms; token: TokenFacts },
  url: string,
  amount: bigint,
) {
  const { chainId, terms, token } = needs;
  const required: PaymentRequired = {
    x402Version: 2,
    error: 'a payment channel with credit is needed',
    resource: { url, description: 'one key period of a live stream', mimeType: 'application/octet-stream' },
    accepts: [
      {
        scheme: 'batch-settlement',
        network: `eip155:${chainId}`,
        amount: amount.toString(),
        asset: token.address,
        payTo: terms.receiver,
        maxTimeoutSeconds,
        extra: {
          receiverAuthorizer: terms.receiverAuthorizer,
          withdrawDelay: terms.withdrawDelay,
          name: token.name,
          version: token.version,
          assetTransferMethod: 'eip3009',
        },
      },
    ],
  };
  return encodePaymentRequiredHeader(required);
}
