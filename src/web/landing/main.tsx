// The landing page: what is on now, and what this house is.
import '../shared/base.css';
import './landing.css';
import { render } from 'preact';
import type { StreamInfo } from '../../vocabulary/api.js';
import { createApi } from '../shared/api.js';
import { money, perMinute } from '../shared/money.js';
import { Lamp, Mark } from '../shared/parts.js';
import { createStore, useStore } from '../shared/store.js';

const api = createApi();
const store = createStore<{ streams: readonly StreamInfo[] | null; trouble: string | null }>({
  streams: null,
  trouble: null,
});

function Card({ stream }: { stream: StreamInfo }) {
  const minute = perMinute(BigInt(stream.price), stream.terms.token.decimals);
  const free = Math.round(stream.previewMs / 1000);
  return (
    <article class={`show card ${stream.state}`} data-testid={`stream-${stream.id}`}>
      <p class="line">
        <Lamp state={stream.state} />
        {stream.state === 'live' && <span>{stream.viewers === 1 ? '1 viewer' : `${stream.viewers} viewers`}</span>}
      </p>
      <h2 dir="auto">{stream.title || stream.id}</h2>
      <p class="price">
        <b>{minute > 0n ? money(minute, stream.terms.token) : 'Free'}</b>
        {minute > 0n && ' a minute'}
        {minute > 0n && free > 0 && (
          <span>{free === 1 ? 'The first second is free' : `The first ${free} seconds are free`}</span>
        )}
      </p>
      <a class="main" href={`/watch/${stream.id}`} data-testid="watch">
        {stream.state === 'idle' ? 'Open and wait' : 'Watch'}
      </a>
    </article>
  );
}

function Page() {
  const { streams, trouble } = useStore(store);
  return (
    <>
      <header class="top">
        <Mark />
      </header>
      <main>
        <section class="hero">
          <h1>
            Live shows,
            <br />
            paid by the second.
          </h1>
          <p>
            Open a link and the picture plays; each second you watch is paid straight to the host. Stop watching and you
            stop paying: no account, no app, nobody in between.
          </p>
        </section>
        {trouble && <p class="wrong">{trouble}</p>}
        <section class="shows" aria-label="What is on" data-testid="streams" aria-busy={streams === null}>
          {streams?.map((stream) => (
            <Card key={stream.id} stream={stream} />
          ))}
          {streams?.length === 0 && <p class="dim">No stream has been set up in this house yet.</p>}
        </section>
      </main>
    </>
  );
}

const rank = { live: 0, reconnecting: 1, idle: 2 };

async function load(): Promise<void> {
  try {
    const streams = await api('listStreams', {});
    store.set({ streams: [...streams].sort((a, b) => rank[a.state] - rank[b.state]), trouble: null });
  } catch (error) {
    store.set({ trouble: error instanceof Error ? error.message : null });
  }
}

const root = document.getElementById('app');
if (root) render(<Page />, root);
void load();
setInterval(load, 5000);
