// Money into a chat purse: what to send where, from a wallet in this browser, or test tokens; and what has come.
import { useState } from 'preact/hooks';
import { money, parseAmount } from '../shared/money.js';
import { Copy } from '../shared/parts.js';
import { chainName } from '../watch/injected.js';
import { Qr } from '../watch/qr.js';
import { Wallets, WalletTrouble } from '../watch/wallets.js';
import type { Desk } from './desk.js';
import type { ChatState } from './state.js';

type Needs = { state: ChatState; desk: Desk };

const steps: Record<NonNullable<ChatState['walletStep']>, string> = {
  connecting: 'Your wallet asks which account to use. Answer there.',
  signing: 'Your wallet shows what you send: this amount, to the address above. Confirm it there.',
  sending: 'Signed. It is being sent; this takes a moment, and the gas is paid for you.',
};

function Arrival({ state }: { state: ChatState }) {
  const { topUp, before, terms } = state;
  if (!topUp || !terms) return null;
  const [left, waiting, least] = [BigInt(topUp.left), BigInt(topUp.waiting), BigInt(topUp.least)];
  const came = left - (before ?? left);
  const say = (amount: bigint): string => money(amount, terms.token);
  const few = waiting > 0n && waiting < least;
  const text =
    waiting >= least
      ? `${say(waiting)} has arrived and is being put in. The gas is paid for you.`
      : few
        ? `${say(waiting)} waits at the address: it is put in when there are ${say(least)} or more.`
        : came > 0n
          ? `${say(came)} is in. More that arrives is put in too.`
          : `Waiting for ${terms.token.symbol} to arrive. You can close this page: it is put in all the same.`;
  return (
    <p class="progress" role="status" data-testid="arrival" data-came={came > 0n ? 'yes' : 'no'}>
      {(waiting >= least || (came <= 0n && !few)) && <i aria-hidden="true" />}
      {text}
    </p>
  );
}

function FromWallet({ state, desk }: Needs) {
  const [text, setText] = useState('5');
  const { terms, topUp } = state;
  if (!terms || !topUp) return null;
  const amount = parseAmount(text, terms.token.decimals);
  const least = BigInt(topUp.least);
  const wrong = text !== '' && (amount === null || amount < least);
  return (
    <section>
      <h3>From a wallet in this browser</h3>
      {state.wallets.length === 0 ? (
        <p class="dim" data-testid="no-wallets">
          No wallet was found in this browser. Send from anywhere else, to the address above.
        </p>
      ) : (
        <>
          <p class="dim">
            {terms.gasless
              ? 'You sign once, for this amount; no gas.'
              : 'It is a plain transfer: your wallet pays the gas.'}
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
            <em>{terms.token.symbol}</em>
          </label>
          {wrong && <p class="wrong">Write an amount like 5 or 0.25, at least {money(least, terms.token)}.</p>}
          <Wallets state={state} onPick={(wallet) => amount && !wrong && desk.payFrom(wallet, amount)} />
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

export function TopUp({ state, desk }: Needs) {
  const { address, topUp, terms } = state;
  if (!address || !terms) return null;
  if (!topUp) {
    const text = state.topUpTrouble ?? 'Asking for the purse…';
    return (
      <section class="card" data-testid="top-up">
        <h1>Top up a chat purse</h1>
        <p class={state.topUpTrouble ? 'wrong' : 'dim'}>{text}</p>
      </section>
    );
  }
  const { symbol } = terms.token;
  return (
    <section class="card ways" data-testid="top-up">
      <header>
        <h1>Top up a chat purse</h1>
        <p class="purse">
          <span>In it now</span>
          <strong data-testid="chat-balance">{money(BigInt(topUp.left), terms.token)}</strong>
        </p>
      </header>
      <section>
        <div class="address">
          <Qr text={topUp.uri} label={`Send ${symbol} to ${address}`} />
          <div>
            <p>
              Send <b>{symbol}</b> on the <b>{chainName(terms.chainId)}</b> to
            </p>
            <code data-testid="chat-address">{address}</code>
            <div class="row wrap">
              <Copy text={address} label="Copy address" testid="chat-address-copy" />
            </div>
          </div>
        </div>
        <Arrival state={state} />
        {state.topUpTrouble && <p class="wrong">{state.topUpTrouble}</p>}
        <p class="dim">
          From an exchange, a phone or a friend. Only this token, and only on this chain: anything else that is sent
          there cannot be used.
        </p>
      </section>
      <FromWallet state={state} desk={desk} />
      {terms.faucet && (
        <section>
          <h3>Test {symbol}, for nothing</h3>
          <p class="dim">This is a test chain: its money is worth nothing.</p>
          <button type="button" class="quiet" data-testid="faucet" disabled={state.busy !== null} onClick={desk.faucet}>
            {state.busy === 'faucet' ? 'Sending…' : `Get test ${symbol}`}
          </button>
        </section>
      )}
      <section>
        <h3>Who holds it</h3>
        <p class="dim">
          The host’s server holds a chat purse’s key, so that it can pay when you write a command. Keep no more in it
          than you want to spend; <code>/withdraw</code> in chat takes the rest of your own purse out, at any time. What
          you send to a community’s purse is for the watch links of its people.
        </p>
      </section>
    </section>
  );
}
