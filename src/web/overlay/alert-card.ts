// One alert as a card: picture, headline, message, and how far its money is, all as text and pictures.
import { type Receipt, textPieces } from '../../vocabulary/alert-looks.js';
import type { Showing } from '../../vocabulary/alerts.js';
import { pictureElement } from '../shared/alert/pictures.js';
import { money, type Unit } from '../shared/money.js';

const receiptWords: Record<Receipt, string> = { authorized: 'Authorized', claimed: 'Claimed on chain' };
const svg = 'http://www.w3.org/2000/svg';

function element(tag: string, className: string, text = ''): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

export function line(className: string, text: string): HTMLElement {
  const made = element('p', className, text);
  made.dir = 'auto';
  return made;
}

/** Who, and what is said under it. */
function words({ kind, tips, people, name, message }: Showing): { who: string; said: string } {
  if (kind === 'test' || tips === 1) return { who: name || 'Somebody', said: message };
  if (people === 1) return { who: name || 'Somebody', said: `in ${tips} tips` };
  return { who: `${people} people`, said: `together, in ${tips} tips` };
}

/** Pieces next to each other, each in its own direction. */
function headline(showing: Showing, who: string, unit: Unit): HTMLElement {
  const all = element('p', 'headline');
  for (const piece of textPieces(showing.look.text)) {
    if (piece === '{name}') all.append(element('bdi', 'who', who));
    else if (piece === '{amount}') all.append(element('bdi', 'sum', money(BigInt(showing.amount), unit)));
    else all.append(piece);
  }
  return all;
}

/** One tick for what is signed, a second for what is claimed. */
function receiptElement(): HTMLElement {
  const receipt = element('p', 'receipt');
  receipt.dataset.testid = 'receipt';
  const ticks = document.createElementNS(svg, 'svg');
  ticks.setAttribute('viewBox', '0 0 30 16');
  for (const [name, shape] of [
    ['first', 'M2 8.5l5 5L17 2.5'],
    ['second', 'M12 12l1.5 1.5L24 2.5'],
  ] as const) {
    const path = document.createElementNS(svg, 'path');
    path.setAttribute('d', shape);
    path.setAttribute('class', name);
    ticks.append(path);
  }
  receipt.append(element('span', 'state'), ticks);
  return receipt;
}

export function setReceipt(card: HTMLElement, receipt: Receipt): void {
  const place = card.querySelector<HTMLElement>('.receipt');
  const state = place?.querySelector('.state');
  if (!place || !state) return;
  place.dataset.state = receipt;
  state.textContent = receiptWords[receipt];
}

export function buildCard(showing: Showing, unit: Unit): HTMLElement {
  const { look, tier, kind, n, receipt } = showing;
  const { who, said } = words(showing);
  const card = element('section', `alert tier-${tier} ${kind} in-${look.animation}`);
  Object.assign(card.dataset, { testid: 'alert', n: `${n}` });
  const art = pictureElement(look.picture);
  if (art) card.append(art);
  const text = element('div', 'text');
  if (kind === 'test') text.append(element('p', 'mark', 'Test'));
  text.append(headline(showing, who, unit));
  if (said) text.append(line('said', said));
  if (receipt) text.append(receiptElement());
  card.append(text, element('i', 'fuse'));
  if (receipt) setReceipt(card, receipt);
  return card;
}
