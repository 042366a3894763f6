// The door of polls: opened, voted in, closed or cancelled; what runs is in memory, all of it is on disk.
import type { Feed } from '../feed/index.js';
import type { Logger } from '../log.js';
import type { Charge } from '../payments/index.js';
import type { Store } from '../store/index.js';
import { createTurns } from '../turns.js';
import type { OwnVote, PollView, PollVoteLine, TallyMessage } from '../vocabulary/polls.js';
import { Problem } from '../vocabulary/problems.js';
import { createBooks, type Poll } from './books.js';
import { createEnding, type Ending } from './ending.js';
import type { Payers } from './payers.js';
import { ageOf, judgeWish, type Wish } from './rules.js';
import { counts, createRunning, type Running } from './running.js';
import { createTelling } from './telling.js';
import { definitionOf, noVote, shownTally, viewOf } from './view.js';
import { type Voter, voterName } from './voters.js';
import { createVoting, type VoteWish } from './voting.js';

export { createPayers } from './payers.js';
export type { Wish as PollTerms } from './rules.js';
export { weightOf } from './tally.js';
export type { Voter } from './voters.js';

export interface PollNeeds extends Payers {
  store: Store;
  feed: Pick<Feed, 'append' | 'announce'>;
  /** An amount in words. */
  say: (amount: bigint) => string;
  /** At most twice a second for each stream. */
  onTally?: (stream: string, message: TallyMessage) => void;
  log: Logger;
  now?: () => number;
}

/** So often everybody is told anew: what says how long is left, and who has been linked, is never far off. */
const tickMs = 15_000;
/** A poll that has ended is still shown to who comes then. */
const shownMs = 60_000;
const retryMs = 5000;

export type Polls = Awaited<ReturnType<typeof openPolls>>;

