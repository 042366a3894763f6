// A poll as people may see it.
import type { OwnVote, PollDefinition, PollTally, PollView } from '../vocabulary/polls.js';
import type { Poll } from './books.js';
import { hidden } from './tally.js';

export const definitionOf = (poll: Poll): PollDefinition => ({
  ...{ id: `${poll.n}`, stream: poll.stream, question: poll.question, options: [...poll.options] },
  ...{ votes: poll.votes, price: `${poll.price}`, change: poll.change, secret: poll.secret },
  ...{ minAgeDays: poll.minAgeDays, openedAt: poll.openedAt, closesAt: poll.closesAt },
});

const nothing: PollTally = { voters: 0, value: '0', lines: [], leaders: [] };

/** Of what nobody may see yet, only how many have voted. */
export const shownTally = (poll: Poll, tally: PollTally): PollTally => (poll.secret ? hidden(tally) : tally);

/** `tally`: of one that runs. */
export const viewOf = (poll: Poll, tally: PollTally | null, now: number): PollView => ({
  ...definitionOf(poll),
  state: poll.state,
  endedAt: poll.endedAt,
  at: now,
  tally: poll.result ?? (tally ? shownTally(poll, tally) : nothing),
});

export const noVote = (options: number): OwnVote => ({ free: null, paid: Array.from({ length: options }, () => '0') });
