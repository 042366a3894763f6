// Who gave most: of a show, of the last hour, of a day, of all time; by person, however many accounts and pages that person has.
import type { Store } from '../store/index.js';
import type { TipRow } from '../store/rows/money.js';
import type { Leader, Leaderboard, Span } from '../vocabulary/goals.js';
import type { ShowBook } from './shows.js';
import { leastStreak, type StreakBook } from './streaks.js';

const dayMs = 86_400_000;
const hourMs = 3_600_000;
/** A board is counted once in so long: it reads every tip of its span. */
const freshMs: Record<Span, number> = { show: 1000, hour: 1000, today: 3000, all: 10_000 };
/** More leaders than this are asked for by nobody. */
const most = 100;

type Tip = Pick<TipRow, 'payer' | 'name' | 'amount' | 'at'>;

/** Pure. Those who gave most first; of equals, who got there first. Tips are in the order of their times. */
export function rank(tips: readonly Tip[], personOf: (member: string) => string): (Leader & { payer: string })[] {
  const people = new Map<string, { payer: string; name: string; sum: bigint; tips: number; at: number }>();
  for (const { payer, name, amount, at } of tips) {
    const person = personOf(payer);
    const before = people.get(person) ?? { sum: 0n, tips: 0 };
    people.set(person, { payer, name, sum: before.sum + BigInt(amount), tips: before.tips + 1, at });
  }
  return [...people.values()]
    .sort((a, b) => (a.sum === b.sum ? a.at - b.at : a.sum < b.sum ? 1 : -1))
    .map(({ payer, name, sum, tips }) => ({ payer, name, amount: `${sum}`, tips }));
}

export type Leaderboards = ReturnType<typeof createLeaderboards>;

export function createLeaderboards(needs: {
  store: Store;
  shows: Pick<ShowBook, 'list'>;
  streaks: Pick<StreakBook, 'of'>;
  personOf: (member: string) => string;
  /** Names that are not for the stage. */
  hides: (stream: string, payer: string, name: string) => boolean;
  now?: () => number;
}) {
  const { store, shows, streaks, personOf, hides, now = Date.now } = needs;
  const counted = new Map<string, { at: number; board: Promise<Omit<Leaderboard, 'span'>> }>();

  /** Of the present or last show, until there is one of the day. */
  async function since(stream: string, span: Span): Promise<number> {
    const today = now() - (now() % dayMs);
    if (span === 'all') return 0;
    if (span === 'hour') return now() - hourMs;
    if (span === 'today') return today;
    return (await shows.list(stream, 1))[0]?.beganAt ?? today;
  }

  async function count(stream: string, span: Span): Promise<Omit<Leaderboard, 'span'>> {
    const from = await since(stream, span);
    const tips = await store.db
      .selectFrom('tips')
      .select(['payer', 'name', 'amount', 'at'])
      .where('stream', '=', stream)
      .where('at', '>=', from)
      .orderBy('at')
      .orderBy('event')
      .execute();
    const [ranked, inARow] = [rank(tips, personOf), await streaks.of(stream)];
    const leaders = ranked.slice(0, most).map(({ payer, name, ...rest }): Leader => {
      const streak = inARow.get(personOf(payer)) ?? 0;
      const shown = hides(stream, payer, name) ? '' : name;
      return { name: shown, ...rest, ...(streak >= leastStreak && { streak }) };
    });
    return { since: from, leaders, people: ranked.length };
  }

  /** At most `limit` leaders, of a count that may be some seconds old. */
  return async function board(stream: string, span: Span, limit = 10): Promise<Leaderboard> {
    const key = `${stream}/${span}`;
    const known = counted.get(key);
    const kept = known && now() - known.at < freshMs[span] ? known : { at: now(), board: count(stream, span) };
    counted.set(key, kept);
    kept.board.catch(() => counted.delete(key));
    const { leaders, ...rest } = await kept.board;
    return { span, ...rest, leaders: leaders.slice(0, limit) };
  };
}
