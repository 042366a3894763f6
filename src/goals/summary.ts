// How a show went: from its charges, tips, minutes, polls and predictions; for everybody, or for its host.
import type { Store } from '../store/index.js';
import type { Goal } from '../vocabulary/goals.js';
import type { PollView } from '../vocabulary/polls.js';
import type { PredictionView } from '../vocabulary/predictions.js';
import { Problem } from '../vocabulary/problems.js';
import type { ShowEarnings, ShowLine, ShowMinute, ShowPoll, ShowPrediction, ShowSummary } from '../vocabulary/shows.js';
import type { Hex } from '../vocabulary/values.js';
import { type Attendance, type AttendanceBook, nothing, plus, type Sums } from './attendance.js';
import { rank } from './leaderboard.js';
import { untilOf } from './show-rule.js';
import type { ShowSettingsBook } from './show-settings.js';
import type { Minute, Show, ShowBook } from './shows.js';

/** On the page, and on the pictures fewer. */
const mostSupporters = 10;
const mostMessages = 5;
const minuteMs = 60_000;
const mostMinutes = 7 * 24 * 60;
const freshMs = 2000;
const mostKept = 200;

export interface ShowTip {
  payer: Hex;
  name: string;
  message: string;
  amount: string;
  at: number;
  /** Its alert was neither held back nor skipped. */
  shown: boolean;
}

/** Pure. Every minute from the first that there was until the last, with what was counted in it. */
export function minutesOf(
  { beganAt, endedAt }: Pick<Show, 'beganAt' | 'endedAt'>,
  samples: readonly Minute[],
  tips: readonly Pick<ShowTip, 'at'>[],
): ShowMinute[] {
  const minuteOf = (at: number): number => at - (at % minuteMs);
  const [viewers, counts] = [new Map(samples.map((one) => [one.at, one.viewers])), new Map<number, number>()];
  for (const tip of tips) counts.set(minuteOf(tip.at), (counts.get(minuteOf(tip.at)) ?? 0) + 1);
  const first = minuteOf(beganAt);
  const last = Math.max(minuteOf(endedAt ?? 0), ...viewers.keys(), ...counts.keys(), first);
  const length = Math.min(mostMinutes, (last - first) / minuteMs + 1);
  return Array.from({ length }, (_, i) => {
    const at = first + i * minuteMs;
    return { at, viewers: viewers.get(at) ?? 0, tips: counts.get(at) ?? 0 };
  });
}

/** Pure. The largest tips that say something, as far as that was for the stage, and is: some are muted later. */
export const bestMessages = (tips: readonly ShowTip[], isMuted: (payer: Hex) => boolean): ShowTip[] =>
  tips
    .filter(({ message, shown, payer }) => message !== '' && shown && !isMuted(payer))
    .sort((a, b) => (a.amount === b.amount ? a.at - b.at : BigInt(a.amount) < BigInt(b.amount) ? 1 : -1))
    .slice(0, mostMessages);

const inAll = (attendance: Attendance): Sums => [...attendance.values()].reduce(plus, nothing());

const earnedIn = ({ watched, tipped, voted }: Sums): ShowEarnings => ({
  ...{ watched: `${watched}`, tipped: `${tipped}`, voted: `${voted}` },
});

const pollOf = ({ question, options, votes, tally }: PollView): ShowPoll => ({ question, options, votes, tally });

const predictionOf = (view: PredictionView): ShowPrediction => {
  const { question, options, state, winner, pot, totals, refunds } = view;
  return { question, options, state, winner, pot, totals, refunds };
};

export type Summaries = ReturnType<typeof createSummaries>;

