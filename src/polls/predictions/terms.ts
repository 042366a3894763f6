// The terms of a prediction that is asked for: who decides, until when, and with what at stake.
import { randomBytes } from 'node:crypto';
import { id as keccakText } from 'ethers';
import type { PredictionWish } from '../../vocabulary/predictions.js';
import type { Hex } from '../../vocabulary/values.js';
import type { Terms } from './channel.js';

/** So long there is to say what happened, from the lock on. */
const resolveSeconds = 24 * 3600;

/** Salted: who asks the same again opens another market. `now` in ms. */
export function termsFor(
  { question, options, openMs, disputeMs }: PredictionWish,
  needs: { host: Hex; resolver: Hex; feeBps: number; token: Hex; least: bigint; now: number },
): Terms {
  const { host, resolver, feeBps, token, least } = needs;
  const lockAt = Math.floor(needs.now / 1000) + Math.floor(openMs / 1000);
  const salt = randomBytes(16).toString('hex');
  return {
    ...{ host, feeBps, resolver, outcomes: options.length, token, lockAt },
    ...{ resolveBy: lockAt + resolveSeconds, disputeSeconds: Math.floor(disputeMs / 1000) },
    ...{ minStake: least > 0n ? least : 1n, question: keccakText(JSON.stringify([question, options, salt])) as Hex },
  };
}
