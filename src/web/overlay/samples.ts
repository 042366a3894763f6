// What a preview shows: a show in full swing, made up, that moves so that the host sees how things move.
import { defaultText } from '../../vocabulary/alert-looks.js';
import type { FeedEvent, ServerToClient } from '../../vocabulary/events.js';
import type { PollTally, PollView } from '../../vocabulary/polls.js';
import type { PredictionView } from '../../vocabulary/predictions.js';
import type { TickerItem } from '../../vocabulary/ticker.js';
import type { Unit } from '../shared/money.js';

export type Tell = <E extends keyof ServerToClient>(name: E, ...what: Parameters<ServerToClient[E]>) => void;

const tips = [
  { name: 'Ada', message: 'That solo was out of this world', amount: 2, tier: 0 },
  { name: 'Grace Hopper', message: '', amount: 8, tier: 1 },
  { name: 'Katherine', message: 'First time here, and what a night. One more, please!', amount: 30, tier: 2 },
] as const;
const leaders = [
  { name: 'Katherine', amount: 64, tips: 3 },
  { name: 'Grace Hopper', amount: 31, tips: 4 },
  { name: 'Ada', amount: 12, tips: 5 },
  { name: 'Émilie', amount: 9, tips: 1 },
  { name: 'Hedy', amount: 5, tips: 2 },
];
/** Without a sound: nobody asked for one here. */
const look = { text: defaultText, sound: 'none', volume: 0, picture: 'none', animation: 'slide', say: '' } as const;
const alertEveryMs = 7500;
const standMs = 6500;
const moveEveryMs = 2500;
const pollMs = 180_000;
const began = Date.now();

interface Needs {
  stream: string;
  unit: Unit;
  tell: Tell;
  hear: (event: FeedEvent) => void;
}

const whole = (amount: number, { decimals }: Unit): string => `${BigInt(amount) * 10n ** BigInt(decimals)}`;

function tallyOf(votes: readonly number[]): PollTally {
  const most = Math.max(...votes);
  return {
    voters: votes.reduce((sum, one) => sum + one, 0),
    value: '0',
    lines: votes.map((one) => ({ votes: `${one}`, voters: one, value: '0' })),
    leaders: votes.flatMap((one, i) => (one === most ? [i] : [])),
  };
}

function poll(stream: string, votes: readonly number[], now: number): PollView {
  return {
    ...{ id: 'preview', stream, question: 'What shall we play next?', votes: 'free', price: '0' },
    options: ['Autumn leaves', 'Blue in green', 'Something nobody has ever heard before'],
    ...{
      change: true,
      secret: false,
      minAgeDays: 0,
      openedAt: now - 60_000,
      closesAt: now + pollMs - ((now - began) % pollMs),
    },
    ...{ state: 'open', endedAt: null, at: now, tally: tallyOf(votes) },
  };
}

function prediction({ stream, unit }: Needs, staked: readonly number[], now: number): PredictionView {
  const pot = staked.reduce((sum, one) => sum + one, 0);
  return {
    ...{ id: 'preview', stream, market: '0x', escrow: '0x', question: 'Will the encore be longer than the set?' },
    ...{ options: ['Yes', 'No'], state: 'open', stakes: 14, pot: whole(pot, unit), minStake: '1', feeBps: 0 },
    totals: staked.map((one) => whole(one, unit)),
    odds: staked.map((one) => Math.floor((pot * 1000) / one)),
    ...{ openedAt: now - 60_000, lockAt: now + pollMs - ((now - began) % pollMs), resolveBy: now + 86_400_000 },
    ...{ winner: null, finalAt: null, refunds: false, at: now },
  };
}

const newsOf = (unit: Unit): TickerItem[] => [
  { n: 3, kind: 'tip', name: 'Grace Hopper', amount: whole(8, unit) },
  { n: 2, kind: 'poll', question: 'Which song first?', winners: ['Blue in green'] },
  { n: 1, kind: 'tip', name: 'Ada', amount: whole(2, unit) },
];

function createAlerts({ unit, tell }: Needs) {
  let next = 0;
  return (): void => {
    const { amount, ...tip } = tips[next % tips.length] ?? tips[0];
    next++;
    const now = Date.now();
    const showing = {
      id: `preview ${now}`,
      kind: 'tip',
      n: next,
      amount: whole(amount, unit),
      tips: 1,
      people: 1,
    } as const;
    tell('show', { ...showing, ...tip, look, receipt: 'authorized', from: now, until: now + standMs, now }, () => {});
  };
}

function createTipEvents({ stream, unit, hear }: Needs) {
  let n = 0;
  return (): void => {
    const { name, message, amount } = tips[n % tips.length] ?? tips[0];
    n++;
    const data = { id: `preview ${n}`, name, message, amount: whole(amount, unit) };
    hear({ type: 'tip', n, stream, at: Date.now(), data });
  };
}

export function playSamples(needs: Needs): void {
  const { stream, unit, tell } = needs;
  const [alert, tipEvent] = [createAlerts(needs), createTipEvents(needs)];
  const votes = [41, 28, 12];
  let given = 31;

  function move(): void {
    const now = Date.now();
    given = given >= 48 ? 22 : given + 3;
    const option = (given * 7) % votes.length;
    votes[option] = (votes[option] ?? 0) + 4;
    const goal = { title: 'A new amp for the second set', amount: whole(50, unit), given: whole(given, unit) };
    tell('goal', { ...goal, since: now, reachedAt: null });
    tell('poll', { poll: poll(stream, votes, now), n: 0 });
    tell('prediction', { prediction: prediction(needs, [60, 25 + given], now), endedAt: null, n: 0 });
    tell('viewers', 128 + given);
  }

  const board = leaders.map((leader) => ({ ...leader, amount: whole(leader.amount, unit) }));
  tell('leaderboard', { span: 'show', since: Date.now(), leaders: board, people: board.length });
  tell('ticker', newsOf(unit));
  tell('onAir', Date.now() - 1_900_000);
  tell('watchUrl', `${location.origin}/watch/${stream}`);
  for (const _ of tips) tipEvent();
  move();
  alert();
  setInterval(move, moveEveryMs);
  setInterval(() => {
    alert();
    tipEvent();
  }, alertEveryMs);
}
