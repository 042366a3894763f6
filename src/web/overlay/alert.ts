// One alert on the overlay: name, amount and message as text, in and out by transform and opacity only.
import type { FeedEvent } from '../../vocabulary/events.js';
import { money, type Unit } from '../shared/money.js';
import { pause } from '../shared/time.js';

type Tip = Extract<FeedEvent, { type: 'tip' }>;

const leaveMs = 450;

function line(className: string, text: string): HTMLElement {
  const element = document.createElement('p');
  element.className = className;
  element.textContent = text;
  element.dir = 'auto';
  return element;
}

function build(tip: Tip, unit: Unit): HTMLElement {
  const alert = document.createElement('section');
  alert.className = 'alert';
  alert.dataset.testid = 'alert';
  alert.dataset.n = `${tip.n}`;
  const head = document.createElement('div');
  head.className = 'head';
  head.append(line('who', tip.data.name || 'Somebody'), line('sum', money(BigInt(tip.data.amount), unit)));
  const fuse = document.createElement('i');
  fuse.className = 'fuse';
  alert.append(head);
  if (tip.data.message) alert.append(line('said', tip.data.message));
  alert.append(fuse);
  return alert;
}

/** Puts the alert on stage for `ms`, with its way in and out, and takes it away. */
export async function showAlert(stage: HTMLElement, tip: Tip, unit: Unit, ms: number): Promise<void> {
  const alert = build(tip, unit);
  alert.style.setProperty('--stand', `${ms}ms`);
  stage.append(alert);
  await pause(ms - leaveMs);
  alert.classList.add('leaving');
  await pause(leaveMs);
  alert.remove();
}
