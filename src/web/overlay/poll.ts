// The poll on the overlay: bars that move by transform alone, the time left, and the winner for a while after the end.
import type { PollView } from '../../vocabulary/polls.js';
import { money, type Unit } from '../shared/money.js';
import { type LivePoll, leftOf, overSince, percent, seconds, shares, verdict } from '../shared/poll.js';
import { type Card, createCards } from './cards.js';

/** The winner stands this long. */
const freezeMs = 15_000;
/** More options than this stand closer. */
const roomy = 6;

function part(className: string, text = '', tag = 'p'): HTMLElement {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  element.dir = 'auto';
  return element;
}

interface Row {
  row: HTMLElement;
  bar: HTMLElement;
  figures: HTMLElement;
}

interface PollCard extends Card {
  foot: HTMLElement;
  rows: readonly Row[];
}

function rowOf(text: string, number: number): Row {
  const row = part('option', '', 'li');
  const bar = document.createElement('i');
  const figures = part('figures', '', 'span');
  row.append(bar, part('number', `${number}`, 'b'), part('text', text, 'span'), figures);
  return { row, bar, figures };
}

function build(poll: PollView): PollCard {
  const root = part(poll.options.length > roomy ? 'poll many' : 'poll', '', 'section');
  root.dataset.testid = 'poll';
  const head = part('head', '', 'header');
  const clock = part('clock', '', 'time');
  head.append(part('question', poll.question), clock);
  const list = part('options', '', 'ul');
  const rows = poll.options.map((text, i) => rowOf(text, i + 1));
  list.append(...rows.map(({ row }) => row));
  const foot = part('foot');
  root.append(head, list, foot);
  return { id: poll.id, root, clock, foot, rows };
}

function figuresOf(poll: PollView, option: number, share: number, unit: Unit): string {
  const line = poll.tally.lines[option];
  if (!line) return '';
  const votes = poll.votes === 'paid' ? money(BigInt(line.value), unit, { max: 2 }) : line.votes;
  return line.votes === '0' ? '0' : `${votes} · ${percent(share)}`;
}

function footOf({ state, tally, secret }: PollView, unit: Unit): string {
  const value = tally.value === '0' ? [] : [money(BigInt(tally.value), unit, { max: 2 })];
  const how = secret ? 'secret until the end' : '/vote in chat';
  return [`${tally.voters} voted`, ...value, ...(state === 'open' ? [how] : [])].join(' · ');
}

function fill(card: PollCard, poll: PollView, unit: Unit): void {
  const part = shares(poll);
  const closed = poll.state === 'closed';
  card.root.dataset.state = poll.state;
  for (const [i, { row, bar, figures }] of card.rows.entries()) {
    bar.style.transform = `scaleX(${part[i] ?? 0})`;
    figures.textContent = figuresOf(poll, i, part[i] ?? 0, unit);
    row.classList.toggle('won', closed && poll.tally.leaders.includes(i));
  }
  card.foot.textContent = footOf(poll, unit);
}

/** It is over, and stood long enough, or was called off. */
function isOld(live: LivePoll): boolean {
  const over = overSince(live);
  return live.poll.state === 'cancelled' || (over !== null && over >= freezeMs);
}

/** Draws what it is told into `stage`, one poll at a time. */
export const createPollWidget = (stage: HTMLElement, unit: Unit) =>
  createCards<PollCard, LivePoll>({
    ...{ stage, isOld },
    idOf: ({ poll }) => poll.id,
    build: ({ poll }) => build(poll),
    fill: (card, { poll }) => fill(card, poll, unit),
    clockOf: (live) => (live.poll.state === 'open' ? seconds(leftOf(live)) : verdict(live.poll)),
  });
