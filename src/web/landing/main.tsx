// The landing page: what is on now, here and elsewhere on this chain. With `?rpc=<node>` it needs the chain alone, and no server of ours.
import '../shared/base.css';
import '../shared/cams.css';
import './landing.css';
import { render } from 'preact';
import { registry } from '../../chain/addresses.js';
import type { StreamInfo } from '../../vocabulary/streams.js';
import { createApi } from '../shared/api.js';
import { camName, camPicture, onAir } from '../shared/cams.js';
import { Communities } from '../shared/communities.js';
import { money, perMinute } from '../shared/money.js';
import { Lamp, Mark } from '../shared/parts.js';
import { hide, unhide } from '../shared/pictures.js';
import { announced, dateOf } from '../shared/start.js';
import { createStore, useStore } from '../shared/store.js';
import { span } from '../shared/time.js';
import { type Listed, listFromChain } from './registry.js';

const api = createApi();
/** The node of a front end without a server. */
const rpcUrl = new URLSearchParams(location.search).get('rpc');
interface State {
  /** Null: not known yet. */
  streams: readonly StreamInfo[] | null;
  elsewhere: readonly Listed[] | null;
  trouble: string | null;
}
const store = createStore<State>({ streams: rpcUrl ? [] : null, elsewhere: null, trouble: null });

/** Another one every ten seconds, as the server takes them. */
const pictureOf = ({ id, serverTime }: StreamInfo): string =>
  `/api/streams/${id}/picture?t=${Math.floor(serverTime / 10_000)}`;

/** Of cams, more seldom. */
const camPictureMs = 30_000;

/** Each opens the stream with that one on the picture. */
function Cams({ stream }: { stream: StreamInfo }) {
  const cams = onAir(stream.cams);
  if (cams.length < 2) return null;
  return (
    <nav class="cams" aria-label={`${cams.length} cams`} data-testid="cams">
      <p class="dim">{cams.length} cams, one price</p>
      <ul>
        {cams.map((cam) => (
          <li key={cam.id}>
            <a href={`/watch/${stream.id}?cam=${cam.id}`} data-testid={`cam-${cam.id}`}>
              <img
                src={camPicture(stream.id, cam.id, Math.floor(stream.serverTime / camPictureMs))}
                alt=""
                loading="lazy"
                onError={hide}
                onLoad={unhide}
              />
              <span dir="auto">{camName(cam)}</span>
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Card({ stream }: { stream: StreamInfo }) {
  const minute = perMinute(BigInt(stream.price), stream.terms.token.decimals);
  const free = Math.round(stream.previewMs / 1000);
  const start = announced(stream, stream.serverTime);
  return (
    <article class={`show card ${stream.state}`} data-testid={`stream-${stream.id}`}>
      {stream.state !== 'idle' && (
        <img class="picture" data-testid="picture" alt="" src={pictureOf(stream)} onError={hide} onLoad={unhide} />
      )}
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
      {start && (
        <p class="starts" data-testid="starts">
          <b>{start.leftMs > 0 ? `Starts in ${span(start.leftMs)}` : 'Starts any moment'}</b>
          <time dateTime={new Date(start.at).toISOString()}>{dateOf(start.at)}</time>
        </p>
      )}
      <Cams stream={stream} />
      <a class="main" href={`/watch/${stream.id}`} data-testid="watch">
        {stream.state === 'idle' ? 'Open and wait' : 'Watch'}
      </a>
      <Communities of={stream.communities} />
    </article>
  );
}

function Elsewhere({ stream }: { stream: Listed }) {
  const minute = perMinute(stream.price, stream.token.decimals);
  return (
    <article class={`show card ${stream.live ? 'live' : 'idle'}`} data-testid="listed">
      <p class="line">
        <Lamp state={stream.live ? 'live' : 'idle'} />
        <span class="site">{stream.site}</span>
      </p>
      <h2 dir="auto">{stream.title}</h2>
      <p class="price">
        <b>{minute > 0n ? money(minute, stream.token) : 'Free'}</b>
        {minute > 0n && ' a minute'}
      </p>
      <a class="main" href={stream.watch} rel="noopener">
        {stream.live ? 'Watch' : 'Open and wait'}
      </a>
    </article>
  );
}

function FromChain({ listed }: { listed: readonly Listed[] }) {
  if (listed.length === 0 && !rpcUrl) return null;
  return (
    <>
      <h2 class="part">{rpcUrl ? 'On this chain' : 'Elsewhere on this chain'}</h2>
      <p class="dim part">
        Listed by their hosts in a public register. Titles and prices are theirs; nobody checks them.
      </p>
      <section class="shows" aria-label="Elsewhere" data-testid="from-chain">
        {listed.map((stream) => (
          <Elsewhere key={stream.id} stream={stream} />
        ))}
        {listed.length === 0 && <p class="dim">No stream is open on this chain right now.</p>}
      </section>
    </>
  );
}

function Page() {
  const { streams, elsewhere, trouble } = useStore(store);
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
          {streams?.length === 0 && !rpcUrl && <p class="dim">No stream has been set up in this house yet.</p>}
        </section>
        {elsewhere && <FromChain listed={elsewhere} />}
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

/** Where the list is read, by this house's word or by the address's. */
async function place(): Promise<{ rpcUrl: string | null; registry: string }> {
  return rpcUrl ? { rpcUrl, registry: registry.address } : api('getRegistry', {});
}

async function loadElsewhere(): Promise<void> {
  try {
    const listed = await listFromChain(await place());
    store.set({ elsewhere: listed.filter(({ watch }) => new URL(watch).origin !== location.origin) });
  } catch {
    if (rpcUrl) store.set({ trouble: 'The node in this page’s address does not answer, or has no stream registry.' });
  }
}

const root = document.getElementById('app');
if (root) render(<Page />, root);
if (!rpcUrl) {
  void load();
  setInterval(load, 5000);
}
void loadElsewhere();
setInterval(loadElsewhere, 30_000);
