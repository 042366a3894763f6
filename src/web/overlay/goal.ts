// The goal bar: what is given so far, moved by transform only; reached, it says so and stays.
import './goal.css';
import type { Goal } from '../../vocabulary/goals.js';
import { money } from '../shared/money.js';
import { line } from './alert.js';
import type { PartNeeds } from './part.js';

/** From 0 to 1, in thousandths. */
export function shareOf({ given, amount }: Pick<Goal, 'given' | 'amount'>): number {
  const thousandths = (BigInt(given) * 1000n) / BigInt(amount);
  return Number(thousandths > 1000n ? 1000n : thousandths) / 1000;
}

export function goalPart({ socket, page, unit }: PartNeeds): undefined {
  const box = document.createElement('section');
  box.className = 'goal';
  box.dataset.testid = 'goal';
  box.hidden = true;
  const title = line('title', '');
  const sum = line('given', '');
  const bar = document.createElement('div');
  bar.className = 'bar';
  const fill = document.createElement('i');
  bar.append(fill);
  const head = document.createElement('div');
  head.className = 'goal-head';
  head.append(title, sum);
  box.append(head, bar);
  page.append(box);

  socket.on('goal', (goal) => {
    box.hidden = goal === null;
    if (!goal) return;
    title.textContent = goal.title || 'Goal';
    sum.textContent = `${money(BigInt(goal.given), unit, { max: 2 })} of ${money(BigInt(goal.amount), unit, { min: 0 })}`;
    fill.style.transform = `scaleX(${shareOf(goal)})`;
    box.classList.toggle('reached', goal.reachedAt !== null);
  });
}
