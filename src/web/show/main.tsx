// How a show went, for everybody: figures, the curve of it, who carried it, what was said and asked; and pictures to hand on.
import '../shared/base.css';
import './show.css';
import { render } from 'preact';
import { lasting } from '../../goals/picture/times.js';
import type { ShowSummary } from '../../vocabulary/shows.js';
import { createApi, Refusal } from '../shared/api.js';
import { money } from '../shared/money.js';
import { Copy, Mark } from '../shared/parts.js';
import { createStore, useStore } from '../shared/store.js';
import { Asked } from './asked.js';
import { Timeline } from './timeline.js';

const [, , stream = '', n = 'last'] = location.pathname.split('/').map(decodeURIComponent);
const api = createApi();
/** While it goes on. */
const everyMs = 15_000;
const store = createStore<{ show: ShowSummary | null; trouble: string | null }>({ show: null, trouble: null });

const when = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short' });

type Sum = [name: string, amount: string, testid: string];

function Figures({ show }: { show: ShowSummary }) {
  const { earned, token } = show;
  const sums: Sum[] = earned
    ? [
        ['Earned by watching', earned.watched, 'show-earned-watched'],
        ['Earned by tips', earned.tipped, 'show-earned-tipped'],
        ...(earned.voted === '0' ? [] : [['Earned by votes', earned.voted, 'show-earned-voted'] as Sum]),
      ]
    : [];
  return (
    <dl class="figures">
      <div>
        <dt>Most viewers at once</dt>
        <dd data-testid="show-peak">{show.peak}</dd>
      </div>
      <div>
        <dt>{show.people === 1 ? 'Person who paid' : 'People who paid'}</dt>
        <dd data-testid="show-people">{show.people}</dd>
      </div>
      {show.watchedMs !== null && (
        <div>
          <dt>Watched, all together</dt>
          <dd data-testid="show-watched">{lasting(show.watchedMs)}</dd>
        </div>
      )}
      <div>
        <dt>{show.tips === 1 ? 'Tip' : 'Tips'}</dt>
        <dd data-testid="show-tips">{show.tips}</dd>
      </div>
      {sums.map(([name, amount, testid]) => (
        <div key={testid}>
          <dt>{name}</dt>
          <dd data-testid={testid}>{money(BigInt(amount), token, { max: 2 })}</dd>
        </div>
      ))}
    </dl>
  );
}

function Supporters({ show }: { show: ShowSummary }) {
  const { supporters, supportersInAll, token } = show;
  if (supporters.length === 0) return null;
  const more = supportersInAll - supporters.length;
  return (
    <section class="card">
      <h2>Top supporters</h2>
      <ol class="supporters" data-testid="show-supporters">
        {supporters.map(({ name, amount }, i) => (
          <li key={`${i} ${name}`}>
            <b dir="auto">{name || 'Anonymous'}</b>
            <span class="sum">{money(BigInt(amount), token, { max: 2 })}</span>
          </li>
        ))}
      </ol>
      {more > 0 && <p class="dim">and {more === 1 ? '1 more' : `${more} more`}</p>}
    </section>
  );
}

function Messages({ show }: { show: ShowSummary }) {
  if (show.messages.length === 0) return null;
  return (
    <section class="card">
      <h2>What was said</h2>
      {show.messages.map(({ name, message, amount, at }) => (
        <blockquote key={`${at} ${message}`} data-testid="show-message">
          <p class="said" dir="auto">
            {message}
          </p>
          <footer>
            <b dir="auto">{name || 'Anonymous'}</b>{' '}
            <span class="sum">{money(BigInt(amount), show.token, { max: 2 })}</span>
          </footer>
        </blockquote>
      ))}
    </section>
  );
}

function HandOn({ show }: { show: ShowSummary }) {
  const page = `/show/${show.stream}/${show.n}`;
  const picture = (format: string, name: string) => (
    <a
      class="quiet"
      href={`${page}/${format}.png`}
      download={`${show.stream}-show-${show.n}-${format}.png`}
      data-testid={`picture-${format}`}
    >
      {name}
    </a>
  );
  return (
    <div class="hand-on">
      {picture('wide', 'Picture')}
      {picture('tall', 'Tall picture')}
      <Copy text={`${location.origin}${page}`} label="Copy link" testid="copy-link" />
      <a class="main" href={`/watch/${show.stream}`}>
        {show.endedAt === null ? 'Watch it now' : 'To the next show'}
      </a>
    </div>
  );
}

function Page() {
  const { show, trouble } = useStore(store);
  if (!show) {
    return (
      <main>
        <h1 data-testid="show-trouble">{trouble ?? 'One moment…'}</h1>
        {trouble && (
          <p>
            <a href="/">What is on</a>
          </p>
        )}
      </main>
    );
  }
  const lasted = lasting((show.endedAt ?? show.at) - show.beganAt);
  return (
    <main>
      <header class="hero">
        <p class="dim">{show.endedAt === null ? 'On air now' : 'That was'}</p>
        <h1 dir="auto" data-testid="show-title">
          {show.title || show.stream}
        </h1>
        <p class="dim">{[show.host, when.format(show.beganAt), lasted].filter(Boolean).join(' · ')}</p>
      </header>
      <Figures show={show} />
      <Timeline show={show} />
      <div class="columns">
        <div>
          <Supporters show={show} />
          <Messages show={show} />
        </div>
        <div>
          <Asked show={show} />
        </div>
      </div>
      <HandOn show={show} />
    </main>
  );
}

async function look(): Promise<void> {
  try {
    const show = await api('getShow', { params: { stream, show: n } });
    store.set({ show, trouble: null });
    document.title = `${show.title || show.stream} · dTok`;
    if (show.endedAt === null) setTimeout(look, everyMs);
  } catch (error) {
    store.set({ trouble: error instanceof Refusal ? error.message : 'Something went wrong in this page. Reload it.' });
    if (error instanceof Refusal && error.code === 'offline') setTimeout(look, everyMs);
  }
}

const root = document.getElementById('app');
if (root) {
  render(
    <>
      <nav class="top">
        <Mark />
      </nav>
      <Page />
    </>,
    root,
  );
  void look();
}
