// Taking a vote: once for each id, judged, set aside where it is paid for, on disk, and then counted.
import type { Charge } from '../payments/index.js';
import type { Trx } from '../store/index.js';
import type { PollVoteRow } from '../store/rows/polls.js';
import { createTurns } from '../turns.js';
import { Problem } from '../vocabulary/problems.js';
import type { Facts } from '../vocabulary/refusals/wording.js';
import type { Hex } from '../vocabulary/values.js';
import type { Books, Poll } from './books.js';
import { reasonOf } from './ending.js';
import { judgeVote, oldEnough } from './rules.js';
import type { MembersOf, Running } from './running.js';
import { bornOf, isChat, type Voter, voterName } from './voters.js';

export interface VoteWish {
  poll: string;
  /** The voter's own: of the interaction or update, or a page's nonce. */
  id: string;
  /** From 0. */
  option: number;
  /** Base units; 0: the free vote. */
  amount: bigint;
}

/** Sets an amount aside in the voter's purses; the same Problems as a tip. */
export type HoldFor = (
  voter: Voter,
  wish: {
    reason: string;
    stream: string;
    kind: 'vote';
    amount: bigint;
    also: (trx: Trx, charge: Charge) => Promise<void>;
  },
) => Promise<Charge>;

export function createVoting(needs: {
  books: Books;
  membersOf: MembersOf;
  /** Whether a page's key has a purse for the stream: throwaway keys have none. */
  hasPurse: (payer: Hex, stream: string) => boolean;
  hold: HoldFor;
  /** The key that a voter is charged by. */
  payerOf: (charge: Charge) => Hex;
  find: (poll: string) => Running | undefined;
  nextN: () => number;
  say: (amount: bigint) => string;
  onVote: (running: Running) => void;
  now: () => number;
}) {
  const { books, membersOf, say, now } = needs;
  const turn = createTurns<string>();

  const factsOf = ({ votes, price }: Poll): Facts => ({
    price: say(price),
    ...(votes === 'paid' && { least: say(price) }),
  });

  function check(running: Running, voter: string, vote: VoteWish): void {
    const { poll } = running;
    const { closesAt, votes, price, change } = poll;
    const terms = { open: running.isOpen(), closesAt, options: poll.options.length, votes, price, change };
    const fault = judgeVote(terms, vote, running.own(voter).free, now());
    if (fault) throw new Problem(fault, factsOf(poll));
    const members = membersOf(voter);
    if (!oldEnough(poll.minAgeDays, bornOf(members), now()))
      throw new Problem('vote_too_young', { days: poll.minAgeDays });
    const known = members.some(isChat) || needs.hasPurse(voter as Hex, poll.stream);
    if (!known) throw new Problem('vote_needs_purse');
  }

  /** On disk; for what is paid for, with the money set aside in the same transaction. */
  async function keep(voter: Voter, row: PollVoteRow, stream: string): Promise<PollVoteRow> {
    if (row.amount === '0') {
      await books.addFree(row);
      return row;
    }
    let kept = row;
    const also = async (trx: Trx, charge: Charge): Promise<void> => {
      kept = { ...row, payer: needs.payerOf(charge) };
      await books.addVote(trx, kept);
    };
    const amount = BigInt(row.amount);
    await needs.hold(voter, { reason: reasonOf(row), stream, kind: 'vote', amount, also });
    return kept;
  }

  async function take(voter: Voter, wish: VoteWish): Promise<PollVoteRow> {
    const name = voterName(voter);
    const before = await books.vote(Number(wish.poll), name, wish.id);
    if (before) {
      if (before.option !== wish.option || before.amount !== `${wish.amount}`) throw new Problem('id_reused');
      return before;
    }
    const running = needs.find(wish.poll);
    if (!running)
      throw new Problem(
        Number(wish.poll) > 0 && (await books.find({ n: Number(wish.poll) })) ? 'poll_closed' : 'poll_unknown',
      );
    check(running, name, wish);
    const { n: poll, stream } = running.poll;
    const about = { poll, voter: name, id: wish.id, option: wish.option, amount: `${wish.amount}` };
    const state = wish.amount === 0n ? 'free' : 'held';
    const row: PollVoteRow = { n: needs.nextN(), ...about, payer: null, state, person: null, at: now() };
    const kept = await running.during(
      keep(voter, row, stream).then((made) => {
        running.add(made);
        return made;
      }),
    );
    needs.onVote(running);
    return kept;
  }

  /**
   * Problems: poll_unknown, poll_closed, id_reused, vote_no_option, vote_final, vote_costs, vote_free_only, vote_amount,
   * vote_too_young, vote_needs_purse, and those of `hold`.
   */
  return (voter: Voter, wish: VoteWish): Promise<PollVoteRow> =>
    turn(`${wish.poll}/${voterName(voter)}`, () => take(voter, wish));
}
