// Polls from opening to result: who counts once, what is paid to the unit, what a restart and a crowd leave right.
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { count } from '../../src/polls/tally.js';
import type { PollView } from '../../src/vocabulary/polls.js';
import { dai, type House, openPage, startHouse } from '../support/chat-house.js';
import { account, pollsOn, terms, voteId } from './house.js';

let place: Awaited<ReturnType<typeof startHouse>>;
let house: House;
let room: Awaited<ReturnType<typeof pollsOn>>;
beforeAll(async () => {
  place = await startHouse();
  house = await place.open();
  room = await pollsOn(house, place.now);
});
afterAll(async () => {
  room.polls.stop();
  await place.stop();
});
afterEach(async () => {
  for (const { id } of room.polls.running()) await room.polls.cancel(id);
});

async function restart(awayMs = 0): Promise<void> {
  room.polls.stop();
  place.clock.ahead += awayMs;
  house = await place.reopen();
  room = await pollsOn(house, place.now);
}

const refusal = (code: string) => expect.objectContaining({ code });
const open = (change: Parameters<typeof terms>[0] = {}) => room.polls.create('main', voteId(), terms(change));
const cast = (poll: PollView, voter: Parameters<typeof room.polls.vote>[0], option: number, amount = 0n) =>
  room.polls.vote(voter, { poll: poll.id, id: voteId(), option, amount });
const votesOf = ({ tally }: PollView) => tally.lines.map(({ votes }) => Number(votes));
/** This house does not follow its chain: what that alone would tell is left out. */
const findings = async () => (await house.payments.verify()).findings.filter(({ what }) => !/events add up/.test(what));
const own = async (n: number) => (await house.chat.account(account(n))).own;

it('opens once for a key, one at a time, and ends once: the result is in the feed', async () => {
  const before = (await room.events()).length;
  const poll = await room.polls.create('main', 'the-same-key', terms());
  expect((await room.polls.create('main', 'the-same-key', terms())).id).toBe(poll.id);
  await expect(room.polls.create('main', 'the-same-key', terms({ question: 'Another?' }))).rejects.toEqual(
    refusal('id_reused'),
  );
  await expect(open()).rejects.toEqual(refusal('poll_running'));
  await expect(open({ options: ['one'] })).rejects.toEqual(refusal('poll_wrong'));
  await cast(poll, account(1), 1);
  const [one, two] = await Promise.all([room.polls.close(poll.id), room.polls.close(poll.id)]);
  expect(two.tally).toEqual(one.tally);
  expect([votesOf(one), one.tally.leaders]).toEqual([[0, 1, 0], [1]]);
  await expect(room.polls.cancel(poll.id)).rejects.toEqual(refusal('poll_closed'));
  await expect(cast(poll, account(2), 1)).rejects.toEqual(refusal('poll_closed'));
  await expect(room.polls.close('999999')).rejects.toEqual(refusal('poll_unknown'));
  const events = (await room.events()).slice(before);
  expect(events.map(({ state }) => state)).toEqual(['opened', 'closed']);
  expect(events[1]).toMatchObject({ poll: { id: poll.id, question: 'Which song?' }, result: one.tally });
});

it('a vote counts once for its id, and may be changed until the end, or not at all', async () => {
  const poll = await open();
  const vote = { poll: poll.id, id: voteId(), option: 0, amount: 0n };
  const all = await Promise.all([1, 2, 3].map(() => room.polls.vote(account(1), vote)));
  expect(new Set(all.map(({ row }) => row.n)).size).toBe(1);
  await expect(room.polls.vote(account(1), { ...vote, option: 1 })).rejects.toEqual(refusal('id_reused'));
  const { poll: after, own } = await cast(poll, account(1), 2);
  expect([votesOf(after), own.free, after.tally.voters]).toEqual([[0, 0, 1], 2, 1]);
  await room.polls.vote(account(1), vote);
  expect(votesOf(await room.polls.view(poll.id))).toEqual([0, 0, 1]);
  await room.polls.close(poll.id);
  const fixed = await open({ change: false });
  await cast(fixed, account(1), 0);
  await expect(cast(fixed, account(1), 1)).rejects.toEqual(refusal('vote_final'));
});

