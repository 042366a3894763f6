// Who carries the shows: top tips of a show, of the last hour, of the day and ever; and who comes show after show.
import './shows.css';
import { useEffect, useState } from 'preact/hooks';
import type { Leaderboard, Span, Streaks } from '../../vocabulary/goals.js';
import type { HostStream } from '../../vocabulary/streams.js';
import { createApi } from '../shared/api.js';
import { money } from '../shared/money.js';
import type { Desk } from './desk.js';

type View = Span | 'streaks';

const api = createApi();
const everyMs = 15_000;
const limit = 10;
const views: Record<View, string> = {
  show: 'This show',
  hour: 'Last hour',
  today: 'Today',
  all: 'Ever',
  streaks: 'Streaks',
};

type Seen = { of: View; board: Leaderboard | null; streaks: Streaks | null };

const ask = async (stream: string, of: View): Promise<Seen> => {
  const params = { stream };
  if (of === 'streaks') return { of, board: null, streaks: await api('getStreaks', { params, query: { limit } }) };
  return { of, board: await api('getLeaderboard', { params, query: { span: of, limit } }), streaks: null };
};

/** Looked at anew with each tip, and now and then. */
function useSeen(stream: string, view: View, moved: number | undefined): Seen | null {
  const [seen, setSeen] = useState<Seen | null>(null);
  useEffect(() => {
    let over = false;
    const look = () =>
      document.hidden ||
      ask(stream, view).then(
        (next) => over || setSeen(next),
        () => {},
      );
    // The server counts once in a second.
    const soon = setTimeout(look, seen?.of === view ? 1200 : 0);
    const again = setInterval(look, everyMs);
    return () => {
      over = true;
      clearTimeout(soon);
      clearInterval(again);
    };
  }, [stream, view, moved]);
  return seen?.of === view ? seen : null;
}

const inARow = (shows: number): string => `${shows} shows in a row`;

function Lines({ seen, shown }: { seen: Seen; shown: HostStream }) {
  const { board, streaks } = seen;
  if (board?.leaders.length === 0) return <p class="dim">Nobody has tipped in this time.</p>;
  if (streaks?.streaks.length === 0) {
    return (
      <p class="dim">
        Nobody yet. Who watches a minute of a show, or gives something, was there; shows under five minutes do not
        count.
      </p>
    );
  }
  return (
    <ol data-testid="supporter-lines">
      {board?.leaders.map(({ name, amount, streak }, i) => (
        <li key={`${i} ${name}`}>
          <b dir="auto">{name || 'Anonymous'}</b>
          {streak !== undefined && <em title={inARow(streak)}>🔥 {streak}</em>}
          <span class="sum">{money(BigInt(amount), shown.info.terms.token, { max: 4 })}</span>
        </li>
      ))}
      {streaks?.streaks.map(({ name, shows, here }, i) => (
        <li key={`${i} ${name}`}>
          <b dir="auto">{name || 'Anonymous'}</b>
          {!here && <em class="dim">not here yet</em>}
          <span class="sum">🔥 {inARow(shows)}</span>
        </li>
      ))}
    </ol>
  );
}

export function SupportersCard({ shown, desk, moved }: { shown: HostStream; desk: Desk; moved: number | undefined }) {
  const [view, setView] = useState<View>('show');
  const stream = shown.info.id;
  const seen = useSeen(stream, view, moved);
  const path = view === 'streaks' ? 'streaks?' : `leaderboard?span=${view}&`;
  return (
    <section class="card supporters" data-testid="host-supporters">
      <div class="row wrap head">
        <h2>Supporters</h2>
        <select
          aria-label="Which"
          value={view}
          data-testid="supporters-view"
          onChange={(event) => setView(event.currentTarget.value as View)}
        >
          {Object.entries(views).map(([one, name]) => (
            <option key={one} value={one}>
              {name}
            </option>
          ))}
        </select>
        <button
          type="button"
          class="quiet small"
          data-testid="supporters-csv"
          onClick={() => desk.downloadTable(`/api/streams/${stream}/${path}limit=100&format=csv`)}
        >
          CSV
        </button>
      </div>
      {seen && <Lines seen={seen} shown={shown} />}
    </section>
  );
}
