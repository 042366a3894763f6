// The leaderboard on the overlay, of the show or of what `&span=` says: five names, what each gave, and who comes show after show.
import './leaderboard.css';
import type { Leader, Span } from '../../vocabulary/goals.js';
import { money, type Unit } from '../shared/money.js';
import { line } from './alert.js';
import type { PartNeeds } from './part.js';

const most = 5;
const titles: Record<Span, string> = {
  show: 'Top tips of the show',
  hour: 'Supporters of the hour',
  today: 'Top tips of today',
  all: 'Top tips of all time',
};

function row({ name, amount, streak }: Leader, unit: Unit): HTMLElement {
  const element = document.createElement('li');
  element.append(line('name', name || 'Anonymous'));
  if (streak !== undefined) element.append(line('streak', `🔥 ${streak}`));
  element.append(line('sum-of', money(BigInt(amount), unit, { max: 2 })));
  return element;
}

export function leaderboardPart({ socket, page, unit }: PartNeeds): undefined {
  const box = document.createElement('section');
  box.className = 'leaders';
  box.dataset.testid = 'leaders';
  box.hidden = true;
  const list = document.createElement('ol');
  const title = line('title', '');
  box.append(title, list);
  page.append(box);

  socket.on('leaderboard', ({ span, leaders }) => {
    box.hidden = leaders.length === 0;
    title.textContent = titles[span];
    list.replaceChildren(...leaders.slice(0, most).map((leader) => row(leader, unit)));
  });
}
