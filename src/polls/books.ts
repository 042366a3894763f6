// Polls and their votes on disk; free votes that come together are written together.
import type { Selectable } from 'kysely';
import { createCommitter } from '../payments/index.js';
import type { Store, Trx } from '../store/index.js';
import type { PollRow, PollVoteRow } from '../store/rows/polls.js';
import type { PollKind, PollTally } from '../vocabulary/polls.js';

export interface Poll {
  n: number;
  key: string;
  stream: string;
  question: string;
  options: readonly string[];
  votes: PollKind;
  price: bigint;
  change: boolean;
  secret: boolean;
  minAgeDays: number;
  state: PollRow['state'];
  openedAt: number;
  closesAt: number;
  endedAt: number | null;
  result: PollTally | null;
}

const fromRow = (row: Selectable<PollRow>): Poll => ({
  ...{ n: row.n, key: row.key, stream: row.stream, question: row.question, votes: row.votes, state: row.state },
  options: JSON.parse(row.options) as string[],
  price: BigInt(row.price),
  change: row.change === 1,
  secret: row.secret === 1,
  minAgeDays: row.min_age_days,
  openedAt: row.opened_at,
  closesAt: row.closes_at,
  endedAt: row.ended_at,
  result: row.result === null ? null : (JSON.parse(row.result) as PollTally),
});

const toRow = (poll: Omit<Poll, 'n'>): Omit<PollRow, 'n'> => ({
  ...{ key: poll.key, stream: poll.stream, question: poll.question, votes: poll.votes, state: poll.state },
  options: JSON.stringify(poll.options),
  price: `${poll.price}`,
  change: poll.change ? 1 : 0,
  secret: poll.secret ? 1 : 0,
  min_age_days: poll.minAgeDays,
  opened_at: poll.openedAt,
  closes_at: poll.closesAt,
  ended_at: poll.endedAt,
  result: poll.result && JSON.stringify(poll.result),
});

const insertVote =
  'insert into poll_votes (n, poll, voter, id, option, amount, payer, state, person, at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)';

export type Books = ReturnType<typeof createBooks>;

export function createBooks(store: Store) {
  const { db } = store;

  async function write(trx: Trx, votes: readonly PollVoteRow[]): Promise<void> {
    const rows = votes.map(({ n, poll, voter, id, option, amount, payer, state, person, at }) => {
      return [n, poll, voter, id, option, amount, payer, state, person, at];
    });
    await store.runEach(trx, insertVote, rows);
  }
  const committer = createCommitter<PollVoteRow>({ store, save: write });

  return {
    /** The number of the next vote, and all polls that have not ended. */
    async load(): Promise<{ next: number; unended: Poll[] }> {
      const last = db.selectFrom('poll_votes').select(({ fn }) => fn.max('n').as('n'));
      const rows = db.selectFrom('polls').selectAll().where('state', 'in', ['open', 'closing', 'cancelling']);
      const unended = await rows.orderBy('n').execute();
      return { next: ((await last.executeTakeFirst())?.n ?? 0) + 1, unended: unended.map(fromRow) };
    },
    async add(trx: Trx, poll: Omit<Poll, 'n'>): Promise<Poll> {
      const { n } = await trx.insertInto('polls').values(toRow(poll)).returning('n').executeTakeFirstOrThrow();
      return { ...poll, n };
    },
    async update(trx: Trx, n: number, change: Pick<Poll, 'state'> & Partial<Pick<Poll, 'endedAt' | 'result'>>) {
      const { state, endedAt, result } = change;
      const end = endedAt == null ? {} : { ended_at: endedAt, result: result ? JSON.stringify(result) : null };
      await trx
        .updateTable('polls')
        .set({ state, ...end })
        .where('n', '=', n)
        .execute();
    },
    async find(by: { n: number } | { key: string }): Promise<Poll | null> {
      const rows = db.selectFrom('polls').selectAll();
      const row = 'n' in by ? rows.where('n', '=', by.n) : rows.where('key', '=', by.key);
      const found = await row.executeTakeFirst();
      return found ? fromRow(found) : null;
    },
    /** Newest first. */
    async list(stream: string, most: number): Promise<Poll[]> {
      const rows = db.selectFrom('polls').selectAll().where('stream', '=', stream);
      return (await rows.orderBy('n', 'desc').limit(most).execute()).map(fromRow);
    },
    vote: (poll: number, voter: string, id: string): Promise<PollVoteRow | undefined> => {
      const rows = db.selectFrom('poll_votes').selectAll().where('poll', '=', poll);
      return rows.where('voter', '=', voter).where('id', '=', id).executeTakeFirst();
    },
    /** In the order in which they count. */
    votes: (poll: number): Promise<PollVoteRow[]> =>
      db.selectFrom('poll_votes').selectAll().where('poll', '=', poll).orderBy('n').execute(),
    addVote: (trx: Trx, vote: PollVoteRow): Promise<void> => write(trx, [vote]),
    /** Durable when it resolves. */
    addFree: async (vote: PollVoteRow): Promise<void> =>
      void (await committer.commit({ effect: vote, undo: () => {} })),
    async setVote(trx: Trx, n: number, state: PollVoteRow['state']): Promise<void> {
      await trx.updateTable('poll_votes').set({ state }).where('n', '=', n).execute();
    },
    /** Whom each voter was counted as. */
    async setPeople(trx: Trx, poll: number, people: ReadonlyMap<string, string>): Promise<void> {
      const rows = Array.from(people, ([voter, person]) => [person, poll, voter]);
      await store.runEach(trx, 'update poll_votes set person = ? where poll = ? and voter = ?', rows);
    },
    write: store.write,
  };
}
