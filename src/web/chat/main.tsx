// The chat page: top up a chat purse, link a chat account to this browser's purse, see and end what is linked.
import '../shared/base.css';
import '../watch/money.css';
import './chat.css';
import { render } from 'preact';
import { createApi } from '../shared/api.js';
import { createKeep } from '../shared/keep.js';
import { Mark } from '../shared/parts.js';
import { createStore, useStore } from '../shared/store.js';
import { Toasts } from '../shared/toasts.js';
import { findWallets } from '../watch/injected.js';
import { sentence } from '../watch/sentence.js';
import { findKey } from '../watch/wallet.js';
import { type Desk, openDesk } from './desk.js';
import { Join } from './join.js';
import { LinkedChats } from './linked.js';
import { initialState } from './state.js';
import { TopUp } from './top-up.js';

const keep = createKeep(() => localStorage);
const store = createStore(initialState);

function Page({ desk }: { desk: Desk | null }) {
  const state = useStore(store);
  return (
    <>
      <header class="top">
        <Mark />
      </header>
      <main>
        {state.fatal && <p class="card wrong">{state.fatal}</p>}
        {!desk && !state.fatal && <p class="dim">Asking the server…</p>}
        {desk && (
          <>
            <TopUp state={state} desk={desk} />
            <LinkedChats state={state} desk={desk} />
            <Join state={state} desk={desk} />
          </>
        )}
      </main>
      <Toasts toasts={state.toasts} />
    </>
  );
}

const root = document.getElementById('app');
if (root) {
  const draw = (desk: Desk | null) => render(<Page desk={desk} />, root);
  draw(null);
  findWallets(window, (wallet) => store.set({ wallets: [...store.get().wallets, wallet] }));
  const { key } = findKey('', keep);
  if (key) {
    openDesk({ api: createApi(), keep, store, key, fragment: location.hash }).then(draw, (error: unknown) =>
      store.set({ fatal: sentence(error) }),
    );
  }
  window.addEventListener('hashchange', () => location.reload());
}
