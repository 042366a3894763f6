// Takes x402 payments for keys without any session: deposit, voucher and refund of the batch-settlement scheme.
//
// The official packages do what is rare: headers, and deposits with all their checks (`x402/facilitator.ts`). By hand,
// because it runs at every key and because the books are ours: the channel's fields, the voucher's signature, and the
// charge, which is the very one of a session. The packages' server keeps charges of its own, not by key, in a store
// that may not be asked to write down more than one record; so one answer lost would be a key paid twice.
import type { Logger } from '../log.js';
import type { Store } from '../store/index.js';
import { createTurns } from '../turns.js';
import { x402Reason } from '../vocabulary/payment-reasons.js';
import { Problem } from '../vocabulary/problems.js';
import type { Hex } from '../vocabulary/values.js';
import type { Chain } from './chain.js';
import type { Channels, Terms } from './channels.js';
import type { Ledger } from './ledger.js';
import type { Purse } from './purse.js';
import type { Settler } from './settler.js';
import type { Signatures } from './signatures.js';
import type { Domain } from './typed-data.js';
import { done, Failure, failed, Refusal, refuse, stateReader } from './x402/answer.js';
import { mismatch } from './x402/channel-check.js';
import { createDeposits, type Deposit } from './x402/deposits.js';
import type { Settle } from './x402/facilitator.js';
import { type Payment, readPayment } from './x402/payload.js';
import { paymentRequired } from './x402/requirements.js';
import { createSteps, type Wish } from './x402/steps.js';

export interface PaymentRequest {
  /** The value of `PAYMENT-SIGNATURE`. */
  header: string;
  url: string;
  /** Null where there is nothing to pay for, and only a refund makes sense. */
  wish: Wish | null;
}

/** `headers` are part of the answer. */
export type PaymentOutcome = { headers: Record<string, string> } & (
  | { kind: 'paid'; payer: Hex; purse: Readonly<Purse>; charged: bigint }
  | { kind: 'refunded'; body: unknown }
  | { kind: 'refused'; problem: Problem }
);

type Refund = Extract<Payment['payload'], { type: 'refund' }>;

export type X402 = ReturnType<typeof createX402>;

