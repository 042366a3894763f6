// Sending everything of the page's own to an address or a name: asked, confirmed, and gone on with after a reload.
import { useState } from 'preact/hooks';
import type { Hex } from '../../vocabulary/values.js';
import { money } from '../shared/money.js';
import { type Acts, short } from './acts.js';
import { isMine, own, sendable } from './own.js';
import { sentence } from './sentence.js';
import type { WatchState } from './state.js';

type Needs = { state: WatchState; acts: Acts };

interface Target {
  to: Hex;
  name: string | null;
  primary: string | null;
}

function Confirm({ state, acts, target, onBack }: Needs & { target: Target; onBack: () => void }) {
  const token = state.info?.terms.token;
  if (!token) return null;
  const { to, name, primary } = target;
  const sum = sendable(state);
  return (
    <div class="stack" data-testid="send-confirm">
      <p>
        <b>{money(sum, token)}</b> goes to {name && <b data-testid="send-name">{name}</b>}
        {name && ', which leads to '}
        <code>{to}</code>
      </p>
      {name && primary !== name && (
        <p class={primary ? 'wrong' : 'dim'}>
          {primary ? `That address calls itself ${primary}.` : 'That address has no name of its own.'} Check that it is
          right.
        </p>
      )}
      <p class="dim">It cannot be called back. Your channel is closed first; the gas is paid for you.</p>
      <div class="row wrap">
        <button
          type="button"
          class="main"
          data-testid="send-go"
          disabled={state.busy !== null}
          onClick={async () => {
            await acts.sendOn(to, name);
            onBack();
          }}
        >
          {state.busy === 'send' ? 'Sending…' : 'Send it'}
        </button>
        <button type="button" class="quiet" disabled={state.busy !== null} onClick={onBack}>
          Back
        </button>
      </div>
    </div>
  );
}

function UnderWay({ state, acts }: Needs) {
  const { cashOut } = state;
  if (!cashOut) return null;
  return (
    <div class="stack" data-testid="sending">
      <p class="progress" role="status">
        {state.busy === 'send' && <i aria-hidden="true" />}
        <span>
          {state.busy === 'send' ? 'Sending everything to ' : 'A payout is not finished. It goes to '}
          <code>{cashOut.name ?? cashOut.to}</code>
        </span>
      </p>
      {state.busy !== 'send' && (
        <div class="row wrap">
          <button type="button" class="main" data-testid="send-again" onClick={acts.sendOnAgain}>
            Go on
          </button>
          <button type="button" class="quiet" data-testid="send-stop" onClick={acts.giveUpSending}>
            Do not send it
          </button>
        </div>
      )}
    </div>
  );
}

export function SendOn({ state, acts }: Needs) {
  const [text, setText] = useState('');
  const [wrong, setWrong] = useState('');
  const [target, setTarget] = useState<Target | null>(null);
  const terms = state.info?.terms;
  if (!terms?.gasless) return null;
  const sum = sendable(state);
  const fromWallet = state.channels.some((one) => !isMine(state, one) && own(state).some(({ id }) => id === one.id));
  const look = async (event: Event) => {
    event.preventDefault();
    setWrong('');
    await acts.where(text).then(
      (found) => setTarget(found ?? null),
      (error: unknown) => setWrong(sentence(error)),
    );
  };
  return (
    <section>
      <h3>To any address</h3>
      {state.lying > 0n && (
        <p data-testid="lying">
          <b>{money(state.lying, terms.token)}</b>{' '}
          <span class="dim">lies at this page’s address, {short(state.me?.address ?? '')}.</span>
        </p>
      )}
      {state.cashOut ? (
        <UnderWay state={state} acts={acts} />
      ) : target ? (
        <Confirm state={state} acts={acts} target={target} onBack={() => setTarget(null)} />
      ) : (
        <form onSubmit={look}>
          <label class="field">
            <span>{terms.names ? 'Address or name' : 'Address'}</span>
            <input
              value={text}
              placeholder={terms.names ? '0x… or hanna.eth' : '0x…'}
              autocomplete="off"
              spellcheck={false}
              data-testid="send-to"
              onInput={(event) => setText(event.currentTarget.value)}
            />
          </label>
          {sum === 0n && fromWallet && (
            <p class="dim">What a wallet put in goes back to that wallet; send it on from there.</p>
          )}
          {wrong && (
            <p class="wrong" role="alert" data-testid="send-wrong">
              {wrong}
            </p>
          )}
          <button
            type="submit"
            class="quiet"
            data-testid="send-look"
            disabled={sum === 0n || !text || state.busy !== null}
          >
            {sum > 0n ? `Send ${money(sum, terms.token)}` : 'Nothing to send'}
          </button>
        </form>
      )}
    </section>
  );
}
