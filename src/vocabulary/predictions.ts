// Predictions on the wire: what one is asked for as, what it is, how it stands, and a stake in it.
import { z } from 'zod';
import { predictionLimits } from './prediction-limits.js';
import { Address, Amount, Bytes32, IdempotencyId, Milliseconds, plainText, Signature, StreamId } from './values.js';

export { predictionLimits };

const Text = (max: number, what: string) => plainText(max).refine((text) => text !== '', `${what} has no words`);
const { options, openMs, disputeMs } = predictionLimits;

export const PredictionWish = z
  .object({
    id: IdempotencyId,
    question: Text(predictionLimits.question, 'the question'),
    options: z.array(Text(predictionLimits.option, 'an option')).min(options.least).max(options.most),
    openMs: Milliseconds.min(openMs.least)
      .max(openMs.most)
      .meta({ description: 'how long stakes are taken: it must end before the outcome can be known' }),
    disputeMs: Milliseconds.min(disputeMs.least).max(disputeMs.most).default(300_000).meta({
      description: 'how long a result can be corrected once, or called off, before it holds',
    }),
  })
  .meta({ id: 'PredictionWish' });
export type PredictionWish = z.infer<typeof PredictionWish>;

export const PredictionState = z
  .enum(['opening', 'open', 'locked', 'resolved', 'paying', 'paid', 'cancelled', 'refunded', 'failed'])
  .meta({ description: 'resolved: the result can still be disputed. paying: it holds. failed: it never opened' });
export type PredictionState = z.infer<typeof PredictionState>;

export const PredictionView = z
  .object({
    id: z.string(),
    stream: StreamId,
    market: Bytes32.meta({ description: 'its id in the escrow contract: the hash of its terms' }),
    escrow: Address,
    question: z.string(),
    options: z.array(z.string()),
    state: PredictionState,
    stakes: z.number().int(),
    pot: Amount,
    totals: z.array(Amount).meta({ description: 'what is staked, by option' }),
    odds: z
      .array(z.number().int().nullable())
      .meta({ description: 'what one unit would bring back now, before the fee, in thousandths; by option' }),
    minStake: Amount,
    feeBps: z.number().int().meta({ description: 'the host’s, of what the losers staked, in 1/100 of a percent' }),
    openedAt: Milliseconds,
    lockAt: Milliseconds,
    resolveBy: Milliseconds.meta({ description: 'not resolved by then: anyone may have all stakes given back' }),
    winner: z.number().int().nullable(),
    finalAt: Milliseconds.nullable().meta({ description: 'when the result holds' }),
    refunds: z.boolean().meta({ description: 'everyone gets the own stake back' }),
    at: Milliseconds.meta({ description: 'the server’s time of this answer' }),
  })
  .meta({ id: 'PredictionView' });
export type PredictionView = z.infer<typeof PredictionView>;

/** Told on following: the newest there is to show, as of event `n`; what earlier events said of predictions is old. */
export interface PredictionMessage {
  prediction: PredictionView | null;
  /** When its result was said, or it was called off; null also: that is not known. */
  endedAt: number | null;
  n: number;
}

/** Pushed while it is open, unnumbered: only the newest matters. */
export interface OddsMessage {
  prediction: string;
  at: number;
  stakes: number;
  pot: string;
  totals: string[];
  odds: (number | null)[];
}

const WholeSeconds = z.string().regex(/^\d{1,15}$/);

/** A voucher for the whole stake, of the channel that the escrow's `channelOf` gives, and the deposit into it. */
export const StakeRequest = z
  .object({
    id: IdempotencyId,
    option: z
      .number()
      .int()
      .min(0)
      .max(options.most - 1),
    amount: Amount,
    payer: Address,
    payerAuthorizer: Address,
    nonce: Bytes32,
    signature: Signature.meta({ description: 'of the x402 Voucher' }),
    deposit: z.object({ validBefore: WholeSeconds, salt: Bytes32, signature: Signature }).meta({
      description: 'the EIP-3009 ReceiveWithAuthorization to the x402 collector, validAfter 0',
    }),
    from: Bytes32.optional().meta({
      description:
        'a channel here of the same payer: what lacks at his address for this stake is freed from it first, to that address',
    }),
  })
  .meta({ id: 'StakeRequest' });
export type StakeRequest = z.infer<typeof StakeRequest>;

export const StakeReceipt = z
  .object({
    id: z.string(),
    option: z.number().int(),
    amount: Amount,
    channel: Bytes32,
    transaction: z.string(),
    prediction: PredictionView,
  })
  .meta({ id: 'StakeReceipt' });
export type StakeReceipt = z.infer<typeof StakeReceipt>;

/** What came of one address in a prediction; the stakes are those that came by this server. */
export const AddressStakes = z
  .object({
    stakes: z.array(
      z.object({
        id: z.string(),
        option: z.number().int(),
        amount: Amount,
        state: z.enum(['wanted', 'placed', 'failed']).meta({ description: 'wanted: on its way to the escrow' }),
        transaction: z.string(),
        at: Milliseconds,
      }),
    ),
    payout: z
      .object({
        amount: Amount,
        paid: z.boolean().meta({ description: 'false: the token refused it' }),
        at: Milliseconds,
      })
      .nullable()
      .meta({ description: 'what the escrow gave, winnings or stakes back; null before, and where it is not known' }),
  })
  .meta({ id: 'AddressStakes' });
export type AddressStakes = z.infer<typeof AddressStakes>;