export function createSummaries(needs: {
  store: Store;
  shows: Pick<ShowBook, 'find' | 'list' | 'minutes'>;
  attendance: Pick<AttendanceBook, 'of'>;
  settings: Pick<ShowSettingsBook, 'get'>;
  personOf: (member: string) => string;
  /** Names that are not for the stage; of who is muted, any. */
  hides: (stream: string, payer: string, text: string) => boolean;
  goal: (stream: string) => Goal | null;
  poll: (id: string) => Promise<PollView>;
  prediction: (id: string) => Promise<PredictionView>;
  hostName: string;
  token: { symbol: string; decimals: number };
  now?: () => number;
}) {
  const { store, shows, attendance, settings, personOf, hides, now = Date.now } = needs;
  const known = new Map<string, { at: number; summary: Promise<ShowSummary> }>();

  /** The tips of them whose alerts were neither held back nor skipped. */
  async function onStage(stream: string, events: readonly number[]): Promise<Set<number | null>> {
    const rows = store.db.selectFrom('alerts').select('event').where('stream', '=', stream);
    const [first = 0, last = 0] = [events[0], events.at(-1)];
    const among = rows.where('event', '>=', first).where('event', '<=', last);
    return new Set((await among.where('state', 'not in', ['held', 'skipped']).execute()).map(({ event }) => event));
  }

  async function tipsOf(show: Show): Promise<ShowTip[]> {
    const rows = await store.db
      .selectFrom('tips')
      .select(['payer', 'name', 'message', 'amount', 'at', 'event'])
      .where('stream', '=', show.stream)
      .where('at', '>=', show.beganAt)
      .where('at', '<=', untilOf(show))
      .orderBy('at')
      .orderBy('event')
      .execute();
    const shown = await onStage(
      show.stream,
      rows.map(({ event }) => event),
    );
    return rows.map(({ event, ...tip }) => ({ ...tip, shown: shown.has(event) }));
  }

  /** The numbers of what was opened while it was on. */
  const openedIn = async (table: 'polls' | 'predictions', { stream, beganAt, endedAt }: Show): Promise<string[]> => {
    const rows = store.db.selectFrom(table).select('n').where('stream', '=', stream).where('opened_at', '>=', beganAt);
    const found = await rows
      .where('opened_at', '<=', endedAt ?? Number.MAX_SAFE_INTEGER)
      .orderBy('n')
      .execute();
    return found.map(({ n }) => `${n}`);
  };

  async function pollsOf(show: Show): Promise<ShowPoll[]> {
    const views = await Promise.all((await openedIn('polls', show)).map(needs.poll));
    return views.filter(({ state }) => state === 'closed').map(pollOf);
  }

  async function predictionsOf(show: Show): Promise<ShowPrediction[]> {
    const views = await Promise.all((await openedIn('predictions', show)).map(needs.prediction));
    return views.filter(({ state }) => state !== 'opening' && state !== 'failed').map(predictionOf);
  }

  /** Those that were reached, and the one that was not yet. */
  async function goalsOf(show: Show): Promise<ShowSummary['goals']> {
    const rows = await store.db
      .selectFrom('events')
      .select(['data', 'at'])
      .where('stream', '=', show.stream)
      .where('type', '=', 'goal')
      .where('at', '>=', show.beganAt)
      .where('at', '<=', untilOf(show))
      .orderBy('n')
      .execute();
    const reached = rows.map(({ data, at }) => {
      const { title, amount } = JSON.parse(data) as { title: string; amount: string };
      return { title, amount, given: amount, reachedAt: at };
    });
    const last = show.endedAt === null ? needs.goal(show.stream) : show.goal;
    if (!last) return reached;
    const { title, amount, given, reachedAt } = last;
    if (reachedAt !== null && reachedAt < show.beganAt) return reached;
    const others = reachedAt === null ? reached : reached.slice(0, -1);
    return [...others, { title, amount, given, reachedAt }];
  }

  async function make(show: Show, forHost: boolean): Promise<ShowSummary> {
    const { stream } = show;
    const told = forHost ? { names: true, earnings: true } : await settings.get(stream);
    const [there, tips, samples] = [await attendance.of(show), await tipsOf(show), await shows.minutes(show)];
    const sums = inAll(there);
    const called = (name: string, payer: string): string =>
      !told.names || (!forHost && hides(stream, payer, name)) ? '' : name;
    const ranked = rank(tips, personOf);
    const messages = bestMessages(tips, (payer) => hides(stream, payer, ''));
    return {
      ...lineOf(show, there, samples, tips.length),
      ...{ stream, host: needs.hostName, token: needs.token },
      watchedMs: told.earnings ? sums.watchedMs : null,
      earned: told.earnings ? earnedIn(sums) : null,
      supporters: ranked.slice(0, mostSupporters).map(({ payer, name, amount, tips: count }) => ({
        ...{ name: called(name, payer), amount, tips: count },
      })),
      supportersInAll: ranked.length,
      messages: messages.map(({ payer, name, message, amount, at }) => ({
        ...{ name: called(name, payer), message, amount, at },
      })),
      ...{ polls: await pollsOf(show), predictions: await predictionsOf(show), goals: await goalsOf(show) },
      ...{ minutes: minutesOf(show, samples, tips), at: now() },
    };
  }

  function lineOf({ n, title, beganAt, endedAt }: Show, there: Attendance, samples: readonly Minute[], tips: number) {
    const people = new Set([...there.keys()].map(personOf)).size;
    const peak = Math.max(0, ...samples.map(({ viewers }) => viewers));
    return { n, title, beganAt, endedAt, peak, people, tips };
  }

  /** Problem: unknown_show. */
  async function find(stream: string, name: string): Promise<Show> {
    const show = name === 'last' ? (await shows.list(stream, 1))[0] : await shows.find(stream, Number(name));
    if (!show) throw new Problem('unknown_show');
    return show;
  }

  return {
    find,
    /** Some seconds old at most. Problem: unknown_show. */
    async of(stream: string, name: string, forHost = false): Promise<ShowSummary> {
      const show = await find(stream, name);
      const key = `${stream}/${show.n}/${forHost}`;
      const before = known.get(key);
      if (before && now() - before.at < freshMs) return before.summary;
      const made = { at: now(), summary: make(show, forHost) };
      known.delete(key);
      known.set(key, made);
      made.summary.catch(() => known.delete(key));
      const oldest = known.size > mostKept ? known.keys().next().value : undefined;
      if (oldest !== undefined) known.delete(oldest);
      return made.summary;
    },
    /** What everybody may know has changed. */
    forget: (): void => known.clear(),
    /** Newest first, for the host. */
    async list(stream: string, limit = 30): Promise<ShowLine[]> {
      const lines: ShowLine[] = [];
      for (const show of await shows.list(stream, limit)) {
        const [there, samples] = [await attendance.of(show), await shows.minutes(show)];
        const sums = inAll(there);
        const { watchedMs } = sums;
        lines.push({ ...lineOf(show, there, samples, sums.tips), watchedMs, earned: earnedIn(sums) });
      }
      return lines;
    },
    /** What each payer was charged, with the name last used. Problem: unknown_show. */
    async people(stream: string, name: string): Promise<(Sums & { payer: string; name: string })[]> {
      const show = await find(stream, name);
      const names = new Map((await tipsOf(show)).map((tip) => [tip.payer, tip.name]));
      const all = [...(await attendance.of(show))].sort(([a], [b]) => (a < b ? -1 : 1));
      return all.map(([payer, sums]) => ({ payer, name: names.get(payer) ?? '', ...sums }));
    },
  };
}
