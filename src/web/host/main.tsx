// The host's dashboard: on air, earned, links, broadcast, tips as they come.
import '../shared/base.css';
import './host.css';
import './poll.css';
import './prediction.css';
import './report.css';
import { render } from 'preact';
import type { HostStream } from '../../vocabulary/streams.js';
import { createApi } from '../shared/api.js';
import { createKeep } from '../shared/keep.js';
import { money } from '../shared/money.js';
import { Lamp, Mark } from '../shared/parts.js';
import { createStore, useStore } from '../shared/store.js';
import { ago } from '../shared/time.js';
import { Toasts } from '../shared/toasts.js';
import { AlertsCard } from './alerts-card.js';
import { ChatCard } from './chat-card.js';
import { type Desk, openDesk } from './desk.js';
import { GoalCard } from './goal-card.js';
import { LinksCard } from './links-card.js';
import { Sponsors } from './links-sponsors.js';
import { MoneyCard } from './money-card.js';
import { ObsCard } from './obs-card.js';
import { OverlayCard } from './overlay/card.js';
import { PollCard } from './poll-card.js';
import { PredictionCard } from './prediction-card.js';
import { ReportCard } from './report-card.js';
import { Secrets } from './secrets.js';
import { SettingsCard } from './settings-card.js';
import { ShowsCard } from './shows-card.js';
import { type HostState, initialState } from './state.js';
import { SupportersCard } from './supporters-card.js';

const store = createStore(initialState);
const keep = createKeep(() => sessionStorage);

function Tips({ state, shown }: { state: HostState; shown: HostStream }) {
  return (
    <section class="card tips">
      <h2>Tips</h2>
      {state.tips.length === 0 && <p class="dim">None yet. They appear here and on the overlay as they come.</p>}
      <ul data-testid="host-tips">
        {state.tips.map(({ n, at, data }) => (
          <li key={n}>
            <p>
              <b dir="auto">{data.name || 'Somebody'}</b>{' '}
              <span class="sum">{money(BigInt(data.amount), shown.info.terms.token)}</span>
            </p>
            {data.message && <p dir="auto">{data.message}</p>}
            <time class="dim">{ago(Date.now() - at)}</time>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Notices({ shown }: { shown: HostStream }) {
  if (shown.notices.length === 0) return null;
  return (
    <section class="card notices">
      <h2>Notices</h2>
      <ul data-testid="notices">
        {shown.notices.map((notice) => (
          <li key={`${notice.at} ${notice.text}`}>
            <time class="dim">{ago(Date.now() - notice.at)}</time> {notice.text}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Picker({ state, desk }: { state: HostState; desk: Desk }) {
  if (state.streams.length < 2) return <h1 data-testid="title">{state.shown?.info.title}</h1>;
  return (
    <select
      aria-label="Stream"
      data-testid="stream-picker"
      value={state.stream ?? ''}
      onChange={(event) => void desk.choose(event.currentTarget.value)}
    >
      {state.streams.map((stream) => (
        <option key={stream.id} value={stream.id}>
          {stream.title || stream.id}
        </option>
      ))}
    </select>
  );
}

function Shut({ text }: { text: string }) {
  return (
    <>
      <header class="top">
        <Mark />
      </header>
      <main class="shut" data-testid="shut">
        <h1>Host only</h1>
        <p>{text}</p>
      </main>
    </>
  );
}

function Page({ desk }: { desk: Desk }) {
  const state = useStore(store);
  const { shown, busy } = state;
  if (state.shut) return <Shut text={state.shut} />;
  return (
    <>
      <header class="top">
        <Mark />
        <Picker state={state} desk={desk} />
        {shown && (
          <p class="now">
            <Lamp state={shown.info.state} />
            <span data-testid="viewers">{shown.info.viewers === 1 ? '1 viewer' : `${shown.info.viewers} viewers`}</span>
          </p>
        )}
      </header>
      {shown && (
        <main class="board">
          <div>
            <MoneyCard shown={shown} desk={desk} busy={busy} />
            <OverlayCard key={`overlay ${shown.info.id}`} shown={shown} desk={desk} />
            <LinksCard state={state} shown={shown} desk={desk} />
            <ReportCard state={state} shown={shown} desk={desk} />
            <ShowsCard key={`shows ${shown.info.id}`} shown={shown} desk={desk} />
            <SettingsCard key={shown.info.id} shown={shown} desk={desk} busy={busy} />
          </div>
          <div>
            <Notices shown={shown} />
            <PollCard key={shown.info.id} state={state} shown={shown} desk={desk} />
            <PredictionCard key={`prediction ${shown.info.id}`} state={state} shown={shown} desk={desk} />
            <AlertsCard key={`alerts ${shown.info.id}`} shown={shown} desk={desk} moved={state.tips[0]?.n} />
            <GoalCard key={`goal ${shown.info.id}`} goal={state.goal} shown={shown} desk={desk} />
            <SupportersCard key={`supporters ${shown.info.id}`} shown={shown} desk={desk} moved={state.tips[0]?.n} />
            <Tips state={state} shown={shown} />
            <Secrets key={shown.info.id} shown={shown} desk={desk} busy={busy} />
            <ObsCard key={`obs ${shown.info.id}`} shown={shown} desk={desk} />
            <ChatCard desk={desk} />
            <Sponsors shown={shown} />
          </div>
        </main>
      )}
      <Toasts toasts={state.toasts} />
    </>
  );
}

/** The token of the link, kept for this tab and taken off the address so that no picture of the screen shows it. */
function hostToken(): string | null {
  const given = new URLSearchParams(location.hash.slice(1)).get('t');
  if (given) {
    keep.set('host', given);
    history.replaceState(null, '', location.pathname);
  }
  return given ?? keep.get('host');
}

const root = document.getElementById('app');
if (root) {
  const token = hostToken();
  if (token) render(<Page desk={openDesk({ api: createApi(), token, store })} />, root);
  else render(<Shut text="Open the dashboard link that dTok printed at start." />, root);
  window.addEventListener('hashchange', () => location.reload());
}