it('of votes that race with the close, those that were taken count, and the others are refused', async () => {
  await house.chat.fromFaucet(account(70));
  const poll = await open({ votes: 'extra', price: dai / 100n });
  const paid = Array.from({ length: 20 }, () => cast(poll, account(70), 1, dai / 100n));
  const free = Array.from({ length: 300 }, (_, i) => cast(poll, account(300 + i), 0));
  // As soon as some are in, while others are on their way to disk.
  const votes = Promise.allSettled([...paid, ...free]);
  await Promise.race(free);
  const closed = await room.polls.close(poll.id);
  const outcomes = await votes;
  const taken = (from: number, to: number) =>
    outcomes.slice(from, to).filter((one) => one.status === 'fulfilled').length;
  for (const one of outcomes) if (one.status === 'rejected') expect(one.reason).toEqual(refusal('poll_closed'));
  expect(votesOf(closed)).toEqual([taken(20, 320), taken(0, 20), 0]);
  expect(await findings()).toEqual([]);
});

it('linked accounts are one person, also when they are linked after both voted: the newer vote counts', async () => {
  const page = await openPage(house, dai);
  const poll = await open();
  await cast(poll, account(10), 0);
  await cast(poll, page.payer, 1);
  expect(votesOf(await room.polls.view(poll.id))).toEqual([1, 1, 0]);
  await house.chat.handedOut(account(10), page.payer);
  room.polls.peopleChanged();
  expect(votesOf(await room.polls.view(poll.id))).toEqual([0, 1, 0]);
  const { own } = await cast(poll, account(10), 2);
  expect(own.free).toBe(2);
  expect(room.polls.own(poll.id, page.payer)?.free).toBe(2);
  const closed = await room.polls.close(poll.id);
  expect([votesOf(closed), closed.tally.voters]).toEqual([[0, 0, 1], 1]);
  expect(new Set((await room.polls.votes(poll.id)).map(({ person }) => person))).toEqual(new Set(['1']));
});

it('throwaway keys and young accounts do not count', async () => {
  const poll = await open();
  const nobody = `0x${'ab'.repeat(20)}` as const;
  await expect(cast(poll, nobody, 0)).rejects.toEqual(refusal('vote_needs_purse'));
  await room.polls.close(poll.id);
  const careful = await open({ votes: 'quadratic', price: dai });
  expect(careful.minAgeDays).toBe(30);
  const page = await openPage(house, dai);
  await expect(cast(careful, page.payer, 0, dai)).rejects.toEqual(refusal('vote_too_young'));
  await expect(cast(careful, { platform: 'telegram', user: '5' }, 0, dai)).rejects.toEqual(refusal('vote_too_young'));
  const young = { platform: 'discord', user: `${BigInt(place.now() - 1_420_070_400_000) << 22n}` } as const;
  await expect(cast(careful, young, 0, dai)).rejects.toEqual(refusal('vote_too_young'));
  await house.chat.fromFaucet(account(60));
  const { poll: now } = await cast(careful, account(60), 0, 4n * dai);
  expect(now.tally.lines[0]).toEqual({ votes: '2', voters: 1, value: `${4n * dai}` });
});

