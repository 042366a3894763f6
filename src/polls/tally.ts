// How votes are counted: from stored votes to the result, the same every time. Pure.
import type { PollKind, PollTally } from '../vocabulary/polls.js';

/** One stored vote that counts, and whom it is counted as. */
export interface Vote {
  /** In their order; of a person's free votes the newest counts. */
  n: number;
  person: string;
  option: number;
  /** Base units; 0: a free vote. */
  amount: bigint;
}

/** The whole root: the greatest whole number whose square is not above `n`. */
export function root(n: bigint): bigint {
  if (n < 2n) return n;
  // From above, Newton's steps fall until they have arrived.
  let high = 1n << BigInt((n.toString(2).length + 1) >> 1);
  for (let next = (high + n / high) >> 1n; next < high; next = (high + n / high) >> 1n) high = next;
  return high;
}

/** What `paid` of one person for one option weighs. */
export function weightOf(votes: PollKind, price: bigint, paid: bigint): bigint {
  if (votes === 'paid') return paid;
  const bought = price > 0n ? paid / price : 0n;
  return votes === 'quadratic' ? root(bought) : bought;
}

export interface OwnCount {
  free: Vote | null;
  /** By option, base units. */
  paid: Map<number, bigint>;
}

/** Each person's newest free vote, and what he paid for each option. */
export function byPerson(votes: Iterable<Vote>): Map<string, OwnCount> {
  const people = new Map<string, OwnCount>();
  for (const vote of votes) {
    const own = people.get(vote.person) ?? { free: null, paid: new Map() };
    people.set(vote.person, own);
    if (vote.amount > 0n) own.paid.set(vote.option, (own.paid.get(vote.option) ?? 0n) + vote.amount);
    else if (!own.free || own.free.n < vote.n) own.free = vote;
  }
  return people;
}

interface Line {
  votes: bigint;
  voters: number;
  value: bigint;
}

function addPerson(lines: readonly Line[], own: OwnCount, votes: PollKind, price: bigint): void {
  const options = new Set([...own.paid.keys(), ...(own.free ? [own.free.option] : [])]);
  for (const option of options) {
    const line = lines[option];
    if (!line) continue;
    const paid = own.paid.get(option) ?? 0n;
    line.voters += 1;
    line.value += paid;
    line.votes += weightOf(votes, price, paid) + (own.free?.option === option ? 1n : 0n);
  }
}

/** The options with most votes; none when nobody has voted. */
function leadersOf(lines: readonly Line[]): number[] {
  const most = lines.reduce((top, { votes }) => (votes > top ? votes : top), 0n);
  return most === 0n ? [] : lines.flatMap(({ votes }, option) => (votes === most ? [option] : []));
}

export function count(poll: { options: number; votes: PollKind; price: bigint }, votes: Iterable<Vote>): PollTally {
  const lines: Line[] = Array.from({ length: poll.options }, () => ({ votes: 0n, voters: 0, value: 0n }));
  const people = byPerson(votes);
  for (const own of people.values()) addPerson(lines, own, poll.votes, poll.price);
  const value = lines.reduce((sum, line) => sum + line.value, 0n);
  return {
    voters: people.size,
    value: `${value}`,
    lines: lines.map((line) => ({ votes: `${line.votes}`, voters: line.voters, value: `${line.value}` })),
    leaders: leadersOf(lines),
  };
}

/** What may be said of it before the end. */
export const hidden = ({ voters }: PollTally): PollTally => ({ voters, value: '0', lines: [], leaders: [] });
