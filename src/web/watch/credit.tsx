// The meter: what is left, how fast it goes, and the way to put more in or take the rest out.
import { money, perMinute, placesFor } from '../shared/money.js';
import { span } from '../shared/time.js';
import type { Acts } from './acts.js';
import { balanceOf, room } from './purses.js';
import type { WatchState } from './state.js';

/** Milliseconds of watching that a balance pays for. */
export const timeLeft = (balance: bigint, price: bigint): number =>
  price > 0n ? Number((balance * 1000n) / price) : Number.POSITIVE_INFINITY;

/** How much of all credit is left, 0 to 1. */
function fuse(state: WatchState): number {
  const limit = state.purses.reduce((sum, purse) => sum + purse.limit, 0n);
  return limit > 0n ? Number((balanceOf(state.purses) * 10_000n) / limit) / 10_000 : 0;
}

/** Tokens are waited for, or come in, while the dialog is shut. */
function ArrivalHint({ state }: { state: WatchState }) {
  const { arrival, info } = state;
  if (!arrival || !info) return null;
  const { symbol } = info.terms.token;
  const words = {
    waiting: `Waiting for ${symbol} at your address`,
    'paying-in': `${money(arrival.amount, info.terms.token)} arrived and is being put in`,
    'paid-in': `${money(arrival.amount, info.terms.token)} came in`,
    trouble: `${symbol} at your address could not be put in yet`,
  }[arrival.step];
  return (
    <p class="waits" role="status" data-testid="arrival-hint">
      {words}
    </p>
  );
}

/** What the escrow has paid, or a channel gave back, when no card tells of it. */
function LyingHint({ state, acts }: { state: WatchState; acts: Acts }) {
  const { info, lying, arrival, cashOut, staked } = state;
  if (!info || lying === 0n || arrival || cashOut || staked?.mine.payout) return null;
  return (
    <div class="lying" data-testid="lying">
      <p>{money(lying, info.terms.token)} more are at this page’s own address.</p>
      <button
        type="button"
        class="quiet"
        data-testid="lying-put-in"
        disabled={state.busy !== null}
        onClick={acts.putIn}
      >
        {state.busy === 'topup' ? 'Adding…' : 'Add it'}
      </button>
    </div>
  );
}

export function Credit({ state, acts }: { state: WatchState; acts: Acts }) {
  const { info, purses } = state;
  if (!info) return state.fatal ? null : <section class="credit card" aria-busy="true" />;
  const price = BigInt(info.price);
  const { token } = info.terms;
  const places = placesFor((price * BigInt(info.keyPeriodMs)) / 1000n, token.decimals);
  const balance = balanceOf(purses);
  const left = timeLeft(balance, price);
  const shown = state.opened ? money(balance, token, { min: places, max: places }) : '…';
  const own = purses.find((purse) => purse.kind === 'channel' && room(purse) > 0n);
  const low = state.opened && left < 60_000 && state.previewLeftMs === 0;
  return (
    <section class={low ? 'credit card low' : 'credit card'}>
      <h2>Balance</h2>
      <p class={shown.length > 12 ? 'balance long' : 'balance'} data-testid="balance">
        {shown}
      </p>
      <div class="fuse" aria-hidden="true">
        <i style={{ transform: `scaleX(${fuse(state)})` }} />
      </div>
      <dl class="facts">
        <div>
          <dt>Price</dt>
          <dd data-testid="price">{price > 0n ? `${money(perMinute(price, token.decimals), token)} / min` : 'Free'}</dd>
        </div>
        <div>
          <dt>Lasts for</dt>
          <dd data-testid="time-left">{Number.isFinite(left) ? span(left) : 'ever'}</dd>
        </div>
        <div>
          <dt>Watched</dt>
          <dd data-testid="watched">{span(state.watchedMs)}</dd>
        </div>
      </dl>
      {state.arrival && <ArrivalHint state={state} />}
      <LyingHint state={state} acts={acts} />
      <div class="row wrap">
        {info.terms.faucet ? (
          <button
            type="button"
            class="quiet"
            data-testid="topup-more"
            disabled={state.busy !== null}
            onClick={acts.topUp}
          >
            {state.busy === 'topup' ? 'Topping up…' : 'Top up'}
          </button>
        ) : (
          <button type="button" class="quiet" data-testid="put-in" onClick={() => acts.show('in')}>
            Put money in
          </button>
        )}
        {own && (
          <button
            type="button"
            class="quiet"
            data-testid="get-back"
            disabled={state.busy !== null}
            onClick={() => acts.getBack(own.id)}
          >
            {state.busy === 'close' ? 'Paying out…' : 'Get the rest back'}
          </button>
        )}
        <button
          type="button"
          class="quiet"
          data-testid="money-open"
          onClick={() => acts.show(info.terms.faucet ? 'in' : 'out')}
        >
          Your money
        </button>
      </div>
    </section>
  );
}
