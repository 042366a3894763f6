// What a poll may be, and which votes it takes. Pure; the store applies them.
import { pollLimits } from '../vocabulary/poll-limits.js';
import type { PollKind } from '../vocabulary/polls.js';
import type { ProblemCode } from '../vocabulary/problems.js';

/** What is asked for; times in ms, amounts in base units. */
export interface Wish {
  question: string;
  options: readonly string[];
  durationMs: number;
  votes: PollKind;
  price: bigint;
  change: boolean;
  secret: boolean;
  /** Undefined: as the kind of votes needs. */
  minAgeDays?: number | undefined;
}

const defaultAgeDays = 30;

/** Free, unless said otherwise, to everybody; votes whose weight depends on who pays need people of some age. */
export const ageOf = ({ votes, minAgeDays }: Pick<Wish, 'votes' | 'minAgeDays'>): number =>
  minAgeDays ?? (votes === 'quadratic' ? defaultAgeDays : 0);

const between = (n: number, { least, most }: { least: number; most: number }): boolean => n >= least && n <= most;
const fits = (text: string, most: number): boolean => text.trim() !== '' && [...text].length <= most;

/** Why there can be no such poll, as the end of a sentence; null when there can. */
export function judgeWish(wish: Wish): string | null {
  const { options, question, durationMs } = pollLimits;
  const { votes, price } = wish;
  if (!fits(wish.question, question)) return `a question has 1 to ${question} characters`;
  if (!between(wish.options.length, options)) return `a poll has ${options.least} to ${options.most} options`;
  if (!wish.options.every((text) => fits(text, pollLimits.option)))
    return `an option has 1 to ${pollLimits.option} characters`;
  if (new Set(wish.options.map((text) => text.trim().toLowerCase())).size < wish.options.length)
    return 'two options are the same';
  if (!between(wish.durationMs, durationMs)) return 'a poll runs for 10 seconds to 24 hours';
  if (votes === 'free' && price !== 0n) return 'free votes have no price';
  if (votes !== 'free' && price <= 0n) return 'votes that are paid for need a price';
  const age = ageOf(wish);
  if (!between(age, { least: 0, most: pollLimits.ageDays })) return 'an age is 0 to 3650 days';
  if (votes === 'quadratic' && age === 0) return 'quadratic votes need people whose accounts are a day old or more';
  return null;
}

/** What of a poll decides about a vote. */
export interface Terms {
  open: boolean;
  closesAt: number;
  options: number;
  votes: PollKind;
  price: bigint;
  change: boolean;
}

export type VoteFault = Extract<
  ProblemCode,
  'poll_closed' | 'vote_no_option' | 'vote_final' | 'vote_costs' | 'vote_free_only' | 'vote_amount'
>;

/** Why a vote is refused; null when it is taken. `free`: the option of the person's free vote, if there is one. */
export function judgeVote(
  poll: Terms,
  vote: { option: number; amount: bigint },
  free: number | null,
  now: number,
): VoteFault | null {
  const { votes, price } = poll;
  if (!poll.open || now >= poll.closesAt) return 'poll_closed';
  if (!Number.isInteger(vote.option) || vote.option < 0 || vote.option >= poll.options) return 'vote_no_option';
  if (vote.amount === 0n) {
    if (votes === 'paid' || votes === 'quadratic') return 'vote_costs';
    return !poll.change && free !== null && free !== vote.option ? 'vote_final' : null;
  }
  if (votes === 'free') return 'vote_free_only';
  if (votes === 'paid') return vote.amount < price ? 'vote_amount' : null;
  return vote.amount % price !== 0n ? 'vote_amount' : null;
}

/** Whether an account that was made at `born` (ms; null: nobody knows) is old enough. */
export const oldEnough = (minAgeDays: number, born: number | null, now: number): boolean =>
  minAgeDays === 0 || (born !== null && now - born >= minAgeDays * 24 * 3600_000);
