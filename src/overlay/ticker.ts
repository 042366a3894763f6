// What the ticker shows: the latest tips that may be on stage, goals reached, and how polls and predictions ended.
import type { Store } from '../store/index.js';
import { GoalEvent, PollEvent, PredictionEvent } from '../vocabulary/events.js';
import { type TickerItem, tickerMost } from '../vocabulary/ticker.js';

/** What is older is no news. */
const newsMs = 24 * 3_600_000;
/** Read, so that enough is left without those who are muted since. */
const readMost = 100;
/** What was let through, by the filter or by the host. */
const letThrough = ['waiting', 'showing', 'shown', 'missed'] as const;

interface Row {
  n: number;
  stream: string;
  type: string;
  at: number;
  data: string;
}

const readers: Record<string, (event: unknown) => TickerItem | null> = {
  goal(event) {
    const { n, data } = GoalEvent.parse(event);
    return { n, kind: 'goal', ...data };
  },
  poll(event) {
    const { n, data } = PollEvent.parse(event);
    const winners = (data.result?.leaders ?? []).map((option) => data.poll.options[option] ?? '');
    return data.state === 'closed' && winners.length > 0
      ? { n, kind: 'poll', question: data.poll.question, winners }
      : null;
  },
  prediction(event) {
    const { n, data } = PredictionEvent.parse(event);
    const { question, options, winner } = data.prediction;
    const decided = data.what === 'resolved' && winner !== null;
    return decided ? { n, kind: 'prediction', question, winner: options[winner] ?? '' } : null;
  },
};

/** Of each prediction what was said of it last: a result may have been corrected, or called off. */
function newestOnly(rows: readonly Row[]): Row[] {
  const seen = new Set<string>();
  return rows.filter(({ type, data }) => {
    if (type !== 'prediction') return true;
    const { what, prediction } = JSON.parse(data) as PredictionEvent['data'];
    if (what === 'paid' || seen.has(prediction.id)) return false;
    seen.add(prediction.id);
    return true;
  });
}

export function createTicker(needs: {
  store: Store;
  /** Names that are not for the stage. */
  hides: (stream: string, payer: string, name: string) => boolean;
  now?: () => number;
}) {
  const { store, hides, now = Date.now } = needs;

  async function tips(stream: string, since: number): Promise<TickerItem[]> {
    const rows = await store.db
      .selectFrom('alerts')
      .select(['event', 'payer', 'name', 'amount'])
      .where('stream', '=', stream)
      .where('state', 'in', letThrough)
      .where('at', '>', since)
      .orderBy('id', 'desc')
      .limit(readMost)
      .execute();
    return rows.flatMap(({ event, payer, name, amount }) => {
      // A test is no tip.
      if (event === null || payer === null || hides(stream, payer, name)) return [];
      return [{ n: event, kind: 'tip' as const, name, amount }];
    });
  }

  async function news(stream: string, since: number): Promise<TickerItem[]> {
    const rows = await store.db
      .selectFrom('events')
      .selectAll()
      .where('stream', '=', stream)
      .where('type', 'in', Object.keys(readers))
      .where('at', '>', since)
      .orderBy('n', 'desc')
      .limit(readMost)
      .execute();
    return newestOnly(rows).flatMap((row) => readers[row.type]?.({ ...row, data: JSON.parse(row.data) }) ?? []);
  }

  /** Newest first. */
  return async function ticker(stream: string): Promise<TickerItem[]> {
    const since = now() - newsMs;
    const all = [...(await tips(stream, since)), ...(await news(stream, since))];
    return all.sort((a, b) => b.n - a.n).slice(0, tickerMost);
  };
}
