// Why an x402 payment was not taken: the standard's own words for programs, and ours for people.

const prefix = 'invalid_batch_settlement_evm_';

/** By the standard's reason without its prefix; exactly what `@x402/evm` itself uses. */
const sentences = {
  scheme: 'it is not a payment by the scheme “batch-settlement”',
  network_mismatch: 'it is for another chain than this stream’s',
  token_mismatch: 'it is in another token than this stream’s',
  receiver_mismatch: 'its channel pays somebody else than this host',
  receiver_authorizer_mismatch: 'its channel names another authorizer than this server’s key',
  withdraw_delay_mismatch: 'its channel has another withdrawal delay than this stream asks for',
  channel_id_mismatch: 'its channel’s id is not the one of its configuration',
  payload_type: 'its form is not one of deposit, voucher and refund',
  voucher_signature: 'its voucher is not signed by the channel’s payer authorizer, which must be a key of its own',
  cumulative_exceeds_balance: 'its voucher promises more than the channel holds; deposit more',
  cumulative_below_claimed: 'its voucher is for less than was claimed already',
  cumulative_amount_mismatch:
    'its voucher is not for what was charged so far and this price; go on from the state told with this answer',
  channel_not_found: 'its channel holds nothing; deposit first',
  channel_busy: 'its channel is being refunded; try again after that',
  insufficient_balance: 'the payer does not have the tokens to deposit',
  receive_authorization_signature: 'the deposit is not signed by the payer',
  erc3009_authorization_required: 'the deposit has no EIP-3009 authorization',
  payload_authorization_valid_before: 'the deposit’s authorization ends too soon',
  payload_authorization_valid_after: 'the deposit’s authorization has not begun yet',
  deposit_simulation_failed: 'the chain would refuse the deposit',
  deposit_transaction_failed: 'the chain refused the deposit',
  eip6492_factory_not_allowed: 'the payer’s wallet contract is not deployed yet',
  permit2_authorization_required: 'the deposit has no Permit2 permit',
  permit2_invalid_spender: 'the Permit2 permit is not for x402’s deposit collector',
  permit2_amount_mismatch: 'the Permit2 permit is for another amount than the deposit',
  permit2_deadline_expired: 'the Permit2 permit ends too soon',
  permit2_invalid_signature: 'the Permit2 permit is not signed by the payer',
  permit2_allowance_required: 'the payer has not allowed Permit2 to move the token',
  eip2612_amount_mismatch: 'the token’s permit is for another amount than the deposit',
  refund_no_balance: 'nothing is left in the channel to refund',
  refund_amount_invalid: 'the amount to refund must be a whole number above zero',
  refund_transaction_failed: 'the chain refused the refund',
  verification_state_unavailable: 'the channel’s state cannot be read right now; try again',
} as const;

export type PaymentReason = keyof typeof sentences;

/** The standard's string for a reason. */
export const x402Reason = (reason: PaymentReason): string => `${prefix}${reason}`;

/** What x402 servers say to a payment for something that is not asked for. */
export const noMatch = 'No matching payment requirements';

/** The words for people; of a reason that is not ours, the reason itself. */
export function sayPaymentReason(reason: string): string {
  if (reason === noMatch) return 'it is not for what this key asks';
  const known = reason.startsWith(prefix) ? reason.slice(prefix.length) : '';
  return known in sentences ? sentences[known as PaymentReason] : reason;
}

export const paymentReasons = Object.keys(sentences) as PaymentReason[];
