// The prediction beside the picture: what each outcome would bring, one tap to stake, and what became of it.
import { useEffect, useState } from 'preact/hooks';
import type { AddressStakes, PredictionView } from '../../vocabulary/predictions.js';
import { decimal, money, parseAmount, type Unit } from '../shared/money.js';
import { percent, seconds } from '../shared/poll.js';
import { disputedFor, type LivePrediction, leftOf, overSince, shares, times, verdict } from '../shared/prediction.js';
import { useTick } from '../shared/tick.js';
import type { Acts } from './acts.js';
import { Mine } from './prediction-mine.js';
import { shownOf, stakeable, stakedBy, wouldBring } from './stakes.js';
import type { WatchState } from './state.js';
import { presets } from './tip-box.js';

interface Needs {
  state: WatchState;
  acts: Acts;
}

/** From here on money that has to leave a channel first may come too late. */
const shortMs = 30_000;

const feeText = (feeBps: number): string =>
  feeBps > 0 ? ` The host keeps ${feeBps / 100} % of what the others staked.` : '';

/** A watch link's credit is a gift, and what a wallet put in goes back to that wallet only. */
function NoMoney({ state, acts }: Needs) {
  const faucet = state.info?.terms.faucet;
  return (
    <div class="buying" data-testid="stake-no-money">
      <p>
        Stakes are made of your own money. A watch link’s credit is a gift: it watches, tips and votes, and cannot be
        staked; nor can what came from a wallet.
      </p>
      <div class="row wrap">
        <button type="button" class="main" data-testid="stake-put-in" onClick={() => acts.show('in')}>
          Put money in
        </button>
        {faucet && (
          <button type="button" class="quiet" disabled={state.busy !== null} onClick={acts.topUp}>
            {state.busy === 'topup' ? 'Topping up…' : `Get test ${state.info?.terms.token.symbol}`}
          </button>
        )}
      </div>
    </div>
  );
}

function Chips({
  view,
  option,
  most,
  unit,
  busy,
  onPick,
}: {
  view: PredictionView;
  option: number;
  most: bigint;
  unit: Unit;
  busy: boolean;
  onPick: (amount: bigint) => void;
}) {
  const least = BigInt(view.minStake);
  const all = presets(least > 1n ? least : 0n, unit.decimals);
  return (
    <div class="chips-row">
      {all.map((amount) => (
        <button
          type="button"
          key={`${amount}`}
          class="chip-amount"
          disabled={busy || amount > most || amount < least}
          aria-label={`Stake ${money(amount, unit)} on ${view.options[option]}`}
          data-testid={`stake-${decimal(amount, unit.decimals)}`}
          onClick={() => onPick(amount)}
        >
          <b>{decimal(amount, unit.decimals)}</b>
          <small>→ {decimal(wouldBring(view, option, amount), unit.decimals, { max: 2 })}</small>
        </button>
      ))}
    </div>
  );
}

/** What is wrong with an amount, in a sentence; null when nothing is. */
function troubleOf(text: string, least: bigint, most: bigint, unit: Unit): string | null {
  if (text === '') return null;
  const amount = parseAmount(text, unit.decimals);
  if (amount === null) return 'Write the amount like 5 or 0.25, with a point.';
  if (amount < least) return `The smallest stake here is ${money(least, unit)}.`;
  return amount > most ? `That is more than the ${money(most, unit)} that you can stake.` : null;
}

function Staking({
  state,
  acts,
  live,
  option,
  onDone,
}: Needs & { live: LivePrediction; option: number; onDone: () => void }) {
  const [text, setText] = useState('');
  const unit = state.info?.terms.token ?? { symbol: '', decimals: 18 };
  const { prediction: view } = live;
  const { most } = stakeable(state);
  const least = BigInt(view.minStake);
  if (most < least) return <NoMoney state={state} acts={acts} />;
  const busy = state.busy !== null;
  const amount = parseAmount(text, unit.decimals);
  const trouble = troubleOf(text, least, most, unit);
  const stake = async (value: bigint) => {
    if (await acts.stake(view, option, value)) onDone();
  };
  return (
    <form
      class="buying"
      data-testid="staking"
      onSubmit={(event) => {
        event.preventDefault();
        if (amount !== null && !trouble) void stake(amount);
      }}
    >
      <p>
        Tap an amount: it is staked on <b dir="auto">{view.options[option]}</b> at once, and <b>cannot be taken back</b>
        .
      </p>
      <Chips {...{ view, option, most, unit, busy }} onPick={stake} />
      <div class="row">
        <span class="field money grow">
          <input
            inputMode="decimal"
            autocomplete="off"
            aria-label={`Another amount in ${unit.symbol}`}
            placeholder="Other"
            data-testid="stake-amount"
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
          <em>{unit.symbol}</em>
        </span>
        <button
          type="submit"
          class="main"
          data-testid="stake-send"
          disabled={busy || amount === null || trouble !== null}
        >
          Stake
        </button>
      </div>
      <p class={trouble ? 'wrong' : 'hint'} role="status">
        {trouble ?? hintOf(state, live, amount ?? least, unit, most)}
      </p>
    </form>
  );
}

function hintOf(state: WatchState, live: LivePrediction, amount: bigint, unit: Unit, most: bigint): string {
  if (state.busy === 'stake') return 'Signed, and on its way to the escrow on chain. This takes some seconds.';
  if (leftOf(live) < shortMs && amount > state.lying)
    return 'Your money has to leave its channel first, which takes some seconds. If it comes too late, nothing is staked.';
  return `You can stake up to ${money(most, unit, { max: 2 })}. The small figure is what it brings back as things stand.`;
}

