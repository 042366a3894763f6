// The rules of polls: which there can be, which votes they take, and how they are counted, against a model of ten lines.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeVote, judgeWish, oldEnough, type Terms, type Wish } from '../../src/polls/rules.js';
import { createRunning } from '../../src/polls/running.js';
import { count, root, type Vote } from '../../src/polls/tally.js';
import { bornOf } from '../../src/polls/voters.js';
import type { PollKind } from '../../src/vocabulary/polls.js';

const wish: Wish = {
  ...{ question: 'Which song?', options: ['Blue', 'Red'], durationMs: 60_000, votes: 'free', price: 0n },
  ...{ change: true, secret: false },
};
const terms: Terms = { open: true, closesAt: 1000, options: 2, votes: 'free', price: 0n, change: true };

it('there can be a poll of 2 to 10 options, 10 seconds to 24 hours, with texts that fit and a price where one is due', () => {
  const day = 24 * 3600_000;
  const good: Partial<Wish>[] = [
    {},
    { durationMs: 10_000 },
    { durationMs: day },
    { options: [...'abcdefghij'] },
    { question: '🎷'.repeat(120), options: ['🎺'.repeat(60), 'b'] },
    { votes: 'extra', price: 1n },
    { votes: 'quadratic', price: 5n },
  ];
  for (const change of good) expect(judgeWish({ ...wish, ...change })).toBeNull();
  const bad: [Partial<Wish>, RegExp][] = [
    [{ durationMs: 9999 }, /10 seconds/],
    [{ durationMs: day + 1 }, /24 hours/],
    [{ options: ['one'] }, /2 to 10/],
    [{ options: [...'abcdefghijk'] }, /2 to 10/],
    [{ options: ['Blue', ' blue'] }, /the same/],
    [{ options: ['Blue', '  '] }, /1 to 60/],
    [{ options: ['Blue', 'x'.repeat(61)] }, /1 to 60/],
    [{ question: 'x'.repeat(121) }, /1 to 120/],
    [{ votes: 'free', price: 1n }, /no price/],
    [{ votes: 'paid' }, /need a price/],
    [{ votes: 'quadratic', price: 5n, minAgeDays: 0 }, /a day old/],
  ];
  for (const [change, why] of bad) expect(judgeWish({ ...wish, ...change })).toMatch(why);
});

it('takes a vote in time, for an option there is, at a price there is, changed only where it may be', () => {
  const judge = (
    change: Partial<Terms>,
    vote: [option: number, amount: bigint],
    free: number | null = null,
    now = 999,
  ) => judgeVote({ ...terms, ...change }, { option: vote[0], amount: vote[1] }, free, now);
  expect(judge({}, [1, 0n])).toBeNull();
  expect(judge({}, [1, 0n], null, 1000)).toBe('poll_closed');
  expect(judge({ open: false }, [1, 0n])).toBe('poll_closed');
  for (const option of [-1, 2, 0.5]) expect(judge({}, [option, 0n])).toBe('vote_no_option');
  expect(judge({}, [1, 0n], 0)).toBeNull();
  expect(judge({ change: false }, [1, 0n], 0)).toBe('vote_final');
  expect(judge({ change: false }, [0, 0n], 0)).toBeNull();
  expect(judge({}, [0, 5n])).toBe('vote_free_only');
  const [extra, paid, quadratic] = (['extra', 'paid', 'quadratic'] as const).map((votes) => ({ votes, price: 5n }));
  expect([judge(extra ?? {}, [0, 0n]), judge(extra ?? {}, [0, 10n]), judge(extra ?? {}, [0, 9n])]).toEqual([
    ...[null, null],
    'vote_amount',
  ]);
  expect([judge(paid ?? {}, [0, 0n]), judge(paid ?? {}, [0, 9n]), judge(paid ?? {}, [0, 4n])]).toEqual([
    ...['vote_costs', null],
    'vote_amount',
  ]);
  expect([judge(quadratic ?? {}, [0, 0n]), judge(quadratic ?? {}, [0, 10n])]).toEqual(['vote_costs', null]);
  expect(judge(quadratic ?? {}, [0, 9n])).toBe('vote_amount');
});

