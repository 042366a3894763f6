// How a poll ends: no more votes, then what was held is taken or let go, then the result, each step on disk.
import type { Feed } from '../feed/index.js';
import type { Trx } from '../store/index.js';
import type { PollVoteRow } from '../store/rows/polls.js';
import { Problem } from '../vocabulary/problems.js';
import type { Hex } from '../vocabulary/values.js';
import type { Books, Poll } from './books.js';
import { counts, type MembersOf, personOf, type Running } from './running.js';
import { count } from './tally.js';
import { definitionOf } from './view.js';

/** What ends held amounts; the ledger's. */
export interface Tills {
  capture: (payer: Hex, reason: string, also: (trx: Trx, paid: boolean) => Promise<void>) => Promise<boolean>;
  release: (payer: Hex, reason: string, also: (trx: Trx) => Promise<void>) => Promise<boolean>;
}

export type Ending = 'closed' | 'cancelled';
const underWay = { closed: 'closing', cancelled: 'cancelling' } as const;

/** Charges that are written together. */
const atOnce = 200;

export const reasonOf = ({ poll, voter, id }: Pick<PollVoteRow, 'poll' | 'voter' | 'id'>): string =>
  `vote/${poll}/${voter}/${id}`;

/** From stored votes to the result: what was not paid in the end does not count. */
export function resultOf({ options, votes, price }: Poll, rows: readonly PollVoteRow[]) {
  const counted = rows.filter(({ state }) => state === 'free' || state === 'charged');
  const made = counted.map(({ n, person, voter, option, amount }) => {
    return { n, person: person ?? voter, option, amount: BigInt(amount) };
  });
  return count({ options: options.length, votes, price }, made);
}

export function createEnding(needs: {
  books: Books;
  feed: Pick<Feed, 'append' | 'announce'>;
  tills: Tills;
  membersOf: MembersOf;
  now: () => number;
}) {
  const { books, feed, tills, membersOf, now } = needs;

  async function settle(row: PollVoteRow, how: Ending): Promise<void> {
    if (!row.payer) return;
    const { payer, n } = row;
    if (how === 'cancelled') {
      await tills.release(payer, reasonOf(row), (trx) => books.setVote(trx, n, 'released'));
      return;
    }
    await tills.capture(payer, reasonOf(row), (trx, paid) => books.setVote(trx, n, paid ? 'charged' : 'lapsed'));
  }

  async function settleAll(poll: Poll, how: Ending): Promise<void> {
    const held = (await books.votes(poll.n)).filter(({ state }) => state === 'held');
    for (let i = 0; i < held.length; i += atOnce) {
      await Promise.all(held.slice(i, i + atOnce).map((row) => settle(row, how)));
    }
  }

  async function finish(poll: Poll, how: Ending): Promise<Poll> {
    const rows = await books.votes(poll.n);
    const people = new Map(rows.filter(counts).map(({ voter }) => [voter, personOf(membersOf, voter)]));
    const named = rows.map((row) => ({ ...row, person: people.get(row.voter) ?? null }));
    const result = how === 'closed' ? resultOf(poll, named) : null;
    const ended: Poll = { ...poll, state: how, endedAt: now(), result };
    await books.write(async (trx) => {
      await books.setPeople(trx, poll.n, people);
      await books.update(trx, poll.n, ended);
      const data = { state: how, poll: definitionOf(ended), result };
      await feed.append(trx, { stream: poll.stream, type: 'poll', data });
    });
    feed.announce();
    return ended;
  }

  /** Goes on from wherever an earlier run left it. Problem: poll_closed, when it is ending the other way. */
  return async function end(running: Running, how: Ending): Promise<Poll> {
    const { poll } = running;
    const begun = poll.state !== 'open';
    if (begun && poll.state !== underWay[how]) throw new Problem('poll_closed');
    await running.shut();
    if (!begun) await books.write((trx) => books.update(trx, poll.n, { state: underWay[how] }));
    poll.state = underWay[how];
    await settleAll(poll, how);
    return finish(poll, how);
  };
}
