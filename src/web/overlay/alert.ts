// One alert on the overlay: name, amount and message as text, in and out by transform and opacity only.
import type { Showing } from '../../vocabulary/alerts.js';
import { money } from '../shared/money.js';
import type { PartNeeds } from './part.js';
import { createStage, type Standing } from './stage.js';

const leaveMs = 450;

export function line(className: string, text: string): HTMLElement {
  const element = document.createElement('p');
  element.className = className;
  element.textContent = text;
  element.dir = 'auto';
  return element;
}

/** Who, and what is said under it. */
function words({ kind, tips, people, name, message }: Showing): { who: string; said: string } {
  if (kind === 'test' || tips === 1) return { who: name || 'Somebody', said: message };
  if (people === 1) return { who: name || 'Somebody', said: `in ${tips} tips` };
  return { who: `${people} people`, said: `tipped together, ${tips} times` };
}

function build(showing: Showing, { unit }: Pick<PartNeeds, 'unit'>): HTMLElement {
  const alert = document.createElement('section');
  alert.className = `alert tier-${showing.tier} ${showing.kind}`;
  alert.dataset.testid = 'alert';
  alert.dataset.n = `${showing.n}`;
  const { who, said } = words(showing);
  const sum = showing.kind === 'test' ? 'Test' : money(BigInt(showing.amount), unit);
  const head = document.createElement('div');
  head.className = 'head';
  head.append(line('who', who), line('sum', sum));
  const fuse = document.createElement('i');
  fuse.className = 'fuse';
  alert.append(head);
  if (said) alert.append(line('said', said));
  alert.append(fuse);
  return alert;
}

/** Puts the alert up for `ms`: its way out is the end of that. */
function put(page: HTMLElement, alert: HTMLElement, ms: number): Standing {
  alert.style.setProperty('--stand', `${ms}ms`);
  page.append(alert);
  const leave = (): void => alert.classList.add('leaving');
  const timer = setTimeout(leave, ms - leaveMs);
  const remove = (): void => {
    clearTimeout(timer);
    alert.remove();
  };
  return {
    remove,
    leave() {
      leave();
      setTimeout(remove, leaveMs);
    },
  };
}

export function alertPart(needs: PartNeeds): undefined {
  const { socket, page, keep, stream, time } = needs;
  const memory = `overlay.${stream}.showing`;
  const stage = createStage({
    before: keep.get(memory),
    remember: (id) => keep.set(memory, id),
    put: (showing, ms) => put(page, build(showing, needs), ms),
    now: time.now,
    after: (ms, act) => void setTimeout(act, ms),
  });
  socket.on('show', ({ now, ...showing }, seen) => {
    time.atLeast(now);
    stage.show(showing, seen);
  });
  socket.on('hide', stage.hide);
}
