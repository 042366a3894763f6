// How a show went, as everybody may see it and as its host does: what is told, what is not, and the pictures and tables of it.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { drawShow } from '../../src/goals/picture/draw.js';
import { createShowPictures, sizes } from '../../src/goals/picture/index.js';
import { cutTo, wrap } from '../../src/goals/picture/text.js';
import { timeline } from '../../src/goals/picture/timeline.js';
import { leaderboardCsv, minutesCsv, peopleCsv, streaksCsv } from '../../src/http/show-handlers.js';
import { readCsv } from '../../src/sponsor/wishes.js';
import type { PollView } from '../../src/vocabulary/polls.js';
import type { PredictionView } from '../../src/vocabulary/predictions.js';
import { ShowSummary } from '../../src/vocabulary/shows.js';
import { minute, openWorld, payerOf, start, type World } from './world.js';

const dai = 10n ** 18n;
let w: World;
beforeEach(async () => {
  w = await openWorld();
});
afterEach(() => w.close());

/** Polls and predictions are told by their own parts; here only which ones are of the show. */
async function asked(table: 'polls' | 'predictions', state: string, at: number): Promise<void> {
  const key = `${table}-${state}-${at}`;
  const common = { key, stream: 'main', question: key, options: '["Blue","Red"]', opened_at: at };
  const poll = { ...common, votes: 'free', price: '0', change: 1, secret: 0, min_age_days: 0, state, closes_at: at };
  const prediction = { ...common, market: key, terms: '{}', opener: 'host', state, totals: '[]', stakes: 0 };
  const row = table === 'polls' ? poll : prediction;
  const { n } = await w.store.db
    .insertInto(table)
    .values(row as never)
    .returning('n')
    .executeTakeFirstOrThrow();
  const lines = ['3', '1'].map((votes) => ({ votes, voters: Number(votes), value: '0' }));
  const tally = { voters: 4, value: '0', lines, leaders: [0] };
  const view = { question: key, options: ['Blue', 'Red'], state, votes: 'free', tally };
  const market = { winner: 1, pot: '8', totals: ['3', '5'], refunds: false };
  if (table === 'polls') w.world.polls.set(`${n}`, view as PollView);
  else w.world.predictions.set(`${n}`, { ...view, ...market } as unknown as PredictionView);
}

async function aShow() {
  const standings = w.open();
  await asked('polls', 'closed', start - 1);
  await w.say('live');
  w.world.viewers = 4;
  await standings.look();
  await w.charge(payerOf(1), 'watch', 3n * dai, 90_000);
  await w.tip(payerOf(1), 2n * dai, 'Ada', 'Once more!');
  await w.tip(payerOf(2), 9n * dai, 'Rude', 'a held word', 'held');
  w.world.now += minute;
  await w.tip(payerOf(3), 5n * dai, '<b>"Bo" & Co</b>', '<script>alert(1)</script>', 'missed');
  await w.tip(payerOf(4), 30n * dai, 'Muted later', 'spam');
  await w.tip(payerOf(5), dai, 'Quiet');
  await asked('polls', 'closed', w.world.now);
  await asked('polls', 'cancelled', w.world.now);
  await asked('predictions', 'paid', w.world.now);
  await asked('predictions', 'failed', w.world.now);
  w.world.hidden.add(payerOf(4)).add('Rude');
  w.world.goal = { title: 'Amp', amount: `${40n * dai}`, given: `${20n * dai}`, since: start, reachedAt: null };
  await w.say('ended', 9 * minute);
  await standings.look();
  // The goal of later is not that of the show.
  w.world.goal = null;
  return standings;
}

it('tells everybody what was on stage, and no sum of money; names only those who may be named', async () => {
  const { summaries } = await aShow();
  const show = ShowSummary.parse(await summaries.of('main', 'last'));
  expect(show).toMatchObject({
    n: 1,
    title: 'Late show',
    peak: 4,
    people: 5,
    watchedMs: null,
    tips: 5,
    earned: null,
  });
  expect(show.supporters.map(({ name, amount }) => [name, BigInt(amount) / dai])).toEqual([
    ['', 30n],
    ['', 9n],
    ['<b>"Bo" & Co</b>', 5n],
    ['Ada', 2n],
    ['Quiet', 1n],
  ]);
  expect(show.messages.map(({ name, message }) => [name, message])).toEqual([
    ['<b>"Bo" & Co</b>', '<script>alert(1)</script>'],
    ['Ada', 'Once more!'],
  ]);
  expect(show.polls.map(({ question, tally }) => [question, tally.leaders])).toEqual([
    [`polls-closed-${start + minute}`, [0]],
  ]);
  expect(show.predictions.map(({ question, winner }) => [question, winner])).toEqual([
    [`predictions-paid-${start + minute}`, 1],
  ]);
  expect(show.goals).toEqual([{ title: 'Amp', amount: `${40n * dai}`, given: `${20n * dai}`, reachedAt: null }]);
  expect(show.minutes.slice(0, 2).map(({ viewers, tips }) => [viewers, tips])).toEqual([
    [4, 2],
    [0, 3],
  ]);
  expect(show.minutes).toHaveLength(11);
});

