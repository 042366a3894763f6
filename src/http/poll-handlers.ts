// Polls over HTTP: opened and ended by the host, voted in with a session, and taken away as a table.
import { formatUnits } from 'ethers';
import { writeCsv } from '../csv.js';
import { type Payments, purseState } from '../payments/index.js';
import type { Polls } from '../polls/index.js';
import type { PollView, PollVoteLine } from '../vocabulary/polls.js';
import type { Hex } from '../vocabulary/values.js';
import { CsvFile, type Handlers } from './mount.js';

type Names = 'createPoll' | 'listPolls' | 'closePoll' | 'cancelPoll' | 'pollVotes' | 'getPoll' | 'postVote';

/** Every vote, with a heading; amounts as people read them, then as the chain counts them. */
export function votesCsv(poll: PollView, votes: readonly PollVoteLine[], token: Payments['chain']['token']): string {
  const heading = ['vote', 'time', 'person', 'option', 'text', `paid ${token.symbol}`, 'paid base units', 'state'];
  const rows = votes.map(({ n, at, person, option, amount, state }) => [
    ...[`${n}`, new Date(at).toISOString(), person, `${option + 1}`, poll.options[option] ?? ''],
    ...[formatUnits(amount, token.decimals).replace(/\.0$/, ''), amount, state],
  ]);
  return writeCsv([heading, ...rows]);
}

export function createPollHandlers(needs: {
  polls: Polls;
  payments: Payments;
  /** Problem: unknown_stream. */
  checkStream: (stream: string) => void;
  /** Problem: session_needed. */
  session: (token: string | undefined) => { stream: string; payer: Hex };
}): Pick<Handlers, Names> {
  const { polls, payments, session } = needs;
  const { token } = payments.chain;

  return {
    createPoll: async ({ params, body }) => {
      needs.checkStream(params.stream);
      const { id, price, ...rest } = body;
      return polls.create(params.stream, id, { ...rest, price: BigInt(price) });
    },
    listPolls: async ({ params }) => {
      needs.checkStream(params.stream);
      return polls.list(params.stream);
    },
    closePoll: ({ params }) => polls.close(params.poll),
    cancelPoll: ({ params }) => polls.cancel(params.poll),
    pollVotes: async ({ params, query, wantsCsv }) => {
      const votes = await polls.votes(params.poll);
      const asCsv = query.format === undefined ? wantsCsv : query.format === 'csv';
      if (!asCsv) return votes;
      return new CsvFile(`poll-${params.poll}.csv`, votesCsv(await polls.view(params.poll), votes, token));
    },
    getPoll: async ({ params, token: sessionToken }) => {
      needs.checkStream(params.stream);
      const poll = polls.current(params.stream);
      const own = poll && sessionToken !== undefined ? polls.own(poll.id, session(sessionToken).payer) : null;
      return { poll, own };
    },
    postVote: async ({ params, body, token: sessionToken }) => {
      const { payer } = session(sessionToken);
      const wish = { poll: params.poll, id: body.id, option: body.option, amount: BigInt(body.amount) };
      const { row, poll, own } = await polls.vote(payer, wish);
      const purses = payments.ledger.pursesOf(payer, poll.stream).map(purseState);
      const { id, option, amount, state, at } = row;
      return { id, option, amount, state, at, poll, own, purses };
    },
  };
}
