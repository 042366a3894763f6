// Polls on a house with chat purses and a real chain, for tests.
import { openFeed } from '../../src/feed/index.js';
import { createPayers, openPolls, type Polls, type PollTerms } from '../../src/polls/index.js';
import type { TallyMessage } from '../../src/vocabulary/polls.js';
import { dai, type House } from '../support/chat-house.js';
import { silent } from '../support/payments.js';

export const terms = (change: Partial<PollTerms> = {}): PollTerms => ({
  ...{ question: 'Which song?', options: ['Blue', 'Red', 'Green'], durationMs: 60_000, votes: 'free', price: 0n },
  ...{ change: true, secret: false, ...change },
});

export async function pollsOn(house: House, now: () => number = Date.now) {
  const { store, payments, chat } = house;
  const feed = await openFeed({ store, log: silent });
  const tallies: TallyMessage[] = [];
  const polls: Polls = await openPolls({
    ...{ store, feed, log: silent, now },
    ...createPayers({ ledger: payments.ledger, chat }),
    say: (amount) => `${Number(amount / (dai / 100n)) / 100} DAI`,
    onTally: (_, message) => void tallies.push(message),
  });
  const events = async () => {
    const rows = await store.db.selectFrom('events').select('data').where('type', '=', 'poll').orderBy('n').execute();
    return rows.map(({ data }) => JSON.parse(data) as { state: string; poll: { id: string }; result: unknown });
  };
  return { feed, polls, tallies, events };
}

let last = 0;
export const voteId = (): string => `vote-number-${++last}`;
/** A Discord account as old as Discord itself. */
export const account = (n: number) => ({ platform: 'discord', user: `${1000 + n}` }) as const;
