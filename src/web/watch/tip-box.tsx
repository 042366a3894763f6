// The tip box, and the tips that came lately.
import { useState } from 'preact/hooks';
import { decimal, money, parseAmount } from '../shared/money.js';
import { ago } from '../shared/time.js';
import type { Acts } from './acts.js';
import { balanceOf } from './purses.js';
import type { WatchState } from './state.js';

/** Amounts to choose from: the smallest tip (one token where there is none), and some times that. */
export function presets(minTip: bigint, decimals: number): bigint[] {
  const base = minTip > 0n ? minTip : 10n ** BigInt(decimals);
  return [base, base * 5n, base * 10n, base * 50n];
}

/** What is wrong with an amount, in a sentence; `null` when nothing is. */
export function amountTrouble(text: string, state: WatchState): string | null {
  const { info } = state;
  if (!info || text === '') return null;
  const { token } = info.terms;
  const amount = parseAmount(text, token.decimals);
  if (amount === null) return 'Write the amount like 5 or 0.25, with a point.';
  if (amount < BigInt(info.minTip) || amount === 0n)
    return `The smallest tip here is ${money(BigInt(info.minTip), token)}.`;
  return amount > balanceOf(state.purses) ? 'That is more than your balance.' : null;
}

interface Needs {
  state: WatchState;
  acts: Acts;
  name: { get(): string; set(name: string): void };
}

export function TipBox({ state, acts, name }: Needs) {
  const [amount, setAmount] = useState('');
  const [who, setWho] = useState(name.get());
  const [message, setMessage] = useState('');
  const { info } = state;
  if (!info) return null;
  const { token } = info.terms;
  const value = parseAmount(amount, token.decimals);
  const trouble = amountTrouble(amount, state);
  const send = async (event: Event) => {
    event.preventDefault();
    if (value === null || trouble) return;
    name.set(who);
    if (!(await acts.tip({ amount: value, name: who.trim(), message: message.trim() }))) return;
    setAmount('');
    setMessage('');
  };
  return (
    <form class="tip card" onSubmit={send}>
      <h2>Tip the stage</h2>
      <div class="presets">
        {presets(BigInt(info.minTip), token.decimals).map((preset) => {
          const text = decimal(preset, token.decimals);
          return (
            <button type="button" key={text} class={amount === text ? 'on' : ''} onClick={() => setAmount(text)}>
              {text}
            </button>
          );
        })}
        <span class="field money">
          <input
            inputMode="decimal"
            autocomplete="off"
            aria-label={`Amount in ${token.symbol}`}
            placeholder="Amount"
            data-testid="tip-amount"
            value={amount}
            onInput={(event) => setAmount(event.currentTarget.value)}
          />
          <em>{token.symbol}</em>
        </span>
      </div>
      <input
        aria-label="Your name"
        placeholder="Your name"
        dir="auto"
        autocomplete="nickname"
        maxLength={40}
        data-testid="tip-name"
        value={who}
        onInput={(event) => setWho(event.currentTarget.value)}
      />
      <span class="field">
        <textarea
          aria-label="Message"
          placeholder="A message for the stage"
          dir="auto"
          maxLength={280}
          rows={2}
          data-testid="tip-message"
          value={message}
          onInput={(event) => setMessage(event.currentTarget.value)}
        />
        {message.length > 200 && <em class="count">{280 - message.length}</em>}
      </span>
      <p class={trouble ? 'wrong' : 'hint'} aria-live="polite" data-testid={trouble ? 'tip-trouble' : undefined}>
        {trouble ?? 'Shown on stage as soon as it is paid.'}
      </p>
      <button
        type="submit"
        class="main"
        data-testid="tip-send"
        disabled={value === null || trouble !== null || state.busy !== null || !state.opened}
      >
        {state.busy === 'tip' ? 'Sending…' : value !== null && !trouble ? `Send ${money(value, token)}` : 'Send tip'}
      </button>
    </form>
  );
}

export function RecentTips({ state }: { state: WatchState }) {
  const { info, tips } = state;
  if (!info || tips.length === 0) return null;
  return (
    <section class="recent card">
      <h2>Recent tips</h2>
      <ul data-testid="tips">
        {tips.map(({ n, at, name, message, amount }) => (
          <li key={n}>
            <b dir="auto">{name || 'Somebody'}</b>
            <p class="said" dir="auto">
              {message}
            </p>
            <span class="sum">{money(BigInt(amount), info.terms.token)}</span>
            <time>{ago(Date.now() - at)}</time>
          </li>
        ))}
      </ul>
    </section>
  );
}
