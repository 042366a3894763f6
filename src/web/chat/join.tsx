// A code from chat: whose account it is, and whether chat may spend of this browser's purse.
import { useState } from 'preact/hooks';
import { money, parseAmount } from '../shared/money.js';
import { room } from '../watch/purses.js';
import type { Desk } from './desk.js';
import { type ChatState, payingChannel, platforms } from './state.js';

type Needs = { state: ChatState; desk: Desk };

function CodeForm({ state, desk }: Needs) {
  const ready = state.code.replace(/\D/g, '').length === 9 && state.busy === null;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) void desk.find();
      }}
    >
      <p class="dim">
        Write <code>/link</code> to the bot in Discord or Telegram. It answers with a code of nine digits, good for ten
        minutes.
      </p>
      <div class="row">
        <input
          class="code"
          inputMode="numeric"
          autocomplete="one-time-code"
          maxLength={15}
          placeholder="123 456 789"
          aria-label="The code from chat"
          data-testid="code"
          value={state.code}
          onInput={(event) => desk.type(event.currentTarget.value)}
        />
        <button type="submit" class="main" data-testid="code-find" disabled={!ready}>
          {state.busy === 'code' ? 'Asking…' : 'Next'}
        </button>
      </div>
    </form>
  );
}

/** What it means to let chat pay, in words. */
function Meaning({ shown }: { shown: string }) {
  return (
    <div class="meaning" data-testid="meaning">
      <p>
        This page now signs for <b>{shown}</b>, all of it at once, because chat must be able to pay while the page is
        shut.
      </p>
      <ul>
        <li>Chat can spend that much, and not more: every command still has its own limit there.</li>
        <li>
          You trust the host’s server to charge only what your account commands. It could cheat you of {shown} at most.
        </li>
        <li>Unlinking stops chat at once. What chat has not spent comes back to you with the rest of the purse.</li>
      </ul>
    </div>
  );
}

function Choice({ state, desk }: Needs) {
  const { holder, terms } = state;
  const channel = payingChannel(state.purses);
  const [share, setShare] = useState<boolean | null>(null);
  const [text, setText] = useState('5');
  if (!holder || !terms) return null;
  const most = channel ? room(channel) : 0n;
  const amount = parseAmount(text, terms.token.decimals);
  const wrong = share === true && (amount === null || amount === 0n || amount > most);
  const limit = share && amount && !wrong ? amount : null;
  const ready = share !== null && !wrong && state.busy === null;
  return (
    <div class="choice" data-testid="choice">
      <p class="who">
        This code is of <b data-testid="holder">{holder.shownAs || 'an account without a name'}</b> on{' '}
        {platforms[holder.platform]}.
      </p>
      <p class="warn">
        Go on only if that is you, and you asked for the code yourself. Anybody else could spend your money.
      </p>
      <label class="option">
        <input
          type="radio"
          name="share"
          data-testid="share-none"
          checked={share === false}
          onChange={() => setShare(false)}
        />
        <span>
          <b>We are one person, and each pays from its own</b>
          <small>You get one watch link and one vote from sponsors and polls, not two. No money is shared.</small>
        </span>
      </label>
      <label class={`option${channel ? '' : ' off'}`}>
        <input
          type="radio"
          name="share"
          data-testid="share-some"
          disabled={!channel}
          checked={share === true}
          onChange={() => setShare(true)}
        />
        <span>
          <b>Let chat pay from this browser’s purse</b>
          <small>
            {channel
              ? `Tips and votes in chat then come out of it, up to a limit. ${money(most, terms.token)} is in it.`
              : 'This browser’s purse has nothing of your own in it. Put money in on a watch page first.'}
          </small>
        </span>
      </label>
      {!channel && (
        <a class="put" href={`/watch/${state.stream}`}>
          Open a watch page
        </a>
      )}
      {share && (
        <>
          <label class="field money">
            <span>At most, in total</span>
            <input
              inputMode="decimal"
              autocomplete="off"
              data-testid="limit"
              value={text}
              onInput={(event) => setText(event.currentTarget.value)}
            />
            <em>{terms.token.symbol}</em>
          </label>
          {wrong && (
            <p class="wrong">Write an amount like 5 or 0.25, at most the {money(most, terms.token)} that are there.</p>
          )}
          {limit !== null && <Meaning shown={money(limit, terms.token)} />}
        </>
      )}
      <div class="row wrap">
        <button type="button" class="main" data-testid="link" disabled={!ready} onClick={() => desk.link(limit)}>
          {state.busy === 'link'
            ? 'Linking…'
            : limit === null
              ? 'Link'
              : `Link, and sign for ${money(limit, terms.token)}`}
        </button>
        <button type="button" class="quiet" data-testid="not-me" disabled={state.busy !== null} onClick={desk.notMe}>
          That is not me
        </button>
      </div>
    </div>
  );
}

export function Join({ state, desk }: Needs) {
  return (
    <section class="card" data-testid="join">
      <h2>Link your chat account</h2>
      {state.holder ? <Choice state={state} desk={desk} /> : <CodeForm state={state} desk={desk} />}
      {state.codeTrouble && (
        <p class="wrong" role="alert" data-testid="code-trouble">
          {state.codeTrouble}
        </p>
      )}
    </section>
  );
}
