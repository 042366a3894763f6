// A poll that runs, in memory: its votes folded by voter, its tally, and what is on its way to disk.
import type { PollVoteRow } from '../store/rows/polls.js';
import type { OwnVote, PollTally } from '../vocabulary/polls.js';
import type { Poll } from './books.js';
import { byPerson, count, type Vote } from './tally.js';

export type MembersOf = (name: string) => readonly string[];

/** The name that all members of one person share. */
export const personOf = (membersOf: MembersOf, name: string): string => membersOf(name)[0] ?? name;

/** Votes that count, or will when they are charged. */
export const counts = ({ state }: Pick<PollVoteRow, 'state'>): boolean =>
  state === 'free' || state === 'held' || state === 'charged';

export type Running = ReturnType<typeof createRunning>;

export function createRunning(poll: Poll, membersOf: MembersOf) {
  const voters = new Map<string, Vote[]>();
  const pending = new Set<Promise<unknown>>();
  let tally: PollTally | null = null;
  let open = poll.state === 'open';

  /** A voter's newest free vote, and one vote for all that he paid for an option. */
  function fold(known: readonly Vote[], vote: Vote): Vote[] {
    const like = (one: Vote) =>
      vote.amount === 0n ? one.amount === 0n : one.amount > 0n && one.option === vote.option;
    const before = known.find(like);
    const others = known.filter((one) => one !== before);
    if (!before) return [...others, vote];
    if (vote.amount > 0n) return [...others, { ...vote, amount: before.amount + vote.amount }];
    return [...others, before.n > vote.n ? before : vote];
  }

  function* votes(names: Iterable<string>): Generator<Vote> {
    for (const name of names) {
      const person = personOf(membersOf, name);
      for (const vote of voters.get(name) ?? []) yield { ...vote, person };
    }
  }

  return {
    poll,
    isOpen: (): boolean => open,
    /** No vote is begun any more; resolves when those under way are on disk or refused. */
    async shut(): Promise<void> {
      open = false;
      await Promise.allSettled(pending);
    },
    /** Closing waits for it. */
    async during<T>(work: Promise<T>): Promise<T> {
      pending.add(work);
      try {
        return await work;
      } finally {
        pending.delete(work);
      }
    },
    add({ n, voter, option, amount }: Pick<PollVoteRow, 'n' | 'voter' | 'option' | 'amount'>): void {
      const vote: Vote = { n, person: voter, option, amount: BigInt(amount) };
      voters.set(voter, fold(voters.get(voter) ?? [], vote));
      tally = null;
    },
    /** Somebody may have been linked. */
    recount: (): void => {
      tally = null;
    },
    tally(): PollTally {
      const { options, votes: kind, price } = poll;
      tally ??= count({ options: options.length, votes: kind, price }, votes(voters.keys()));
      return tally;
    },
    /** What counts of one person now. */
    own(name: string): OwnVote {
      const [own] = byPerson(votes(membersOf(name))).values();
      const paid = poll.options.map((_, option) => `${own?.paid.get(option) ?? 0n}`);
      return { free: own?.free?.option ?? null, paid };
    },
  };
}
