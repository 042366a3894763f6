// The watch page: finds the key, opens the house, draws the state.
import '../shared/base.css';
import './watch.css';
import './seek-bar.css';
import '../shared/cams.css';
import './cams.css';
import './money.css';
import './poll.css';
import './prediction.css';
import { render } from 'preact';
import { useEffect } from 'preact/hooks';
import { addressOf } from '../../payments/typed-data.js';
import type { Hex } from '../../vocabulary/values.js';
import { createApi } from '../shared/api.js';
import { keyToText } from '../shared/bytes.js';
import { Communities } from '../shared/communities.js';
import { createKeep } from '../shared/keep.js';
import { Lamp, Mark } from '../shared/parts.js';
import { createStore, useStore } from '../shared/store.js';
import { Toasts } from '../shared/toasts.js';
import { type Acts, createActs } from './acts.js';
import { Credit } from './credit.js';
import { GoalBar } from './goal-bar.js';
import { type House, openHouse } from './house.js';
import { findWallets } from './injected.js';
import type { KeyRing } from './keep-key.js';
import { MoneyDialog } from './money-dialog.js';
import { PollCard } from './poll-card.js';
import { PredictionCard } from './prediction-card.js';
import { sentence } from './sentence.js';
import { Stage } from './stage.js';
import { initialState, type Shows } from './state.js';
import { TopSupporters } from './supporters.js';
import { RecentTips, TipBox } from './tip-box.js';
import { adoptKey, createWallet, findKey, keysAside } from './wallet.js';

// Fetched while the stream and the session are asked for.
const hls = import('hls.js');
hls.catch(() => {});

const stream = decodeURIComponent(location.pathname.split('/')[2] ?? '');
const keep = createKeep(() => localStorage);
const api = createApi();
/** A cam may be meant by the link. */
const store = createStore({ ...initialState, cam: new URLSearchParams(location.search).get('cam') });
const name = { get: () => keep.get('name') ?? '', set: (text: string) => keep.set('name', text) };

function showing(change: Partial<Shows>): void {
  const shows = { ...store.get().shows, ...change };
  for (const name of ['over', 'beside'] as const) keep.set(`live.${name}`, shows[name] ? null : 'off');
  store.set({ shows });
}
showing({ over: keep.get('live.over') === null, beside: keep.get('live.beside') === null });

/** The key in use, once it is found. */
let inUse: Hex | null = null;

const keys: KeyRing = {
  key: () => inUse ?? '0x',
  link: () => `${location.origin}${location.pathname}#k=${inUse ? keyToText(inUse) : ''}`,
  aside: () => keysAside(keep).map((key) => ({ key, address: addressOf(key) })),
  adopt(key) {
    adoptKey(key, keep);
    openBare();
  },
  leaveLink: () => openBare(),
  findWallets: () =>
    findWallets(window, (wallet) => {
      if (!store.get().wallets.some(({ id }) => id === wallet.id)) {
        store.set({ wallets: [...store.get().wallets, wallet] });
      }
    }),
};

/** The page again, with the purse that this device keeps. */
function openBare(): void {
  history.replaceState(null, '', location.pathname);
  location.reload();
}

/** What the viewer wants to see of what goes on; remembered. */
function ShowsBox({ shows }: { shows: Shows }) {
  const box = (name: keyof Shows, text: string) => (
    <label>
      <input
        type="checkbox"
        checked={shows[name]}
        data-testid={`shows-${name}`}
        onChange={(event) => showing({ [name]: event.currentTarget.checked })}
      />
      {text}
    </label>
  );
  return (
    <div class="shows">
      {box('beside', 'Poll, prediction and goal')}
      {box('over', 'Tips and results over the picture')}
    </div>
  );
}

function Page({ acts }: { acts: Acts }) {
  const state = useStore(store);
  const { shows } = state;
  const title = state.info?.title;
  useEffect(() => {
    if (title) document.title = `${title} · dTok`;
  }, [title]);
  return (
    <>
      <header class="top">
        <Mark />
        {state.info && (
          <div class="title">
            <h1 data-testid="title" dir="auto" title={title}>
              {title}
            </h1>
            <p>
              <Lamp state={state.info.state} />
              <span data-testid="viewers">{state.viewers === 1 ? '1 viewer' : `${state.viewers} viewers`}</span>
            </p>
          </div>
        )}
        {state.info && <Communities of={state.info.communities} />}
      </header>
      <main data-over={shows.over ? 'on' : 'off'}>
        <Stage
          state={state}
          acts={acts}
          onMuted={(muted) => store.set({ muted })}
          onOver={(over) => showing({ over })}
        />
        <aside>
          {shows.beside && <PredictionCard state={state} acts={acts} />}
          {shows.beside && <PollCard state={state} acts={acts} />}
          {shows.beside && <GoalBar state={state} />}
          <Credit state={state} acts={acts} />
          <TipBox state={state} acts={acts} name={name} />
          <TopSupporters state={state} />
          {state.info && <ShowsBox shows={shows} />}
        </aside>
        <RecentTips state={state} />
        {state.panel === null && <Toasts toasts={state.toasts} />}
      </main>
      <MoneyDialog state={state} acts={acts} keys={keys} />
    </>
  );
}

async function open(): Promise<House | null> {
  const found = findKey(location.hash, keep);
  if (!found.key) {
    store.set({ fatal: 'This watch link is not whole. Copy it again, to its last character.' });
    return null;
  }
  const [front, behind] = document.querySelectorAll('video');
  const still = document.querySelector('canvas');
  if (!front || !behind || !still) return null;
  const socket = async () => (await import('../shared/socket.js')).openSocket();
  const wallet = createWallet(found.key);
  inUse = found.key;
  store.set({ me: { address: wallet.address, fromLink: found.fromLink } });
  return openHouse({ api, keep, wallet, stream, store, videos: [front, behind], still, hls, socket }).catch(
    (error: unknown) => {
      store.set({ fatal: sentence(error) });
      return null;
    },
  );
}

const root = document.getElementById('app');
if (root) {
  let opened: (house: House | null) => void = () => {};
  const house = new Promise<House | null>((resolve) => {
    opened = resolve;
  });
  render(<Page acts={createActs({ api, store, house })} />, root);
  void open().then(opened);
  window.addEventListener('hashchange', () => location.reload());
}
