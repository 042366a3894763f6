// Top supporters beside the picture, opened at a tap; and once a show is over, the way to how it went.
import './supporters.css';
import { useEffect, useState } from 'preact/hooks';
import type { Leaderboard, Span } from '../../vocabulary/goals.js';
import { createApi } from '../shared/api.js';
import { money } from '../shared/money.js';
import type { WatchState } from './state.js';

const api = createApi();
const everyMs = 20_000;
const spans: Partial<Record<Span, string>> = { show: 'This show', hour: 'Last hour', all: 'Ever' };

/** Asked for while it is looked at: anew with each tip, and now and then. */
function useBoard(stream: string | undefined, span: Span, open: boolean, moved: number | undefined) {
  const [board, setBoard] = useState<Leaderboard | null>(null);
  useEffect(() => {
    if (!stream || !open) return;
    let over = false;
    const ask = () =>
      api('getLeaderboard', { params: { stream }, query: { span, limit: 5 } }).then(
        (answer) => over || setBoard(answer),
        () => {},
      );
    // The server counts once in a second.
    const soon = setTimeout(ask, board?.span === span ? 1200 : 0);
    const again = setInterval(ask, everyMs);
    return () => {
      over = true;
      clearTimeout(soon);
      clearInterval(again);
    };
  }, [stream, span, open, moved]);
  return board?.span === span ? board : null;
}

export function TopSupporters({ state: { info, tips } }: { state: WatchState }) {
  const [open, setOpen] = useState(false);
  const [span, setSpan] = useState<Span>('show');
  const board = useBoard(info?.id, span, open, tips[0]?.n);
  if (!info) return null;
  return (
    <details
      class="card supporters"
      data-testid="supporters"
      onToggle={(event) => setOpen((event.currentTarget as HTMLDetailsElement).open)}
    >
      <summary>Top supporters</summary>
      <fieldset aria-label="Of when">
        {Object.entries(spans).map(([one, name]) => (
          <button
            key={one}
            type="button"
            class={one === span ? 'on' : ''}
            aria-pressed={one === span}
            data-testid={`supporters-${one}`}
            onClick={() => setSpan(one as Span)}
          >
            {name}
          </button>
        ))}
      </fieldset>
      {board?.leaders.length === 0 && <p class="dim">Nobody yet. The first tip stands here.</p>}
      <ol>
        {board?.leaders.map(({ name, amount, streak }, i) => (
          <li key={`${i} ${name}`}>
            <b dir="auto">{name || 'Anonymous'}</b>
            {streak !== undefined && <em title={`${streak} shows in a row`}>🔥 {streak}</em>}
            <span class="sum">{money(BigInt(amount), info.terms.token, { max: 2 })}</span>
          </li>
        ))}
      </ol>
    </details>
  );
}

/** Nothing before the first show. */
export function HowItWent({ stream }: { stream: string }) {
  const [n, setN] = useState<number | null>(null);
  useEffect(() => {
    api('getShow', { params: { stream, show: 'last' } }).then(
      (show) => setN(show.n),
      () => {},
    );
  }, [stream]);
  if (n === null) return null;
  return (
    <a class="how-it-went" href={`/show/${stream}/${n}`} data-testid="how-it-went">
      How the last show went
    </a>
  );
}
