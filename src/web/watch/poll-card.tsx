// The poll beside the picture: one tap votes, a second look before money, bars that move, who won.
import { useState } from 'preact/hooks';
import type { PollView } from '../../vocabulary/polls.js';
import { money, type Unit } from '../shared/money.js';
import { leftOf, overSince, percent, seconds, shares, verdict } from '../shared/poll.js';
import { useTick } from '../shared/tick.js';
import type { Acts } from './acts.js';
import { costOf } from './poll-price.js';
import { balanceOf } from './purses.js';
import type { WatchState } from './state.js';

/** A poll that has ended stays this long. */
const staysMs = 60_000;

interface Needs {
  state: WatchState;
  acts: Acts;
}

const rules = ({ votes, price, change }: PollView, unit: Unit): string => {
  const each = money(BigInt(price), unit);
  if (votes === 'extra') return `One vote is free; every further one is ${each}.`;
  if (votes === 'paid') return `A vote weighs what you pay, from ${each} up.`;
  if (votes === 'quadratic') return `One vote is ${each}, two are four times that, three nine times.`;
  return change ? 'One vote each; you can change it until the end.' : 'One vote each, and it stays.';
};

/** Money is asked about: how many votes, what they cost, and when it is taken. */
function Buying({ poll, option, state, acts, onDone }: Needs & { poll: PollView; option: number; onDone: () => void }) {
  const [more, setMore] = useState(1n);
  const unit = state.info?.terms.token ?? { symbol: '', decimals: 18 };
  const paid = BigInt(state.own?.poll === poll.id ? (state.own.vote.paid[option] ?? '0') : '0');
  const cost = costOf(poll, paid, more);
  const short = cost > balanceOf(state.purses);
  const buy = async () => {
    if (await acts.vote({ poll: poll.id, option, amount: cost })) onDone();
  };
  const step = (by: bigint) => (
    <button
      type="button"
      class="quiet"
      aria-label={by > 0n ? 'More' : 'Fewer'}
      disabled={more + by < 1n}
      onClick={() => setMore(more + by)}
    >
      {by > 0n ? '+' : '−'}
    </button>
  );
  return (
    <div class="buying" data-testid="poll-buying">
      <p>
        Votes for <b dir="auto">{poll.options[option]}</b>
      </p>
      <div class="row">
        {step(-1n)}
        <output>{poll.votes === 'paid' ? money(cost, unit) : `${more}`}</output>
        {step(1n)}
      </div>
      <p class={short ? 'wrong' : 'hint'}>
        {short ? 'That is more than your balance.' : 'Taken when the poll closes, and not at all if it is called off.'}
      </p>
      <div class="row">
        <button
          type="button"
          class="main grow"
          data-testid="poll-buy"
          disabled={short || state.busy !== null}
          onClick={buy}
        >
          {state.busy === 'vote' ? 'Voting…' : `Vote with ${money(cost, unit)}`}
        </button>
        <button type="button" class="quiet" onClick={onDone}>
          Not now
        </button>
      </div>
    </div>
  );
}

function Option({
  poll,
  option,
  share,
  state,
  open,
  onTap,
}: {
  poll: PollView;
  option: number;
  share: number;
  state: WatchState;
  open: boolean;
  onTap: () => void;
}) {
  const own = state.own?.poll === poll.id ? state.own.vote : null;
  const paid = BigInt(own?.paid[option] ?? '0');
  const mine = own?.free === option || paid > 0n;
  const won = poll.state === 'closed' && poll.tally.leaders.includes(option);
  const unit = state.info?.terms.token ?? { symbol: '', decimals: 18 };
  const line = poll.tally.lines[option];
  return (
    <li class={[won && 'won', mine && 'mine'].filter(Boolean).join(' ')}>
      <button
        type="button"
        disabled={!open || state.busy !== null}
        aria-pressed={mine}
        data-testid={`poll-option-${option}`}
        onClick={onTap}
      >
        <i style={{ transform: `scaleX(${share})` }} />
        <span class="text" dir="auto">
          {poll.options[option]}
        </span>
        {line && <span class="share">{percent(share)}</span>}
        <small>
          {mine && <em>{paid > 0n ? `Yours, ${money(paid, unit)}` : 'Yours'}</em>}
          {line && <span>{standing(poll, line, unit)}</span>}
        </small>
      </button>
    </li>
  );
}

const many = (n: string, one: string, more: string): string => `${n} ${n === '1' ? one : more}`;

/** Votes, the people behind them, and what they paid; nothing where there are none. */
function standing({ votes }: PollView, line: PollView['tally']['lines'][number], unit: Unit): string {
  if (line.voters === 0) return '';
  const people = many(`${line.voters}`, 'person', 'people');
  const value = line.value === '0' ? '' : money(BigInt(line.value), unit);
  if (votes === 'free') return many(line.votes, 'vote', 'votes');
  if (votes === 'paid') return `${value} by ${people}`;
  return [`${many(line.votes, 'vote', 'votes')} by ${people}`, value].filter(Boolean).join(', ');
}

export function PollCard({ state, acts }: Needs) {
  const live = state.poll;
  const [buying, setBuying] = useState<{ poll: string; option: number } | null>(null);
  useTick(live !== null);
  const over = live && overSince(live);
  if (!live || !state.info || (over !== null && over > staysMs)) return null;
  const { poll } = live;
  const left = leftOf(live);
  const open = poll.state === 'open' && left > 0 && state.opened;
  const unit = state.info.terms.token;
  const own = state.own?.poll === poll.id ? state.own.vote : null;
  const asked = open && buying?.poll === poll.id ? buying.option : null;
  const tap = (option: number) => {
    const buys =
      poll.votes === 'paid' || poll.votes === 'quadratic' || (poll.votes === 'extra' && own?.free === option);
    if (buys) setBuying({ poll: poll.id, option });
    else void acts.vote({ poll: poll.id, option, amount: 0n });
  };
  const part = shares(poll);
  const { voters, value } = poll.tally;
  return (
    <section class={`poll card ${poll.state}`} data-testid="poll" data-state={poll.state} aria-label="Poll">
      <header>
        <h2>{poll.state === 'open' ? 'Poll' : 'Poll, closed'}</h2>
        {poll.state === 'open' && <time data-testid="poll-left">{seconds(left)}</time>}
      </header>
      <h3 dir="auto">{poll.question}</h3>
      {poll.state !== 'open' && (
        <p class="verdict" role="status" dir="auto" data-testid="poll-verdict">
          {verdict(poll)}
        </p>
      )}
      {poll.state !== 'cancelled' && (
        <ul>
          {poll.options.map((text, option) => (
            <Option key={text} {...{ poll, option, state, open }} share={part[option] ?? 0} onTap={() => tap(option)} />
          ))}
        </ul>
      )}
      {asked !== null && (
        <Buying key={asked} {...{ poll, state, acts }} option={asked} onDone={() => setBuying(null)} />
      )}
      <p class="hint">
        {poll.state === 'open' && `${rules(poll, unit)} ${poll.secret ? 'Secret until it closes. ' : ''}`}
        <span data-testid="poll-voters">
          {many(`${voters}`, 'person has', 'people have')} voted
          {value !== '0' && `, ${money(BigInt(value), unit)} in all`}.
        </span>
      </p>
    </section>
  );
}
