// Leaderboards, streaks and summaries of shows over HTTP, as JSON and as tables to take away.
import { formatUnits } from 'ethers';
import { writeCsv } from '../csv.js';
import type { Standings } from '../goals/index.js';
import type { Payments } from '../payments/index.js';
import type { Shows } from '../stream/index.js';
import type { Leaderboard, Streaks } from '../vocabulary/goals.js';
import type { ShowMinute } from '../vocabulary/shows.js';
import { CsvFile, type Handlers } from './mount.js';

type Names = 'getLeaderboard' | 'getStreaks' | 'getShow' | 'listShows' | 'patchShows' | 'hostShow';
type Token = Payments['chain']['token'];
type People = Awaited<ReturnType<Standings['summaries']['people']>>;

const decimal = (amount: bigint, { decimals }: Token): string => formatUnits(amount, decimals).replace(/\.0$/, '');
/** As people read an amount, then as the chain counts it. */
const twice = (amount: bigint, token: Token): string[] => [decimal(amount, token), `${amount}`];
const twiceNamed = (name: string, { symbol }: Token): string[] => [`${name} ${symbol}`, `${name} base units`];

export const leaderboardCsv = ({ leaders }: Leaderboard, token: Token): string =>
  writeCsv([
    ['place', 'name', ...twiceNamed('tipped', token), 'tips', 'shows in a row'],
    ...leaders.map(({ name, amount, tips, streak = 0 }, i) => [
      ...[`${i + 1}`, name, ...twice(BigInt(amount), token), `${tips}`, streak === 0 ? '' : `${streak}`],
    ]),
  ]);

export const streaksCsv = ({ streaks }: Streaks): string =>
  writeCsv([
    ['name', 'shows in a row', 'was there in the last'],
    ...streaks.map(({ name, shows, here }) => [name, `${shows}`, here ? 'yes' : 'no']),
  ]);

/** A line for each payer: their sums are those of the charges. */
export const peopleCsv = (people: People, token: Token): string =>
  writeCsv([
    [
      'payer',
      'name',
      'seconds watched',
      'tips',
      ...['watched', 'tipped', 'voted'].flatMap((n) => twiceNamed(n, token)),
    ],
    ...people.map(({ payer, name, watched, watchedMs, tipped, voted, tips }) => [
      ...[payer, name, `${watchedMs / 1000}`, `${tips}`],
      ...[watched, tipped, voted].flatMap((amount) => twice(amount, token)),
    ]),
  ]);

export const minutesCsv = (minutes: readonly ShowMinute[]): string =>
  writeCsv([
    ['minute (UTC)', 'viewers', 'tips'],
    ...minutes.map(({ at, viewers, tips }) => [new Date(at).toISOString(), `${viewers}`, `${tips}`]),
  ]);

export function createShowHandlers(needs: {
  standings: Standings;
  streams: Shows['streams'];
  payments: Payments;
}): Pick<Handlers, Names> {
  const { leaderboard, streaks, summaries, settings } = needs.standings;
  const { token } = needs.payments.chain;
  const known = (id: string): string => needs.streams.get(id).id;
  const asCsv = (format: 'json' | 'csv' | undefined, wants: boolean): boolean =>
    format === undefined ? wants : format === 'csv';
  return {
    getLeaderboard: async ({ params, query, wantsCsv }) => {
      const board = await leaderboard(known(params.stream), query.span, query.limit);
      if (!asCsv(query.format, wantsCsv)) return board;
      return new CsvFile(`${params.stream}-leaderboard-${query.span}.csv`, leaderboardCsv(board, token));
    },
    getStreaks: async ({ params, query, wantsCsv }) => {
      const list = await streaks(known(params.stream), query.limit);
      return asCsv(query.format, wantsCsv) ? new CsvFile(`${params.stream}-streaks.csv`, streaksCsv(list)) : list;
    },
    getShow: ({ params }) => summaries.of(known(params.stream), params.show),
    listShows: async ({ params }) => {
      const stream = known(params.stream);
      return { shows: await summaries.list(stream), settings: await settings.get(stream) };
    },
    patchShows: ({ params, body }) => settings.change(known(params.stream), body),
    hostShow: async ({ params, query, wantsCsv }) => {
      const stream = known(params.stream);
      const summary = await summaries.of(stream, params.show, true);
      if (!asCsv(query.format, wantsCsv)) return summary;
      const name = `${stream}-show-${summary.n}-${query.table}.csv`;
      if (query.table === 'minutes') return new CsvFile(name, minutesCsv(summary.minutes));
      return new CsvFile(name, peopleCsv(await summaries.people(stream, `${summary.n}`), token));
    },
  };
}
