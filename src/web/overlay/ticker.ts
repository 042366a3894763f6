// The ticker: a strip of what was given and decided lately. Each item moves through it by one transform, and is gone behind it.
import './ticker.css';
import type { TickerItem } from '../../vocabulary/ticker.js';
import { money, type Unit } from '../shared/money.js';
import { line } from './alert.js';
import type { Part } from './part.js';
import { createTickerLine } from './ticker-line.js';

/** In rem. */
const perSecond = 6.5;
const gap = 2.5;

const listed = (names: readonly string[]): string =>
  names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;

/** What is said, from whom or of what, and the figure or the result. */
export function wordsOf(item: TickerItem, unit: Unit): [what: string, result: string] {
  const sum = (amount: string): string => money(BigInt(amount), unit, { max: 2 });
  if (item.kind === 'tip') return [item.name || 'Somebody', sum(item.amount)];
  if (item.kind === 'goal') return [`Goal reached: ${item.title || sum(item.amount)}`, item.title && sum(item.amount)];
  if (item.kind === 'prediction') return [item.question, item.winner];
  return [item.question, item.winners.length > 1 ? `a tie: ${listed(item.winners)}` : listed(item.winners)];
}

function build(item: TickerItem, unit: Unit): HTMLElement {
  const element = document.createElement('li');
  element.className = item.kind;
  element.dataset.n = `${item.n}`;
  const [what, result] = wordsOf(item, unit);
  element.append(line('what', what));
  if (result) element.append(line('result', result));
  return element;
}

interface Standing {
  n: number;
  element: HTMLElement;
  moving: Animation;
}

export const tickerPart: Part = ({ socket, page, keep, stream, unit }) => {
  const memory = `overlay.${stream}.ticker`;
  const kept = Number(keep.get(memory) ?? Number.NaN);
  const queue = createTickerLine(Number.isFinite(kept) ? kept : null);
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const strip = document.createElement('ul');
  strip.className = 'ticker';
  strip.dataset.testid = 'ticker';
  let standing: Standing[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let width = 0;

  const rem = (): number => Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  const onStrip = (): Set<number> => new Set(standing.map(({ n }) => n));

  function gone(one: Standing): void {
    one.moving.cancel();
    one.element.remove();
    standing = standing.filter((other) => other !== one);
    keep.set(memory, standing[0] ? `${standing[0].n}` : null);
  }

  /** Sets an item off from `x` on; its width, or null when there is none left. */
  function setOff(x: number): number | null {
    const item = queue.next(onStrip());
    if (!item) return null;
    const element = build(item, unit);
    strip.append(element);
    const length = element.offsetWidth;
    const moving = element.animate(
      [{ transform: `translateX(${width}px)` }, { transform: `translateX(${-length}px)` }],
      { duration: ((width + length) / (perSecond * rem())) * 1000, easing: 'linear', fill: 'both' },
    );
    moving.currentTime = ((width - x) / (perSecond * rem())) * 1000;
    const one = { n: item.n, element, moving };
    standing.push(one);
    if (still) moving.pause();
    moving.onfinish = () => {
      gone(one);
      if (timer === undefined) feed();
    };
    return length;
  }

  /** The next at the right edge, as soon as there is room. */
  function feed(): void {
    clearTimeout(timer);
    timer = undefined;
    const length = setOff(width);
    if (length === null) return;
    timer = setTimeout(feed, ((length + gap * rem()) / (perSecond * rem())) * 1000);
  }

  /** As if it had been running all the time. */
  function fill(): void {
    clearTimeout(timer);
    timer = undefined;
    for (const one of standing) gone(one);
    width = strip.clientWidth;
    let x = gap * rem();
    while (x < width) {
      const length = setOff(x);
      if (length === null) return;
      x += length + gap * rem();
    }
    if (!still) timer = setTimeout(feed, ((x - width) / (perSecond * rem())) * 1000);
  }

  socket.on('ticker', (items) => {
    queue.told(items);
    if (items.length === 0) {
      clearTimeout(timer);
      timer = undefined;
      for (const one of standing) gone(one);
      strip.remove();
      return;
    }
    const there = new Set(items.map(({ n }) => n));
    for (const one of standing) if (!there.has(one.n)) gone(one);
    if (!strip.isConnected) {
      page.append(strip);
      fill();
    } else if (still) fill();
    else if (timer === undefined) feed();
  });
  new ResizeObserver(() => {
    if (strip.isConnected && strip.clientWidth !== width) fill();
  }).observe(strip);
  return undefined;
};
