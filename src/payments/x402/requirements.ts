// What a 402 asks for: the requirements of x402's batch-settlement scheme (version 2), and how a client gets back in step.
import { encodePaymentRequiredHeader } from '@x402/core/http';
import type { PaymentRequired, PaymentRequirements } from '@x402/core/types';
import type { TransferMethod } from '../chain.js';
import type { Terms } from '../channels.js';
import type { TokenFacts } from '../token.js';

/** Seconds that a deposit's signature should be good for: until it is mined, also when gas is dear. */
const maxTimeoutSeconds = 300;
/** A first deposit is suggested to last for this many keys: fewer would cost more gas than they pay. */
const suggestedKeys = 150n;

export interface RequirementNeeds {
  chainId: number;
  terms: Terms;
  token: Pick<TokenFacts, 'address' | 'name' | 'version'>;
  transferMethods: readonly TransferMethod[];
  /** The token's own permit (ERC-2612) may allow Permit2. */
  gaslessAllowance: boolean;
}

/** What is added for a client that is out of step: the channel's state and its own last signed voucher. */
export interface Correction {
  channelState: Record<string, unknown>;
  voucherState?: { signedMaxClaimable: string; signature: string };
}

/** One for each way to deposit; the channel is the same by all of them. */
export function requirementsFor(needs: RequirementNeeds, amount: bigint): PaymentRequirements[] {
  const { chainId, terms, token } = needs;
  return needs.transferMethods.map((assetTransferMethod) => ({
    scheme: 'batch-settlement',
    network: `eip155:${chainId}` as const,
    amount: amount.toString(),
    asset: token.address,
    payTo: terms.receiver,
    maxTimeoutSeconds,
    extra: {
      receiverAuthorizer: terms.receiverAuthorizer,
      withdrawDelay: terms.withdrawDelay,
      minDeposit: (amount * suggestedKeys).toString(),
      name: token.name,
      version: token.version,
      assetTransferMethod,
    },
  }));
}

const text = { type: 'string' };
const permitFields = ['from', 'asset', 'spender', 'amount', 'nonce', 'deadline', 'signature', 'version'];
/** x402's extension by which a permit (ERC-2612) comes with the deposit, so that Permit2 costs the payer no gas either. */
const permitExtension = {
  eip2612GasSponsoring: {
    info: { description: 'a permit for Permit2 is sent along with the deposit', version: '1' },
    schema: {
      type: 'object',
      properties: Object.fromEntries(permitFields.map((name) => [name, text])),
      required: permitFields,
    },
  },
};

/** The value of the `PAYMENT-REQUIRED` header for one request that costs `amount` base units. */
export function paymentRequired(
  needs: RequirementNeeds,
  url: string,
  amount: bigint,
  why: { error?: string; correction?: Correction } = {},
): string {
  const accepts = requirementsFor(needs, amount);
  // The official client looks at the first one of the scheme.
  for (const accept of accepts.slice(0, 1)) Object.assign(accept.extra, why.correction);
  const required: PaymentRequired = {
    x402Version: 2,
    error: why.error ?? 'Payment required',
    resource: { url, description: 'one key period of a live stream', mimeType: 'application/octet-stream' },
    accepts,
    ...(needs.gaslessAllowance && { extensions: permitExtension }),
  };
  return encodePaymentRequiredHeader(required);
}
