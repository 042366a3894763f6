// Putting money in by sending tokens to the page's own address, with words at every step.
import { money } from '../shared/money.js';
import { Copy } from '../shared/parts.js';
import { type Acts, short } from './acts.js';
import { chainName } from './injected.js';
import { Qr } from './qr.js';
import type { WatchState } from './state.js';

type Needs = { state: WatchState; acts: Acts };

function ArrivalLine({ state }: { state: WatchState }) {
  const { arrival, info } = state;
  if (!arrival || !info) return null;
  const { token, chainId } = info.terms;
  const amount = money(arrival.amount, token);
  const text = {
    waiting: `Waiting for ${token.symbol} to arrive. You can close this; it goes on while the page is open, and after a reload.`,
    'paying-in': `${amount} arrived and is being put in. The gas is paid for you.`,
    'paid-in': `${amount} is in. More that arrives is put in too.`,
    trouble: `${arrival.trouble} What was sent is safe at your address; this goes on by itself.`,
  }[arrival.step];
  const moving = arrival.step === 'waiting' || arrival.step === 'paying-in';
  return (
    <>
      <p class={arrival.step === 'trouble' ? 'wrong' : 'progress'} role="status" data-testid="arrival">
        {moving && <i aria-hidden="true" />}
        {text}
      </p>
      {arrival.coin > 0n && (
        <p class="wrong" data-testid="arrival-coin">
          Coins of the {chainName(chainId)} itself have arrived too. They cannot pay here: only {token.symbol} can. They
          are still yours: “Keep safe” shows how to move them with a wallet.
        </p>
      )}
    </>
  );
}

export function ByAddress({ state, acts }: Needs) {
  const { info, me, arrival } = state;
  if (!info || !me) return null;
  const { token, chainId } = info.terms;
  return (
    <section>
      <h3>By sending {token.symbol} to an address</h3>
      {arrival ? (
        <>
          <div class="address">
            <Qr text={me.address} label={`Your address, ${me.address}`} />
            <div>
              <p>
                Send <b>{token.symbol}</b> on the <b>{chainName(chainId)}</b> to
              </p>
              <code data-testid="my-address">{me.address}</code>
              <div class="row wrap">
                <Copy text={me.address} label="Copy address" testid="my-address-copy" />
                <button type="button" class="quiet" data-testid="await-stop" onClick={() => acts.await(false)}>
                  Stop waiting
                </button>
              </div>
            </div>
          </div>
          <ArrivalLine state={state} />
          <p class="dim">
            Only this token (contract <code>{short(token.address)}</code>) and only on this chain. Anything else that is
            sent there cannot be used here; it stays at the address, which only this page’s key opens.
          </p>
        </>
      ) : (
        <>
          <p class="dim">
            From an exchange, a phone or a friend. What arrives at your address is put in at once, all of it.
          </p>
          <button type="button" class="quiet" data-testid="await-start" onClick={() => acts.await(true)}>
            Show my address
          </button>
        </>
      )}
    </section>
  );
}