/** Goes on with what an earlier run left; a poll whose time is over is closed before this resolves. */
export async function openPolls(needs: PollNeeds) {
  const { store, feed, membersOf, log, now = Date.now } = needs;
  const books = createBooks(store);
  const ending = createEnding({ books, feed, tills: needs.tills, membersOf, now });
  const running = new Map<string, Running>();
  const timers = new Map<string, ReturnType<typeof setTimeout>>();
  const latest = new Map<string, Poll>();
  const turn = createTurns<string>();
  const { next, unended } = await books.load();
  let nextN = next;

  const telling = createTelling<string>((id) => {
    const one = running.get(id);
    if (!one) return;
    const tally = shownTally(one.poll, one.tally());
    needs.onTally?.(one.poll.stream, { poll: id, at: now(), tally });
  });

  const vote = createVoting({
    ...{ books, membersOf, now, say: needs.say, hasPurse: needs.hasPurse, hold: needs.hold },
    payerOf: ({ purse }: Charge) => {
      if (!purse) throw new Problem('internal');
      return purse.signer;
    },
    find: (id) => running.get(id),
    nextN: () => nextN++,
    onVote: ({ poll }) => telling.changed(`${poll.n}`),
  });

  function runs(poll: Poll): Running {
    const id = `${poll.n}`;
    const made = createRunning(poll, membersOf);
    running.set(id, made);
    latest.set(poll.stream, poll);
    const wait = Math.max(0, poll.closesAt - now());
    timers.set(
      id,
      setTimeout(() => void closeByTime(id), wait),
    );
    return made;
  }

  async function closeByTime(id: string): Promise<void> {
    const poll = running.get(id)?.poll;
    try {
      await end(id, poll?.state === 'cancelling' ? 'cancelled' : 'closed');
    } catch (error) {
      log.error({ err: error, poll: id }, 'a poll could not be closed; trying again');
      timers.set(
        id,
        setTimeout(() => void closeByTime(id), retryMs),
      );
    }
  }

  /** The same end again is the same result. Problems: poll_unknown, poll_closed. */
  const end = (id: string, how: Ending): Promise<PollView> =>
    turn(id, async () => {
      const one = running.get(id);
      if (!one) {
        const poll = await must(id);
        if (poll.state !== how) throw new Problem('poll_closed');
        return viewOf(poll, null, now());
      }
      const ended = await ending(one, how);
      clearTimeout(timers.get(id));
      timers.delete(id);
      running.delete(id);
      latest.set(ended.stream, ended);
      telling.now(id);
      return viewOf(ended, null, now());
    });

  async function must(id: string): Promise<Poll> {
    const poll = /^\d{1,15}$/.test(id) ? await books.find({ n: Number(id) }) : null;
    if (!poll) throw new Problem('poll_unknown');
    return poll;
  }

  const runningOf = (stream: string): Running | undefined =>
    [...running.values()].find(({ poll }) => poll.stream === stream);

  const seen = (poll: Poll): PollView => viewOf(poll, running.get(`${poll.n}`)?.tally() ?? null, now());

  /** Once for each `key`. Problems: poll_wrong, poll_running, id_reused. */
  const create = (stream: string, key: string, wish: Wish): Promise<PollView> =>
    turn(`new/${stream}`, async () => {
      const before = await books.find({ key });
      if (before) {
        if (before.stream !== stream || before.question !== wish.question) throw new Problem('id_reused');
        return seen(before);
      }
      const reason = judgeWish(wish);
      if (reason) throw new Problem('poll_wrong', { reason });
      if (runningOf(stream)) throw new Problem('poll_running');
      const { durationMs, ...rest } = wish;
      const [openedAt, minAgeDays] = [now(), ageOf(wish)];
      const times = { openedAt, closesAt: openedAt + durationMs, endedAt: null };
      const made = { ...rest, ...times, key, stream, minAgeDays, state: 'open' as const, result: null };
      const poll = await store.write(async (trx) => {
        const added = await books.add(trx, made);
        const data = { state: 'opened' as const, poll: definitionOf(added), result: null };
        await feed.append(trx, { stream, type: 'poll', data });
        return added;
      });
      runs(poll);
      feed.announce();
      telling.now(`${poll.n}`);
      return seen(poll);
    });

  /** Somebody was linked or unlinked: who is one person may have changed. */
  function peopleChanged(): void {
    for (const [id, one] of running) {
      one.recount();
      telling.changed(id);
    }
  }
  const ticking = setInterval(peopleChanged, tickMs);

  for (const poll of unended) {
    const one = runs(poll);
    for (const row of await books.votes(poll.n)) if (counts(row)) one.add(row);
    if (poll.state !== 'open' || poll.closesAt <= now()) await closeByTime(`${poll.n}`);
  }

  return {
    create,
    vote: async (voter: Voter, wish: VoteWish) => {
      const row = await vote(voter, wish);
      const one = running.get(wish.poll);
      const poll = one?.poll ?? (await must(wish.poll));
      return { row, poll: seen(poll), own: one?.own(voterName(voter)) ?? noVote(poll.options.length) };
    },
    close: (id: string): Promise<PollView> => end(id, 'closed'),
    /** What was set aside for its votes is let go. */
    cancel: (id: string): Promise<PollView> => end(id, 'cancelled'),
    /** Problem: poll_unknown. */
    view: async (id: string): Promise<PollView> => seen(running.get(id)?.poll ?? (await must(id))),
    /** The poll that runs, or has ended within a minute. */
    current(stream: string): PollView | null {
      const poll = runningOf(stream)?.poll ?? latest.get(stream);
      const old = poll?.endedAt != null && now() - poll.endedAt > shownMs;
      return poll && !old ? seen(poll) : null;
    },
    /** Of all streams. */
    running: (): PollView[] => [...running.values()].map(({ poll }) => seen(poll)),
    /** What counts of this voter's person in a poll that runs. */
    own: (id: string, voter: Voter): OwnVote | null => running.get(id)?.own(voterName(voter)) ?? null,
    /** Newest first. */
    list: async (stream: string, most = 50): Promise<PollView[]> => (await books.list(stream, most)).map(seen),
    /** Every vote as it was cast, by people without names. Problems: poll_unknown, poll_secret. */
    async votes(id: string): Promise<PollVoteLine[]> {
      const poll = running.get(id)?.poll ?? (await must(id));
      if (poll.secret && running.has(id)) throw new Problem('poll_secret');
      const people = new Map<string, string>();
      const rows = await books.votes(poll.n);
      return rows.map(({ n, at, voter, person, option, amount, state }) => {
        const who = person ?? membersOf(voter)[0] ?? voter;
        if (!people.has(who)) people.set(who, `${people.size + 1}`);
        return { n, at, person: people.get(who) ?? '', option, amount, state };
      });
    },
    /** Hears of every change of a poll, at most twice a second for each; returns the end of it. */
    onChange: telling.onChange,
    peopleChanged,
    stop(): void {
      clearInterval(ticking);
      for (const timer of timers.values()) clearTimeout(timer);
      telling.stop();
    },
  };
}