export function createX402(needs: {
  store: Store;
  chain: Chain;
  channels: Channels;
  ledger: Ledger;
  settler: Pick<Settler, 'close'>;
  settle: Settle;
  signatures: Signatures;
  domain: Domain;
  terms: Terms;
  log: Logger;
}) {
  const { store, chain, channels, ledger, settler, settle, signatures, domain, terms, log } = needs;
  const { chainId, token, transferMethods, gaslessAllowance } = chain;
  const network = `eip155:${chainId}` as const;
  const offer = { chainId, terms, token, transferMethods, gaslessAllowance };
  const stateOf = stateReader(channels);
  const turn = createTurns<Hex>();
  const steps = createSteps({ store, ledger, stateOf });
  const bring = createDeposits({ chain, channels, settle, offer, log });

  function checkVoucher({ payload: { channelConfig, voucher } }: Payment): bigint {
    const total = BigInt(voucher.maxClaimableAmount);
    const digest = signatures.voucherDigest(voucher.channelId, total, domain);
    const signer = signatures.recover(digest, voucher.signature);
    return signer === channelConfig.payerAuthorizer ? total : refuse('voucher_signature');
  }

  /** The channel's purse; one that is not known here, but has money in it on chain, is taken in. */
  async function purseOf({ payload: { channelConfig, voucher } }: Payment): Promise<Readonly<Purse> | undefined> {
    const id = voucher.channelId;
    if (!ledger.purse(id)) await channels.adopt(channelConfig, id);
    return ledger.purse(id);
  }

  async function paid(payment: Payment, purse: Readonly<Purse>, charged: bigint, more: Record<string, string> = {}) {
    const { payer } = payment.payload.channelConfig;
    const channelState = await stateOf(purse.id, purse);
    const headers = done(network, payer, { ...more, channelState, chargedAmount: `${charged}` });
    return { kind: 'paid' as const, payer: purse.signer, purse, charged, headers };
  }

  async function takeVoucher(payment: Payment, wish: Wish, total: bigint): Promise<PaymentOutcome> {
    const purse = (await purseOf(payment)) ?? refuse('channel_not_found');
    return paid(payment, purse, await steps.charge(purse, wish, total, payment.payload.voucher.signature));
  }

  async function takeDeposit(payment: Payment, payload: Deposit, wish: Wish, total: bigint): Promise<PaymentOutcome> {
    const { deposit, voucher } = payload;
    const before = await purseOf(payment);
    await steps.check(before, wish, total, (before?.limit ?? 0n) + BigInt(deposit.amount));
    const transaction = await bring(payment, payload, wish.amount);
    const purse = ledger.purse(voucher.channelId) ?? refuse('channel_not_found');
    const charged = await steps.charge(purse, wish, total, voucher.signature);
    return paid(payment, purse, charged, { transaction, amount: deposit.amount });
  }

  /** Claims what was spent and gives the rest back, or the part that is asked for. */
  async function refund(payment: Payment, payload: Refund, total: bigint): Promise<PaymentOutcome> {
    const { amount, channelConfig: config, voucher } = payload;
    const id = voucher.channelId;
    const purse = (await purseOf(payment)) ?? refuse('channel_not_found');
    if (total !== purse.spent) return steps.outOfStep(purse);
    if (amount !== undefined && !/^0*[1-9]\d*$/.test(amount)) refuse('refund_amount_invalid');
    if ((channels.get(id)?.balance ?? 0n) <= purse.spent) refuse('refund_no_balance');
    const { refunds } = await settler.close(id, amount === undefined ? undefined : BigInt(amount)).catch((error) => {
      const onChain = error instanceof Problem && error.code === 'chain_refused';
      throw onChain ? new Failure(x402Reason('refund_transaction_failed')) : error;
    });
    const [given] = refunds;
    if (!given) return refuse('refund_no_balance');
    const channelState = await stateOf(id, purse);
    const { transaction } = given;
    return {
      kind: 'refunded',
      headers: done(network, config.payer, { transaction, amount: given.amount, channelState }),
      body: { message: 'Refund acknowledged', channelId: id },
    };
  }

  async function take(payment: Payment, wish: Wish | null): Promise<PaymentOutcome> {
    const wrong = mismatch(payment, { terms, domain, price: wish?.amount ?? 0n });
    if (payment.payload.type !== 'refund' && !wish) throw new Problem('key_unknown');
    if (wrong) throw new Refusal(wrong);
    const total = checkVoucher(payment);
    const { payload } = payment;
    return turn(payload.voucher.channelId, () => {
      if (payload.type === 'refund' || !wish) return refund(payment, payload as Refund, total);
      return payload.type === 'deposit'
        ? takeDeposit(payment, payload, wish, total)
        : takeVoucher(payment, wish, total);
    });
  }

  /** The ledger's refusals in the standard's words; others stay what they are. */
  async function inStandardWords(error: unknown, payment: Payment | null): Promise<unknown> {
    const code = error instanceof Problem ? error.code : '';
    if (code === 'voucher_over_limit' || code === 'out_of_credit') {
      return new Refusal(x402Reason('cumulative_exceeds_balance'));
    }
    if (code === 'purse_closing') return new Refusal(x402Reason('channel_busy'));
    const purse = payment && ledger.purse(payment.payload.voucher.channelId);
    // A session of the same key was charged in between.
    const between = code === 'voucher_needed' || code === 'voucher_too_low';
    return purse && between ? steps.outOfStep(purse).catch((corrective) => corrective) : error;
  }

  function refused({ url, wish }: PaymentRequest, error: unknown): PaymentOutcome {
    if (error instanceof Failure) {
      const problem = new Problem('payment_refused', { reason: error.reason });
      return { kind: 'refused', problem, headers: failed(network, error.reason) };
    }
    if (error instanceof Refusal) {
      const { reason, correction } = error;
      const why = { error: reason, ...(correction && { correction }) };
      const headers = { 'payment-required': paymentRequired(offer, url, wish?.amount ?? 0n, why) };
      return { kind: 'refused', problem: new Problem('payment_refused', { reason }), headers };
    }
    if (!(error instanceof Problem)) throw error;
    const headers = error.status < 500 ? {} : failed(network, x402Reason('verification_state_unavailable'));
    return { kind: 'refused', problem: error, headers };
  }

  return {
    /** The `PAYMENT-REQUIRED` header of a request that costs `amount` base units. */
    required: (url: string, amount: bigint): string => paymentRequired(offer, url, amount),

    /** Takes a payment or says why not; a Problem among the refusals is one of storage, chain or key. */
    async pay(request: PaymentRequest): Promise<PaymentOutcome> {
      const payment = readPayment(request.header);
      try {
        return await take(payment ?? refuse('payload_type'), request.wish);
      } catch (error) {
        return refused(request, await inStandardWords(error, payment));
      }
    },
  };
}
