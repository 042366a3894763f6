// The prediction on the overlay: what one unit brings back, how the pot is shared, the time to the lock, and the result for a while.
import './prediction.css';
import type { PredictionView } from '../../vocabulary/predictions.js';
import { grouped, money, type Unit } from '../shared/money.js';
import { seconds } from '../shared/poll.js';
import {
  createPredictionEar,
  isEnded,
  type LivePrediction,
  leftOf,
  overSince,
  percents,
  shares,
  times,
  verdict,
} from '../shared/prediction.js';
import { line } from './alert.js';
import { type Card, createCards } from './cards.js';
import type { Part } from './part.js';

/** The result stands this long. */
const freezeMs = 20_000;
/** More options than this stand closer; more than that in two columns. */
const [roomy, oneColumn] = [4, 6];

interface Row {
  row: HTMLElement;
  bar: HTMLElement;
  times: HTMLElement;
  share: HTMLElement;
}

interface PredictionCard extends Card {
  pot: HTMLElement;
  foot: HTMLElement;
  rows: readonly Row[];
}

function rowOf(text: string, number: number): Row {
  const row = document.createElement('li');
  row.className = 'option';
  const bar = document.createElement('i');
  const figures = document.createElement('div');
  figures.className = 'figures';
  const [back, share] = [line('times', ''), line('share', '')];
  figures.append(back, share);
  row.append(bar, line('number', `${number}`), line('text', text), figures);
  return { row, bar, times: back, share };
}

const element = (tag: string, className: string, ...inside: HTMLElement[]): HTMLElement => {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...inside);
  return made;
};

function build({ id, question, options }: PredictionView): PredictionCard {
  const rows = options.map((text, i) => rowOf(text, i + 1));
  const [clock, pot, foot] = [line('clock', ''), line('pot', ''), line('foot', '')];
  const { length } = options;
  const how = length === 2 ? ' sides' : length > oneColumn ? ' many two' : length > roomy ? ' many' : '';
  const root = element(
    'section',
    `prediction${how}`,
    element('header', 'head', line('question', question), clock),
    element('ul', 'options', ...rows.map(({ row }) => row)),
    element('footer', 'tail', pot, foot),
  );
  root.dataset.testid = 'prediction';
  return { id, root, clock, pot, foot, rows };
}

function footOf({ state, stakes, feeBps }: PredictionView): string {
  const staked = `${grouped(`${stakes}`)} ${stakes === 1 ? 'stake' : 'stakes'}`;
  const fee = feeBps > 0 ? [`fee ${feeBps / 100} %`] : [];
  return [staked, ...fee, ...(state === 'open' ? ['/stake in chat'] : [])].join(' · ');
}

/** What the card is drawn as: all that has a result is one. */
const phaseOf = (one: PredictionView): string => {
  if (!isEnded(one)) return one.state;
  return one.state === 'cancelled' || one.state === 'refunded' ? 'cancelled' : 'decided';
};

function fill(card: PredictionCard, one: PredictionView, unit: Unit): void {
  const part = shares(one);
  const told = percents(part);
  const phase = phaseOf(one);
  card.root.dataset.state = phase;
  for (const [i, { row, bar, times: back, share }] of card.rows.entries()) {
    bar.style.transform = `scaleX(${part[i] ?? 0})`;
    back.textContent = times(one.odds[i]);
    share.textContent = told[i] ?? '';
    row.classList.toggle('won', phase === 'decided' && one.winner === i);
  }
  card.pot.textContent = money(BigInt(one.pot), unit, { max: 2 });
  card.foot.textContent = footOf(one);
}

function clockOf(live: LivePrediction): string {
  const { state } = live.prediction;
  if (state === 'locked') return 'Locked';
  if (state !== 'open') return verdict(live.prediction);
  const left = leftOf(live);
  return left > 0 ? seconds(left) : 'Locking…';
}

/** It is over, and stood long enough; one that ended when nobody knows is over. */
function isOld(live: LivePrediction): boolean {
  return isEnded(live.prediction) && (overSince(live) ?? freezeMs) >= freezeMs;
}

/** Draws what it is told into `stage`, one prediction at a time. */
export const createPredictionWidget = (stage: HTMLElement, unit: Unit) =>
  createCards<PredictionCard, LivePrediction>({
    ...{ stage, isOld, clockOf },
    idOf: ({ prediction }) => prediction.id,
    build: ({ prediction }) => build(prediction),
    fill: (card, { prediction }) => fill(card, prediction, unit),
  });

export const predictionPart: Part = ({ socket, page, unit }) => {
  const ear = createPredictionEar(createPredictionWidget(page, unit).show);
  socket.on('prediction', ear.told);
  socket.on('odds', ear.odds);
  return ear.hear;
};
