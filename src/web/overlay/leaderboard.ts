// The leaderboard of the show on the overlay: five names, and what each gave.
import './leaderboard.css';
import type { Leader } from '../../vocabulary/goals.js';
import { money, type Unit } from '../shared/money.js';
import { line } from './alert.js';
import type { PartNeeds } from './part.js';

const most = 5;

function row({ name, amount }: Leader, unit: Unit): HTMLElement {
  const element = document.createElement('li');
  element.append(line('name', name || 'Anonymous'), line('sum-of', money(BigInt(amount), unit, { max: 2 })));
  return element;
}

export function leaderboardPart({ socket, page, unit }: PartNeeds): undefined {
  const box = document.createElement('section');
  box.className = 'leaders';
  box.dataset.testid = 'leaders';
  box.hidden = true;
  const list = document.createElement('ol');
  box.append(line('title', 'Top tips of the show'), list);
  page.append(box);

  socket.on('leaderboard', ({ leaders }) => {
    box.hidden = leaders.length === 0;
    list.replaceChildren(...leaders.slice(0, most).map((leader) => row(leader, unit)));
  });
}
