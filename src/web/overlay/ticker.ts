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
  element.dataset.kind = item.kind;
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
  /** When, on the document's clock, there is room for another. */
  let free = 0;

  const rem = (): number => Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  const onStrip = (): Set<number> => new Set(standing.map(({ n }) => n));

  function gone(one: Standing): void {
    one.moving.cancel();
    one.element.remove();
    standing = standing.filter((other) => other !== one);
    keep.set(memory, standing[0] ? `${standing[0].n}` : null);
  }

  /** How long the way over so many px takes, ms. */
  const way = (px: number): number => (px / (perSecond * rem())) * 1000;
  const now = (): number => Number(document.timeline.currentTime ?? 0);

  /** Sets the next item off at the right edge, behind the one before it: all go by one clock, however late this page is. */
  function setOff(at: number): boolean {
    const item = queue.next(onStrip());
    if (!item) return false;
    const element = build(item, unit);
    strip.append(element);
    const length = element.offsetWidth;
    const moving = element.animate(
      [{ transform: `translateX(${width}px)` }, { transform: `translateX(${-length}px)` }],
      { duration: way(width + length), easing: 'linear', fill: 'both' },
    );
    moving.startTime = at;
    if (still) moving.pause();
    free = at + way(length + gap * rem());
    const one = { n: item.n, element, moving };
    standing.push(one);
    moving.onfinish = () => {
      gone(one);
      if (timer === undefined) feed();
    };
    return true;
  }

  /** The next one, as soon as there is room. */
  function feed(): void {
    clearTimeout(timer);
    // The host has put it away: it is filled when it comes back.
    const more = width > 0 && setOff(Math.max(now(), free));
    timer = more ? setTimeout(feed, free - now()) : undefined;
  }

  /** As if it had been running all the time. */
  function fill(): void {
    clearTimeout(timer);
    timer = undefined;
    for (const one of standing) gone(one);
    width = strip.clientWidth;
    free = now() - way(width - gap * rem());
    while (free < now()) if (!setOff(free)) return;
    if (!still && width > 0) timer = setTimeout(feed, free - now());
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