it('knows how old an account is only where the platform tells', () => {
  const day = 24 * 3600_000;
  // Discord's own example: 2016-04-30.
  const born = bornOf(['0xabc', 'discord:175928847299117063', 'telegram:5']);
  expect(born).toBe(1462015105796);
  expect(bornOf(['telegram:5', '0xabc'])).toBeNull();
  expect(oldEnough(30, 0, 30 * day)).toBe(true);
  expect(oldEnough(30, 1, 30 * day)).toBe(false);
  expect(oldEnough(1, null, 30 * day)).toBe(false);
  expect(oldEnough(0, null, 0)).toBe(true);
});

const kinds = fc.constantFrom<PollKind>('free', 'extra', 'paid', 'quadratic');
const price = 7n;
const votesOf = (kind: PollKind) =>
  fc.array(
    fc.record({
      voter: fc.constantFrom(...[...'abcdefgh']),
      option: fc.nat(3),
      times: kind === 'free' ? fc.constant(0n) : fc.bigInt(kind === 'extra' ? 0n : 1n, 40n),
    }),
    { maxLength: 60 },
  );
/** `a` and `b` are one person, and so are `c`, `d` and `e`. */
const person = (voter: string): string => ({ b: 'a', d: 'c', e: 'c' })[voter] ?? voter;
const members = (voter: string): string[] => [...'abcdefgh'].filter((one) => person(one) === person(voter));
const polls = kinds.chain((votes) => fc.tuple(fc.constant(votes), votesOf(votes)));

/** The model: straight from the words of the rules. */
function model(votes: PollKind, cast: readonly Vote[]) {
  return [0, 1, 2, 3].map((option) => {
    const persons = [...new Set(cast.map((vote) => vote.person))];
    return persons.reduce((sum, one) => {
      const own = cast.filter((vote) => vote.person === one);
      const paid = own.filter((vote) => vote.option === option).reduce((total, { amount }) => total + amount, 0n);
      const free = own.filter(({ amount }) => amount === 0n).at(-1)?.option === option ? 1n : 0n;
      const root = BigInt(Math.floor(Math.sqrt(Number(paid / price))));
      return sum + { free, paid, extra: free + paid / price, quadratic: root }[votes];
    }, 0n);
  });
}

describe('counting', () => {
  const castOf = (list: readonly { voter: string; option: number; times: bigint }[]) =>
    list.map(({ voter, option, times }, n) => ({ n, voter, person: person(voter), option, amount: times * price }));

  it('is what the model counts, whatever is voted, and says who leads', () => {
    fc.assert(
      fc.property(polls, ([votes, list]) => {
        const cast = castOf(list);
        const tally = count({ options: 4, votes, price }, cast);
        const expected = model(votes, cast);
        expect(tally.lines.map((line) => BigInt(line.votes))).toEqual(expected);
        expect(tally.voters).toBe(new Set(cast.map((vote) => vote.person)).size);
        expect(BigInt(tally.value)).toBe(cast.reduce((sum, { amount }) => sum + amount, 0n));
        const most = expected.reduce((top, one) => (one > top ? one : top), 0n);
        expect(tally.leaders).toEqual(most === 0n ? [] : [0, 1, 2, 3].filter((i) => expected[i] === most));
      }),
      { numRuns: 1000 },
    );
  });

  it('in memory, folded as votes come in any order, is the count of all of them from the start', () => {
    fc.assert(
      fc.property(polls, fc.infiniteStream(fc.nat()), ([votes, list], chance) => {
        const cast = castOf(list);
        const poll = { options: ['', '', '', ''], votes, price, state: 'open' } as never;
        const running = createRunning(poll, members);
        const order = cast.map((vote) => ({ vote, at: chance.next().value })).sort((a, b) => a.at - b.at);
        for (const { vote } of order) running.add({ ...vote, amount: `${vote.amount}` });
        expect(running.tally()).toEqual(count({ options: 4, votes, price }, cast));
      }),
      { numRuns: 500 },
    );
  });

  it('a person’s weight by the root does not grow by splitting it over linked accounts', () => {
    const paid = (person: string, n: number): Vote => ({ n, person, option: 0, amount: 50n * price });
    const split = count({ options: 2, votes: 'quadratic', price }, [paid('a', 1), paid('a', 2)]);
    expect(split.lines[0]).toEqual({ votes: '10', voters: 1, value: `${100n * price}` });
  });

  it('the root is the greatest whole number whose square fits', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 1n << 128n), (n) => {
        const low = root(n);
        return low * low <= n && (low + 1n) * (low + 1n) > n;
      }),
      { numRuns: 2000 },
    );
    for (let n = 0n; n < 300n; n++) expect(root(n)).toBe(BigInt(Math.floor(Math.sqrt(Number(n)))));
  });
});
