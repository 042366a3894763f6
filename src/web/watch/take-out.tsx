// Taking money out: back to where it came from, on to any address or name, or past the server by the chain alone.
import { useEffect } from 'preact/hooks';
import { money } from '../shared/money.js';
import { type Acts, short } from './acts.js';
import { Alone } from './leaving.js';
import { isMine, own } from './own.js';
import { room } from './purses.js';
import { SendOn } from './send-on.js';
import type { WatchState } from './state.js';

type Needs = { state: WatchState; acts: Acts };

function BackAtOnce({ state, acts }: Needs) {
  const token = state.info?.terms.token;
  const purses = own(state);
  if (!token) return null;
  return (
    <section>
      <h3>Back at once</h3>
      {purses.length === 0 && (
        <p class="dim" data-testid="nothing-in">
          {state.channels.some(({ withdrawableAt }) => withdrawableAt !== null)
            ? 'What you had in here is on its way out: see below.'
            : 'You have no money of your own in here. A watch link’s credit is of whoever made the link.'}
        </p>
      )}
      {purses.map((purse) => {
        const channel = state.channels.find(({ id }) => id === purse.id);
        const wallet = channel && !isMine(state, channel) ? channel.config.payer : null;
        return (
          <div class="holding" key={purse.id}>
            <p>
              <b>{money(room(purse), token)}</b>{' '}
              <span class="dim">
                {wallet ? `goes to your wallet, ${short(wallet)}` : 'goes to this page’s address'}
              </span>
            </p>
            <button
              type="button"
              class="quiet"
              data-testid="back-now"
              disabled={state.busy !== null}
              onClick={() => acts.getBack(purse.id)}
            >
              {state.busy === 'close' ? 'Paying out…' : 'Get it back'}
            </button>
          </div>
        );
      })}
      {purses.length > 0 && (
        <p class="dim">It takes a few seconds, costs nothing, and ends the watching paid from it.</p>
      )}
    </section>
  );
}

/** What the chain does meanwhile is seen while somebody looks. */
const lookMs = 5000;

export function TakeOut({ state, acts }: Needs) {
  useEffect(() => {
    const timer = setInterval(acts.look, lookMs);
    return () => clearInterval(timer);
  }, [acts]);
  return (
    <>
      <BackAtOnce state={state} acts={acts} />
      <SendOn state={state} acts={acts} />
      <Alone state={state} acts={acts} />
    </>
  );
}
