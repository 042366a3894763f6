// What the show is collecting for, and how far it is.
import './goal-bar.css';
import { money } from '../shared/money.js';
import type { WatchState } from './state.js';

export function GoalBar({ state: { goal, info } }: { state: WatchState }) {
  if (!goal || !info) return null;
  const { token } = info.terms;
  const [given, amount] = [BigInt(goal.given), BigInt(goal.amount)];
  const share = Number(((given < amount ? given : amount) * 1000n) / amount) / 1000;
  return (
    <section class={goal.reachedAt === null ? 'card goal' : 'card goal reached'} data-testid="goal">
      <p>
        <b dir="auto">{goal.title || 'Goal'}</b>
        <span class="figure">
          {money(given, token, { max: 2 })} of {money(amount, token, { min: 0 })}
        </span>
      </p>
      <div>
        <i style={{ transform: `scaleX(${share})` }} />
      </div>
    </section>
  );
}
