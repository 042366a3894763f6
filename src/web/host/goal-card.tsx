// The goal on the dashboard: how far it is, and the form that sets one.
import { useState } from 'preact/hooks';
import type { Goal } from '../../vocabulary/goals.js';
import type { HostStream } from '../../vocabulary/streams.js';
import { money, parseAmount } from '../shared/money.js';
import type { Desk } from './desk.js';

const percent = ({ given, amount }: Goal): number => Number((BigInt(given) * 100n) / BigInt(amount));

function Progress({ goal, shown, clear }: { goal: Goal; shown: HostStream; clear: () => void }) {
  const { token } = shown.info.terms;
  return (
    <div class={goal.reachedAt === null ? 'goal-now' : 'goal-now reached'} data-testid="host-goal">
      <p>
        <b dir="auto">{goal.title || 'Goal'}</b>
        <span class="sum">{percent(goal)} %</span>
      </p>
      <div class="goal-bar">
        <i style={{ transform: `scaleX(${Math.min(100, percent(goal)) / 100})` }} />
      </div>
      <p class="dim">
        <span>
          {money(BigInt(goal.given), token)} of {money(BigInt(goal.amount), token, { min: 0 })}
        </span>
        <button
          type="button"
          class="quiet small"
          data-testid="goal-clear"
          onClick={() => {
            if (confirm('Take the goal off the overlay and the watch page?')) clear();
          }}
        >
          Clear
        </button>
      </p>
    </div>
  );
}

export function GoalCard({ goal, shown, desk }: { goal: Goal | null; shown: HostStream; desk: Desk }) {
  const { decimals, symbol } = shown.info.terms.token;
  const stream = shown.info.id;
  const [title, setTitle] = useState('');
  const [text, setText] = useState('');
  const amount = parseAmount(text, decimals);
  const ready = amount !== null && amount > 0n;
  const set = async (event: Event) => {
    event.preventDefault();
    if (!ready) return;
    const replaces = goal !== null && !confirm('Replace the goal? The new one counts from now on.');
    if (replaces || !(await desk.ask('setGoal', stream, { title, amount: `${amount}` }))) return;
    setTitle('');
    setText('');
  };
  return (
    <section class="card goal-card">
      <h2>Goal</h2>
      {goal && <Progress goal={goal} shown={shown} clear={() => void desk.ask('clearGoal', stream)} />}
      <form onSubmit={set}>
        <label>
          What for
          <input
            value={title}
            maxLength={80}
            placeholder="A new amp"
            data-testid="goal-title"
            onInput={(event) => setTitle(event.currentTarget.value)}
          />
        </label>
        <label>
          Amount ({symbol})
          <input
            inputMode="decimal"
            value={text}
            data-testid="goal-amount"
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        <button type="submit" class={goal ? 'quiet' : 'main'} data-testid="goal-set" disabled={!ready}>
          {goal ? 'Replace' : 'Set goal'}
        </button>
      </form>
      {text !== '' && !ready && <p class="wrong">Write the amount like 50 or 0.25, with a point.</p>}
    </section>
  );
}