describe('paid votes', () => {
  it('are set aside while the poll runs, charged to the unit when it closes, and the books are right throughout', async () => {
    const [a, b] = [account(20), account(21)];
    for (const who of [a, b]) await house.chat.fromFaucet(who);
    const page = await openPage(house, 3n * dai);
    await page.authorize(house, 3n * dai);
    const poll = await open({ votes: 'extra', price: dai / 2n });
    await cast(poll, a, 0);
    const same = { poll: poll.id, id: voteId(), option: 0, amount: dai };
    await Promise.all([room.polls.vote(a, same), room.polls.vote(a, same)]);
    await cast(poll, b, 1, 3n * (dai / 2n));
    await cast(poll, page.payer, 1, dai / 2n);
    await expect(cast(poll, b, 1, dai / 3n)).rejects.toEqual(refusal('vote_amount'));
    await expect(cast(poll, b, 1, 4n * dai)).rejects.toEqual(refusal('chat_top_up_needed'));
    await expect(cast(poll, page.payer, 1, 3n * dai)).rejects.toEqual(refusal('out_of_credit'));
    const view = await room.polls.view(poll.id);
    expect([votesOf(view), view.tally.value]).toEqual([[3, 4, 0], `${3n * dai}`]);
    expect(await own(20)).toMatchObject({ spent: 0n, left: 4n * dai });
    expect((await house.chat.account(b)).caps.spentToday).toBe((3n * dai) / 2n);
    expect(await findings()).toEqual([]);
    const before = house.payments.ledger.earned('main').tipped;
    const closed = await room.polls.close(poll.id);
    expect([votesOf(closed), closed.tally.leaders]).toEqual([[3, 4, 0], [1]]);
    expect(house.payments.ledger.earned('main').tipped - before).toBe(3n * dai);
    expect(await own(20)).toMatchObject({ spent: dai, left: 4n * dai });
    expect(house.payments.ledger.purse(page.channel)).toMatchObject({ spent: dai / 2n, held: 0n });
    expect(await findings()).toEqual([]);
    await house.store.db.updateTable('poll_votes').set({ amount: '1' }).where('amount', '=', `${dai}`).execute();
    expect((await findings())[0]?.what).toBe('a vote was not charged as it says');
    await house.store.db
      .updateTable('poll_votes')
      .set({ amount: `${dai}` })
      .where('amount', '=', '1')
      .execute();
  });

  it('are set aside once for a reason, by a chat account too, and never for another amount', async () => {
    await house.chat.fromFaucet(account(24));
    const hold = { reason: 'vote/0/none/one', stream: 'main', kind: 'vote' as const, amount: dai };
    for (let i = 0; i < 2; i++) await house.chat.hold(account(24), hold);
    await expect(house.chat.hold(account(24), { ...hold, amount: 2n * dai })).rejects.toEqual(refusal('id_reused'));
    const { address, own, caps } = await house.chat.account(account(24));
    expect([own.left, caps.spentToday]).toEqual([4n * dai, dai]);
    expect((await findings()).map(({ what }) => what)).toEqual(['votes held, and votes kept']);
    await house.payments.ledger.release(address, hold.reason, async () => {});
  });

  it('are let go when the poll is cancelled: nothing was ever spent', async () => {
    await house.chat.fromFaucet(account(22));
    const poll = await open({ votes: 'paid', price: dai });
    await cast(poll, account(22), 2, 4n * dai);
    expect((await own(22)).left).toBe(dai);
    const before = house.payments.ledger.earned('main').tipped;
    const cancelled = await room.polls.cancel(poll.id);
    expect(cancelled).toMatchObject({ state: 'cancelled', tally: { voters: 0, lines: [] } });
    expect(await own(22)).toMatchObject({ spent: 0n, left: 5n * dai });
    expect(house.payments.ledger.earned('main').tipped).toBe(before);
    expect((await room.polls.votes(poll.id)).map(({ state }) => state)).toEqual(['released']);
    expect(await findings()).toEqual([]);
  });

  it('do not count when their owner took the money out before the poll closed', async () => {
    const page = await openPage(house, dai);
    await page.authorize(house, dai);
    await house.chat.fromFaucet(account(23));
    const poll = await open({ votes: 'paid', price: dai });
    await cast(poll, page.payer, 0, dai);
    await cast(poll, account(23), 1, dai);
    await house.payments.ledger.adjust(page.channel, (purse) => {
      purse.limit = 0n;
    });
    expect(votesOf(await room.polls.view(poll.id)).map((n) => BigInt(n))).toEqual([dai, dai, 0n]);
    const closed = await room.polls.close(poll.id);
    expect([votesOf(closed).map(BigInt), closed.tally.leaders]).toEqual([[0n, dai, 0n], [1]]);
    expect((await room.polls.votes(poll.id)).map(({ state }) => state)).toEqual(['lapsed', 'charged']);
    await house.payments.ledger.adjust(page.channel, (purse) => {
      purse.limit = dai;
    });
  });
});

it('10,000 votes in ten seconds from the same hundred people are counted right', { timeout: 40_000 }, async () => {
  const poll = await open();
  const began = performance.now();
  // Only the last of each counts, and those stand as no earlier ones do.
  const option = (i: number): number => (i < 9900 ? (i * 7 + ((i / 100) | 0)) % 3 : i % 100 < 60 ? 2 : 1);
  const votes = Array.from({ length: 10_000 }, (_, i) => ({ who: i % 100, option: option(i) }));
  const heard = room.tallies.length;
  // Each person's own, in his order; all of them at once.
  const people = Array.from({ length: 100 }, async (_, who) => {
    for (const vote of votes.filter((one) => one.who === who)) await cast(poll, account(100 + who), vote.option);
  });
  await Promise.all(people);
  const ms = performance.now() - began;
  // A quiet machine needs under three seconds; a busy one is given twice the ten.
  expect(ms).toBeLessThan(20_000);
  const closed = await room.polls.close(poll.id);
  expect([votesOf(closed), closed.tally.voters]).toEqual([[0, 40, 60], 100]);
  expect(room.tallies.length - heard).toBeLessThanOrEqual(Math.ceil(ms / 500) + 2);
  const rows = await house.store.db.selectFrom('poll_votes').selectAll().where('poll', '=', Number(poll.id)).execute();
  expect(rows).toHaveLength(10_000);
  const again = rows.map(({ n, person, option }) => ({ n, person: person ?? '', option, amount: 0n }));
  expect(count({ options: 3, votes: 'free', price: 0n }, again)).toEqual(closed.tally);
});

