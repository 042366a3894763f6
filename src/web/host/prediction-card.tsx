// Predictions on the dashboard: open one, lock it, say what happened, correct that once, or call it off.
import { useState } from 'preact/hooks';
import { predictionLimits } from '../../vocabulary/prediction-limits.js';
import type { PredictionView } from '../../vocabulary/predictions.js';
import type { HostStream } from '../../vocabulary/streams.js';
import { money, type Unit } from '../shared/money.js';
import { percent, seconds } from '../shared/poll.js';
import { disputedFor, type LivePrediction, leftOf, shares, times, verdict } from '../shared/prediction.js';
import { useTick } from '../shared/tick.js';
import type { Desk } from './desk.js';
import { givenOf, noOptions, OptionsField } from './options-field.js';
import type { HostState } from './state.js';

const spans: Record<string, number> = {
  '30 seconds': 30_000,
  '1 minute': 60_000,
  '2 minutes': 120_000,
  '5 minutes': 300_000,
  '15 minutes': 900_000,
  '1 hour': 3_600_000,
  '24 hours': 86_400_000,
};

interface Needs {
  shown: HostStream;
  desk: Desk;
  busy: string | null;
}

const Law = () => (
  <p class="law">
    Staking money on an outcome is <b>gambling in many countries</b>: it may need a licence, an age check or a tax
    report, or be forbidden, also when it is small, and also because of where your audience is. Find out first; nothing
    here does that for you.
  </p>
);

function Off({ token }: { token: boolean }) {
  return (
    <div class="off" data-testid="prediction-off">
      <p>
        The audience stakes on what will happen, and who is right shares what the others staked. Predictions are off
        here.
      </p>
      <Law />
      {token ? (
        <p class="dim">
          To turn them on, set <code>PREDICTIONS=on</code> where dTok runs (in <code>.env</code>) and start it again.
        </p>
      ) : (
        <p class="wrong">
          They cannot be turned on with this token: it does not take signed payments (EIP-3009), of which stakes are
          made.
        </p>
      )}
    </div>
  );
}

function Span({
  label,
  value,
  from,
  set,
  testid,
}: {
  label: string;
  value: string;
  from: number;
  set: (value: string) => void;
  testid: string;
}) {
  return (
    <label>
      {label}
      <select value={value} data-testid={testid} onChange={(event) => set(event.currentTarget.value)}>
        {Object.keys(spans)
          .filter((text) => (spans[text] ?? 0) >= from)
          .map((text) => (
            <option key={text}>{text}</option>
          ))}
      </select>
    </label>
  );
}

function Maker({ shown, desk, busy }: Needs) {
  const [question, setQuestion] = useState('');
  const [options, setOptions] = useState(noOptions);
  const [open, setOpen] = useState('2 minutes');
  const [dispute, setDispute] = useState('5 minutes');
  const given = givenOf(options);
  const twice = new Set(given.map((text) => text.toLowerCase())).size < given.length;
  const ready = question.trim() !== '' && given.length >= predictionLimits.options.least && !twice;
  const { feeBps } = shown.predictions;
  const submit = async (event: Event) => {
    event.preventDefault();
    if (!ready) return;
    const times = { openMs: spans[open] ?? 120_000, disputeMs: spans[dispute] ?? 300_000 };
    if (!(await desk.openPrediction({ question: question.trim(), options: given, ...times }))) return;
    setQuestion('');
    setOptions(noOptions);
  };
  return (
    <form class="asking" onSubmit={submit}>
      <label>
        What will happen?
        <input
          value={question}
          maxLength={predictionLimits.question}
          dir="auto"
          placeholder="Will the encore be Blue?"
          data-testid="prediction-question"
          onInput={(event) => setQuestion(event.currentTarget.value)}
        />
      </label>
      {question.trim() !== '' && (
        <>
          <OptionsField
            options={options}
            set={setOptions}
            limits={predictionLimits}
            word="Outcome"
            testid="prediction-set"
          />
          {twice && <p class="wrong">Two outcomes are the same.</p>}
          <div class="how">
            <Span
              label="Stakes are taken for"
              value={open}
              from={predictionLimits.openMs.least}
              set={setOpen}
              testid="prediction-opens"
            />
            <Span
              label="A result can be corrected for"
              value={dispute}
              from={predictionLimits.disputeMs.least}
              set={setDispute}
              testid="prediction-disputes"
            />
          </div>
          <p class="dim">
            It locks by itself when that time is over. Let it lock before the outcome can be known, or who sees it first
            wins. You may not stake. {feeBps > 0 && `You keep ${feeBps / 100} % of what the losers staked.`}
          </p>
          <button type="submit" class="main" data-testid="prediction-open" disabled={!ready || busy !== null}>
            {busy === 'prediction' ? 'Opening on chain…' : 'Open the prediction'}
          </button>
        </>
      )}
    </form>
  );
}

function Standing({ view, unit }: { view: PredictionView; unit: Unit }) {
  const part = shares(view);
  return (
    <>
      <ul class="bars">
        {view.options.map((text, i) => (
          <li key={text} class={view.winner === i ? 'won' : ''}>
            <i style={{ transform: `scaleX(${part[i] ?? 0})` }} />
            <span dir="auto">{text}</span>
            <b class="figure">
              {view.totals[i] === '0'
                ? 'nobody yet'
                : `${money(BigInt(view.totals[i] ?? '0'), unit)} · ${percent(part[i] ?? 0)} · ${times(view.odds[i])}`}
            </b>
          </li>
        ))}
      </ul>
      <p class="dim" data-testid="prediction-pot">
        {money(BigInt(view.pot), unit)} in the pot, {view.stakes === 1 ? '1 stake' : `${view.stakes} stakes`}.
      </p>
    </>
  );
}

