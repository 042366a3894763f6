// Whether a payment is for this host, token and chain: the scheme's own order of checks and its own reasons.
import { noMatch, type PaymentReason, x402Reason } from '../../vocabulary/payment-reasons.js';
import type { Terms } from '../channels.js';
import { type ChannelFields, channelId, type Domain } from '../typed-data.js';
import type { Payment } from './payload.js';

/** By hand, and not by the package: it is asked at every key, and here costs microseconds instead of a millisecond. */
function channelRefusal(config: ChannelFields, claimed: string, terms: Terms, domain: Domain): PaymentReason | null {
  if (channelId(config, domain) !== claimed) return 'channel_id_mismatch';
  if (config.receiver !== terms.receiver) return 'receiver_mismatch';
  if (config.receiverAuthorizer !== terms.receiverAuthorizer) return 'receiver_authorizer_mismatch';
  if (config.token !== terms.token) return 'token_mismatch';
  if (config.withdrawDelay !== terms.withdrawDelay) return 'withdraw_delay_mismatch';
  // A purse has a key: a contract wallet that is the payer names one as its authorizer.
  return /^0x0+$/.test(config.payerAuthorizer) ? 'voucher_signature' : null;
}

/** Why this payment cannot be for a key that costs `price`; null when it can. A refund has no price. */
export function mismatch(
  { accepted, payload }: Payment,
  needs: { terms: Terms; domain: Domain; price: bigint },
): string | null {
  const { terms, domain, price } = needs;
  if (accepted.scheme !== 'batch-settlement') return x402Reason('scheme');
  if (accepted.network !== `eip155:${domain.chainId}`) return x402Reason('network_mismatch');
  if (accepted.asset !== terms.token) return x402Reason('token_mismatch');
  if (accepted.payTo !== terms.receiver) return x402Reason('receiver_mismatch');
  const reason = channelRefusal(payload.channelConfig, payload.voucher.channelId, terms, domain);
  if (reason) return x402Reason(reason);
  return payload.type !== 'refund' && accepted.amount !== `${price}` ? noMatch : null;
}