describe('a restart', () => {
  it('in the middle loses no vote and takes none twice; what ran goes on', async () => {
    await house.chat.fromFaucet(account(30));
    const poll = await open({ votes: 'extra', price: dai });
    const vote = { poll: poll.id, id: voteId(), option: 1, amount: 2n * dai };
    await room.polls.vote(account(30), vote);
    await cast(poll, account(31), 0);
    await restart();
    await room.polls.vote(account(30), vote);
    const view = await room.polls.view(poll.id);
    expect([votesOf(view), view.state, (await own(30)).left]).toEqual([[1, 2, 0], 'open', 3n * dai]);
    const { own: mine } = await cast(poll, account(31), 2);
    expect(mine.free).toBe(2);
    expect(votesOf(await room.polls.close(poll.id))).toEqual([0, 2, 1]);
    expect(await findings()).toEqual([]);
  });

  it('after its time is over closes it, once, before anything else', async () => {
    await house.chat.fromFaucet(account(32));
    const poll = await open({ votes: 'extra', price: dai, durationMs: 20_000 });
    await cast(poll, account(32), 1, dai);
    await restart(21_000);
    expect(await room.polls.view(poll.id)).toMatchObject({ state: 'closed', tally: { leaders: [1] } });
    expect((await own(32)).spent).toBe(dai);
    expect(room.polls.running()).toEqual([]);
    const mine = (await room.events()).filter((event) => event.poll.id === poll.id);
    expect(mine.map(({ state }) => state)).toEqual(['opened', 'closed']);
  });

  it.each(['close', 'cancel'] as const)(
    'killed at any step of a %s, it ends the same way and charges nothing twice',
    async (how) => {
      const voters = [33, 34].map(account);
      for (const who of voters) await house.chat.fromFaucet(who);
      for (let step = 1; ; step++) {
        const before = await Promise.all([33, 34].map(own));
        const poll = await open({ votes: 'paid', price: dai / 100n });
        for (const who of voters) await cast(poll, who, 1, dai / 10n);
        place.killAt(step, 'after');
        await room.polls[how](poll.id).catch(() => {});
        const killed = place.killed();
        await restart();
        await room.polls[how](poll.id);
        const after = await Promise.all([33, 34].map(own));
        const cost = how === 'close' ? dai / 10n : 0n;
        expect(after.map(({ spent }) => spent)).toEqual(before.map(({ spent }) => spent + cost));
        expect(await findings()).toEqual([]);
        if (!killed) break;
      }
    },
  );
});

it('closes by itself when its time is over', async () => {
  const poll = await open({ durationMs: 10_000 });
  await cast(poll, account(40), 2);
  room.polls.stop();
  // A clock that is nearly there: the timer of the next run has little left to wait.
  await restart(8000);
  await vi.waitFor(async () => expect((await room.polls.view(poll.id)).state).toBe('closed'), { timeout: 10_000 });
  const { endedAt, closesAt } = await room.polls.view(poll.id);
  expect(endedAt).toBeGreaterThanOrEqual(closesAt);
  expect(room.polls.current('main')).toMatchObject({ id: poll.id, tally: { leaders: [2] } });
  place.clock.ahead += 61_000;
  expect(room.polls.current('main')).toBeNull();
});

it('a secret poll shows how many have voted, and no more, to anybody, until it closes', async () => {
  const poll = await open({ secret: true });
  await cast(poll, account(50), 0);
  const { poll: view, own } = await cast(poll, account(51), 0);
  expect([view.tally, own.free]).toEqual([{ voters: 2, value: '0', lines: [], leaders: [] }, 0]);
  expect(room.tallies.at(-1)?.tally.lines).toEqual([]);
  await expect(room.polls.votes(poll.id)).rejects.toEqual(refusal('poll_secret'));
  expect((await room.polls.close(poll.id)).tally.lines[0]).toEqual({ votes: '2', voters: 2, value: '0' });
});
