// Putting money in: from a wallet in this browser, by sending tokens to an address, or test tokens for nothing.
import { useEffect, useState } from 'preact/hooks';
import { parseAmount } from '../shared/money.js';
import { type Acts, short } from './acts.js';
import { ByAddress } from './by-address.js';
import type { KeyRing } from './keep-key.js';
import type { WatchState } from './state.js';
import { Wallets, WalletTrouble } from './wallets.js';

type Needs = { state: WatchState; acts: Acts };

const steps: Record<NonNullable<WatchState['walletStep']>, string> = {
  connecting: 'Your wallet asks which account to use. Answer there.',
  signing: 'Your wallet shows what you sign: one deposit of this amount. Confirm it there.',
  'paying-in': 'Signed. It is being put in on chain; this takes a moment, and the gas is paid for you.',
};

function FromWallet({ state, acts }: Needs) {
  const [text, setText] = useState('5');
  const token = state.info?.terms.token;
  if (!state.info || !token) return null;
  const amount = parseAmount(text, token.decimals);
  const wrong = text !== '' && (amount === null || amount === 0n);
  return (
    <section>
      <h3>From a wallet in this browser</h3>
      {state.wallets.length === 0 ? (
        <p class="dim" data-testid="no-wallets">
          No wallet was found in this browser. Send {token.symbol} from anywhere else, below.
        </p>
      ) : (
        <>
          <p class="dim">
            You sign once; no gas, and no question at every second. It can only pay the host,{' '}
            {state.info.terms.payToName ?? <code>{short(state.info.terms.payTo)}</code>}; the rest goes back to the
            wallet.
          </p>
          <label class="field money">
            <span>How much</span>
            <input
              inputMode="decimal"
              autocomplete="off"
              data-testid="wallet-amount"
              value={text}
              onInput={(event) => setText(event.currentTarget.value)}
            />
            <em>{token.symbol}</em>
          </label>
          {wrong && <p class="wrong">Write the amount like 5 or 0.25, with a point.</p>}
          <Wallets state={state} onPick={(wallet) => amount && acts.payFromWallet(wallet, amount)} />
        </>
      )}
      <WalletTrouble state={state} />
      {state.walletStep && (
        <p class="progress" role="status" data-testid="wallet-step">
          <i aria-hidden="true" />
          {steps[state.walletStep]}
        </p>
      )}
    </section>
  );
}

/** Who made the link could take what is put in with its key. */
function OthersHoldIt({ keys, onAnyway }: { keys: KeyRing; onAnyway: () => void }) {
  return (
    <section data-testid="link-warning">
      <h3>This page was opened by a watch link</h3>
      <p>
        Whoever has the link can spend what is on it, and so can whoever made it. Put your own money into a purse that
        only this device knows.
      </p>
      <div class="row wrap">
        <button type="button" class="main" data-testid="own-purse" onClick={keys.leaveLink}>
          Use a purse of my own
        </button>
        <button type="button" class="quiet" data-testid="anyway" onClick={onAnyway}>
          Put it on the link
        </button>
      </div>
      <p class="dim">Is the link your own purse, from another device? Then keep it here first, under “Keep safe”.</p>
    </section>
  );
}

export function PutIn({ state, acts, keys }: Needs & { keys: KeyRing }) {
  const [anyway, setAnyway] = useState(false);
  useEffect(() => keys.findWallets(), [keys]);
  const terms = state.info?.terms;
  if (!terms) return null;
  if (state.me?.fromLink && !anyway) return <OthersHoldIt keys={keys} onAnyway={() => setAnyway(true)} />;
  if (!terms.gasless) {
    return (
      <section data-testid="not-gasless">
        <h3>Not possible from this page yet</h3>
        <p>
          {terms.token.symbol} on this chain does not take signed payments (EIP-3009), so this page cannot put it in
          without gas. A watch link works, and so does any x402 client that pays by Permit2.
        </p>
      </section>
    );
  }
  return (
    <>
      <FromWallet state={state} acts={acts} />
      <ByAddress state={state} acts={acts} />
      {terms.faucet && (
        <section>
          <h3>Test {terms.token.symbol}, for nothing</h3>
          <p class="dim">This is a test chain: its money is worth nothing.</p>
          <button type="button" class="quiet" disabled={state.busy !== null} onClick={acts.topUp}>
            {state.busy === 'topup' ? 'Topping up…' : `Get test ${terms.token.symbol}`}
          </button>
        </section>
      )}
    </>
  );
}