function Option({
  view,
  option,
  share,
  mine,
  unit,
  open,
  asked,
  onTap,
}: {
  view: PredictionView;
  option: number;
  share: number;
  mine: bigint;
  unit: Unit;
  open: boolean;
  asked: boolean;
  onTap: () => void;
}) {
  const won = view.winner === option;
  const total = BigInt(view.totals[option] ?? '0');
  return (
    <li class={[won && 'won', mine > 0n && 'mine'].filter(Boolean).join(' ')}>
      <button
        type="button"
        disabled={!open}
        aria-pressed={asked}
        data-testid={`prediction-option-${option}`}
        onClick={onTap}
      >
        <i style={{ transform: `scaleX(${share})` }} />
        <span class="text" dir="auto">
          {view.options[option]}
        </span>
        <span class="share">{times(view.odds[option])}</span>
        <small>
          {mine > 0n && <em>Yours, {money(mine, unit)}</em>}
          <span>{total > 0n ? `${money(total, unit)} · ${percent(share)}` : 'Nobody yet'}</span>
        </small>
      </button>
    </li>
  );
}

const titles: Partial<Record<PredictionView['state'], string>> = {
  open: 'Prediction',
  locked: 'Prediction, locked',
  resolved: 'Prediction, decided',
};

/** What the figures and the clock do not say. */
function Rules({ live }: { live: LivePrediction }) {
  const { prediction: view } = live;
  const by = new Intl.DateTimeFormat(undefined, { weekday: 'short', hour: '2-digit', minute: '2-digit' });
  if (view.state === 'open')
    return (
      <details class="rules">
        <summary>A stake is final. How it works</summary>
        <p>
          It goes to a contract on chain, which neither the host nor this server can touch, and who is right shares what
          the others staked.{feeText(view.feeBps)} All stakes go back when it is called off, when nobody or everybody is
          right, and when the host does not say what happened by {by.format(view.resolveBy)}.
        </p>
      </details>
    );
  if (view.state === 'locked')
    return (
      <p class="hint">
        No more stakes are taken. Without a result by {by.format(view.resolveBy)}, all of them go back by themselves.
      </p>
    );
  if (view.state === 'resolved')
    return (
      <p class="hint">
        The host can correct this once, or call it off, for another{' '}
        <b data-testid="prediction-dispute">{seconds(disputedFor(live))}</b>. Then it is paid out.
      </p>
    );
  return view.state === 'paying' || view.state === 'cancelled' ? (
    <p class="hint">The escrow is paying out. This takes some seconds.</p>
  ) : null;
}

export function PredictionCard({ state, acts }: Needs) {
  const shown = shownOf(state, overSince);
  const [asked, setAsked] = useState<string | null>(null);
  const running = shown !== null && !['paid', 'refunded', 'failed'].includes(shown.live.prediction.state);
  useTick(running);
  const id = shown?.live.prediction.id;
  const purses = state.purses.map((purse) => purse.id).join();
  // What is at the page's address, and whose its channels are, is not pushed.
  useEffect(() => {
    if (id && state.opened) void acts.look();
  }, [id, state.opened, purses, acts]);
  if (!shown || !state.info || shown.live.prediction.state === 'failed') return null;
  return <Card {...{ state, acts, ...shown, asked, setAsked }} />;
}

function Card({
  state,
  acts,
  live,
  mine,
  asked,
  setAsked,
}: Needs & {
  live: LivePrediction;
  mine: AddressStakes | null;
  asked: string | null;
  setAsked: (asked: string | null) => void;
}) {
  const { prediction: view } = live;
  const unit = state.info?.terms.token ?? { symbol: '', decimals: 18 };
  const left = leftOf(live);
  const open = view.state === 'open' && left > 0 && state.opened;
  const part = shares(view);
  const by = mine ? stakedBy(mine, view.options.length) : view.options.map(() => 0n);
  const option = open && asked?.startsWith(`${view.id}/`) ? Number(asked.split('/')[1]) : null;
  return (
    <section class="poll prediction card" data-testid="prediction" data-state={view.state} aria-label="Prediction">
      <header>
        <h2>{titles[view.state] ?? 'Prediction, over'}</h2>
        {view.state === 'open' && <time data-testid="prediction-left">{left > 0 ? seconds(left) : 'Locking…'}</time>}
      </header>
      <h3 dir="auto">{view.question}</h3>
      {view.state !== 'open' && view.state !== 'locked' && (
        <p class="verdict" role="status" dir="auto" data-testid="prediction-verdict">
          {verdict(view)}
        </p>
      )}
      <ul>
        {view.options.map((text, i) => (
          <Option
            key={text}
            {...{ view, option: i, unit, open, asked: option === i }}
            share={part[i] ?? 0}
            mine={by[i] ?? 0n}
            onTap={() => setAsked(option === i ? null : `${view.id}/${i}`)}
          />
        ))}
      </ul>
      {option !== null && <Staking key={option} {...{ state, acts, live, option }} onDone={() => setAsked(null)} />}
      {mine && <Mine {...{ state, acts, view, mine, by }} />}
      <p class="hint" data-testid="prediction-pot">
        {view.stakes === 0
          ? 'Nobody has staked yet.'
          : `${money(BigInt(view.pot), unit)} in the pot, ${view.stakes === 1 ? '1 stake' : `${view.stakes} stakes`}.`}
        {option === null && open && ' Tap an outcome to stake on it.'}
      </p>
      <Rules live={live} />
    </section>
  );
}