it('the host sees all of it, and chooses what everybody may; the choice holds at once, over restarts', async () => {
  const standings = await aShow();
  const mine = await standings.summaries.of('main', '1', true);
  expect(mine.watchedMs).toBe(90_000);
  expect(mine.earned).toEqual({ watched: `${3n * dai}`, tipped: `${47n * dai}`, voted: '0' });
  expect(mine.supporters.map(({ name }) => name).slice(0, 2)).toEqual(['Muted later', 'Rude']);
  expect((await standings.summaries.of('main', '1')).supporters[3]?.name).toBe('Ada');
  expect(await standings.settings.change('main', { names: false })).toEqual({ names: false, earnings: false });
  expect(await standings.settings.change('main', { earnings: true })).toEqual({ names: false, earnings: true });
  for (const { summaries } of [standings, w.open()]) {
    const show = await summaries.of('main', '1');
    expect([...show.supporters, ...show.messages].every(({ name }) => name === '')).toBe(true);
    expect(show.earned).toEqual(mine.earned);
  }
  const [line] = await standings.summaries.list('main');
  expect(line).toMatchObject({ n: 1, peak: 4, people: 5, tips: 5, earned: mine.earned });
  await expect(standings.summaries.of('main', '2')).rejects.toMatchObject({ code: 'unknown_show' });
  await expect(standings.summaries.of('nobody', 'last')).rejects.toMatchObject({ code: 'unknown_show' });
});

it('is drawn at its sizes, as text and never as markup, whatever people are called', async () => {
  const { summaries } = await aShow();
  const draw = createShowPictures();
  const show = await summaries.of('main', '1');
  const wild = {
    ...show,
    title: `</text><image href="file:///etc/passwd"/>${'\u0000\ud800'}`,
    supporters: show.supporters.map((one) => ({ ...one, name: `${one.name}\u0008 ${'👩‍👩‍👧'.repeat(40)}` })),
  };
  for (const [format, { width, height }] of Object.entries(sizes)) {
    for (const one of [wild, { ...show, supporters: [], messages: [], minutes: [], title: '' }]) {
      const png = await draw(one, format as 'wide');
      expect(png.subarray(1, 4).toString()).toBe('PNG');
      expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([width, height]);
      expect(png.length).toBeGreaterThan(15_000);
    }
    const svg = drawShow(wild, format as 'wide');
    expect(svg).not.toContain('<image');
    expect(svg).toContain('&lt;b&gt;&quot;Bo&quot; &amp; Co');
  }
  expect(await draw(show, 'wide')).toBe(await draw({ ...show, at: show.at + 1 }, 'wide'));
});

it('cuts text between letters as people see them, and lines between words', () => {
  expect(cutTo('👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧', 37, 10)).toBe('👩‍👩‍👧👩‍👩‍👧…');
  expect(cutTo('Ada', 1000, 10)).toBe('Ada');
  expect(wrap('one two three four', 55, 10, 2)).toEqual(['one two', 'three f…']);
  const { line, tips } = timeline([{ at: 0, viewers: 2, tips: 1 }], 100, 50);
  expect([line, tips.length]).toEqual(['M0 6L100 6', 1]);
  expect(timeline([], 100, 50)).toEqual({ line: '', area: '', tips: [] });
});

it('its tables are whole, add up, and no cell is a formula', async () => {
  const { summaries, leaderboard, streaks } = await aShow();
  const token = { symbol: 'DAI', decimals: 18 } as Parameters<typeof peopleCsv>[1];
  const [, ...rows] = readCsv(peopleCsv(await summaries.people('main', '1'), token));
  expect(rows.map(([payer, name, seconds, tips]) => [payer, name, seconds, tips])[0]).toEqual([
    ...[payerOf(1), 'Ada', '90', '1'],
  ]);
  const sum = (column: number) => rows.reduce((all, row) => all + BigInt(row[column] ?? 0), 0n);
  expect([sum(5), sum(7), sum(9)]).toEqual([3n * dai, 47n * dai, 0n]);
  const minutes = readCsv(minutesCsv((await summaries.of('main', '1')).minutes));
  expect(minutes[1]).toEqual(['2026-11-27T20:00:00.000Z', '4', '2']);
  const board = await leaderboard('main', 'show');
  board.leaders.unshift({ name: '=cmd|1', amount: '1', tips: 1, streak: 3 });
  expect(readCsv(leaderboardCsv(board, token))[1]).toEqual(['1', "'=cmd|1", '0.000000000000000001', '1', '1', '3']);
  const list = { ...(await streaks('main')), streaks: [{ name: '@SUM(A1)', shows: 4, here: false }] };
  expect(readCsv(streaksCsv(list))[1]).toEqual(["'@SUM(A1)", '4', 'no']);
});
