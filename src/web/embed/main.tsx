// The player within another site's page: begins with a click, plays what is free, and opens the watch page for the rest.
import '../shared/base.css';
import '../watch/watch.css';
import '../watch/seek-bar.css';
import '../shared/cams.css';
import '../watch/cams.css';
import '../watch/flashes.css';
import './embed.css';
import { render } from 'preact';
import { useEffect } from 'preact/hooks';
import type { StreamInfo } from '../../vocabulary/streams.js';
import { createApi } from '../shared/api.js';
import { createKeep } from '../shared/keep.js';
import { money, perMinute } from '../shared/money.js';
import { createStore, useStore } from '../shared/store.js';
import { createActs } from '../watch/acts.js';
import { type House, openHouse } from '../watch/house.js';
import { sentence } from '../watch/sentence.js';
import { Panel, Stage } from '../watch/stage.js';
import { initialState } from '../watch/state.js';
import { createWallet, findKey } from '../watch/wallet.js';

const stream = decodeURIComponent(location.pathname.split('/')[2] ?? '');
const page = `/watch/${stream}`;
// A key for embedded players alone, whatever else this browser keeps: no site can make a visitor's purse pay by framing us.
const keep = createKeep(() => localStorage);
const mine = {
  get: (name: string) => keep.get(`embed.${name}`),
  set: (name: string, value: string | null) => keep.set(`embed.${name}`, value),
};
const api = createApi();
const store = createStore({
  ...initialState,
  cam: new URLSearchParams(location.search).get('cam'),
  begun: false,
  before: null as StreamInfo | null,
});
let opened: (house: House | null) => void = () => {};
const house = new Promise<House | null>((resolve) => {
  opened = resolve;
});
const acts = createActs({ api, store, house });

async function open(): Promise<House | null> {
  const found = findKey('', mine);
  const [front, behind] = document.querySelectorAll('video');
  const still = document.querySelector('canvas');
  if (!found.key || !front || !behind || !still) return null;
  const socket = async () => (await import('../shared/socket.js')).openSocket();
  const wallet = createWallet(found.key);
  return openHouse({
    api,
    keep: mine,
    wallet,
    stream,
    store,
    videos: [front, behind],
    still,
    hls: import('hls.js'),
    socket,
  });
}

function Unpaid() {
  return (
    <Panel title="The free part is over" testid="embed-unpaid">
      <p class="why">Go on watching on dTok: you pay by the second, with no account.</p>
      <a class="main" href={page} target="_blank" rel="noopener" data-testid="watch-on-dtok">
        Watch on dTok
      </a>
    </Panel>
  );
}

/** Nothing is loaded, and nobody is counted, before a click. */
function Cover({ info }: { info: StreamInfo | null }) {
  const minute = info && perMinute(BigInt(info.price), info.terms.token.decimals);
  const picture = info && info.state !== 'idle' ? `url(/api/streams/${stream}/picture)` : 'none';
  return (
    <button
      type="button"
      class="cover"
      data-testid="embed-play"
      style={{ backgroundImage: picture }}
      onClick={() => store.set({ begun: true })}
    >
      <span>
        <svg viewBox="0 0 24 24" role="img" aria-label="Play">
          <path d="M5 2l17 10L5 22z" />
        </svg>
        <b dir="auto">{info?.title || stream}</b>
        {info && minute !== null && (
          <small>
            {info.state === 'idle' ? 'Off air' : 'Live'} ·{' '}
            {minute > 0n ? `${money(minute, info.terms.token)} a minute` : 'Free'}
          </small>
        )}
      </span>
    </button>
  );
}

function Show() {
  const state = useStore(store);
  useEffect(() => {
    void open()
      .catch((error: unknown) => {
        store.set({ fatal: sentence(error) });
        return null;
      })
      .then(opened);
  }, []);
  return (
    <main>
      <Stage
        state={state}
        acts={acts}
        onMuted={(muted) => store.set({ muted })}
        onOver={(over) => store.set({ shows: { ...state.shows, over } })}
        unpaid={Unpaid}
      />
      <a class="out" href={page} target="_blank" rel="noopener" data-testid="open-page">
        Tip and vote on dTok
      </a>
    </main>
  );
}

function Page() {
  const { begun, before } = useStore(store);
  return begun ? <Show /> : <Cover info={before} />;
}

const root = document.getElementById('app');
if (root) {
  render(<Page />, root);
  api('getStream', { params: { stream } }).then(
    (before) => store.set({ before }),
    (error: unknown) => store.set({ begun: true, fatal: sentence(error) }),
  );
}