/** Which outcome it was: chosen, then said, so that a slip of the finger decides nothing. */
function Result({
  view,
  busy,
  label,
  onSay,
}: {
  view: PredictionView;
  busy: boolean;
  label: string;
  onSay: (option: number) => Promise<void>;
}) {
  const [chosen, setChosen] = useState<number | null>(null);
  return (
    <fieldset class="result-of">
      <legend>{label}</legend>
      {view.options.map((text, i) => (
        <label key={text} class="tick">
          <input
            type="radio"
            name={`result-${view.id}`}
            checked={chosen === i}
            disabled={view.winner === i}
            data-testid={`prediction-result-${i}`}
            onChange={() => setChosen(i)}
          />
          <span dir="auto">{text}</span>
        </label>
      ))}
      <button
        type="button"
        class="main"
        data-testid="prediction-resolve"
        disabled={busy || chosen === null}
        onClick={() => chosen !== null && onSay(chosen)}
      >
        {chosen === null ? 'Choose what happened' : `It was “${view.options[chosen]}”`}
      </button>
    </fieldset>
  );
}

function Actions({ live, desk, busy }: Omit<Needs, 'shown'> & { live: LivePrediction }) {
  const [corrected, setCorrected] = useState(false);
  const { prediction: view } = live;
  const waits = busy !== null;
  if (view.state === 'open')
    return (
      <button
        type="button"
        class="main"
        data-testid="prediction-lock"
        disabled={waits}
        onClick={() => desk.decide('lockPrediction', view.id)}
      >
        {busy === 'prediction' ? 'On its way to the chain…' : 'Lock now'}
      </button>
    );
  if (view.state === 'locked')
    return (
      <Result
        {...{ view, busy: waits, label: 'What happened?' }}
        onSay={async (option) => void (await desk.resolvePrediction(view.id, option))}
      />
    );
  if (view.state !== 'resolved' || corrected) return null;
  return (
    <details class="correct" data-testid="prediction-correct">
      <summary>That was wrong: correct it (once)</summary>
      <Result
        {...{ view, busy: waits, label: 'What really happened?' }}
        onSay={async (option) => setCorrected(await desk.resolvePrediction(view.id, option))}
      />
    </details>
  );
}

function nowText(live: LivePrediction): string {
  const { prediction: view } = live;
  const by = new Intl.DateTimeFormat(undefined, { weekday: 'short', hour: '2-digit', minute: '2-digit' });
  if (view.state === 'open') return 'Stakes are taken. Lock it before the outcome can be known.';
  if (view.state === 'locked') return `Say what happened by ${by.format(view.resolveBy)}, or all stakes go back.`;
  if (view.state === 'resolved')
    return `${verdict(view)}. It can be corrected once, or called off, for another ${seconds(disputedFor(live))}; then it is paid.`;
  if (view.state === 'paying') return `${verdict(view)}. The escrow is paying out.`;
  return `${verdict(view)}.`;
}

function Running({ live, shown, desk, busy }: Needs & { live: LivePrediction }) {
  const [sure, setSure] = useState(false);
  useTick(true);
  const { prediction: view } = live;
  const left = leftOf(live);
  const mayCancel = ['open', 'locked', 'resolved'].includes(view.state);
  return (
    <div class="running" data-testid="prediction-running" data-state={view.state}>
      <div class="row">
        <h3 class="grow" dir="auto">
          {view.question}
        </h3>
        {view.state === 'open' && <time class="figure">{left > 0 ? seconds(left) : 'Locking…'}</time>}
      </div>
      <Standing view={view} unit={shown.info.terms.token} />
      <p data-testid="prediction-now">{nowText(live)}</p>
      <Actions key={view.state} {...{ live, desk, busy }} />
      {mayCancel && (
        <button
          type="button"
          class="quiet"
          data-testid="prediction-cancel"
          disabled={busy !== null}
          onClick={() => (sure ? desk.decide('cancelPrediction', view.id) : setSure(true))}
        >
          {sure ? 'Sure? All stakes go back' : 'Call it off'}
        </button>
      )}
    </div>
  );
}

function Earlier({ predictions, unit }: { predictions: readonly PredictionView[]; unit: Unit }) {
  if (predictions.length === 0) return null;
  return (
    <details class="earlier">
      <summary>Earlier predictions</summary>
      <ul>
        {predictions.map((view) => (
          <li key={view.id}>
            <p>
              <span dir="auto">{view.question}</span>
              <br />
              <span class="dim" dir="auto">
                {verdict(view)} · {money(BigInt(view.pot), unit)} in the pot
              </span>
            </p>
          </li>
        ))}
      </ul>
    </details>
  );
}

const over = ['paid', 'refunded', 'failed'];

export function PredictionCard({ state, shown, desk }: { state: HostState; shown: HostStream; desk: Desk }) {
  const { prediction: live, busy } = state;
  const unit = shown.info.terms.token;
  const runs = live && !over.includes(live.prediction.state) ? live : null;
  const earlier = state.predictions.filter((one) => over.includes(one.state));
  return (
    <section class="card polls predictions" data-testid="host-prediction">
      <h2>Prediction</h2>
      {live && !runs && (
        <div class="result" data-testid="prediction-over">
          <h3 dir="auto">{live.prediction.question}</h3>
          <p class="verdict" dir="auto">
            {verdict(live.prediction)}
          </p>
          <Standing view={live.prediction} unit={unit} />
        </div>
      )}
      {runs && <Running key={runs.prediction.id} {...{ live: runs, shown, desk, busy }} />}
      {!runs && shown.predictions.on && <Maker {...{ shown, desk, busy }} />}
      {!shown.predictions.on && <Off token={shown.predictions.token} />}
      <Earlier predictions={earlier} unit={unit} />
    </section>
  );
}
