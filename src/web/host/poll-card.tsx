// Polls on the dashboard: open one, see it live, close it or call it off, and take the votes of earlier ones away.
import { useEffect, useState } from 'preact/hooks';
import { pollLimits } from '../../vocabulary/poll-limits.js';
import type { PollKind, PollView } from '../../vocabulary/polls.js';
import type { HostStream } from '../../vocabulary/streams.js';
import { money, parseAmount, type Unit } from '../shared/money.js';
import { type LivePoll, leftOf, percent, seconds, shares, verdict } from '../shared/poll.js';
import type { Desk } from './desk.js';
import { givenOf, noOptions, OptionsField } from './options-field.js';
import type { HostState } from './state.js';

const kinds: Record<PollKind, string> = {
  free: 'One free vote each',
  extra: 'One free, more for money',
  paid: 'Weighed by what is paid',
  quadratic: 'Weighed by the root of what is paid',
};
const lasts: Record<string, number> = {
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

function Maker({ shown, desk, busy }: Needs) {
  const { decimals, symbol } = shown.info.terms.token;
  const [question, setQuestion] = useState('');
  const [options, setOptions] = useState(noOptions);
  const [last, setLast] = useState('2 minutes');
  const [votes, setVotes] = useState<PollKind>('free');
  const [priceText, setPrice] = useState('1');
  const [change, setChange] = useState(true);
  const [secret, setSecret] = useState(false);
  const price = votes === 'free' ? 0n : parseAmount(priceText, decimals);
  const given = givenOf(options);
  const priced = price !== null && (votes === 'free' || price > 0n);
  const ready = question.trim() !== '' && given.length >= pollLimits.options.least && priced;
  const open = async (event: Event) => {
    event.preventDefault();
    if (!ready || price === null) return;
    const wish = { question: question.trim(), options: given, durationMs: lasts[last] ?? 120_000 };
    if (!(await desk.openPoll({ ...wish, votes, price: `${price}`, change, secret }))) return;
    setQuestion('');
    setOptions(noOptions);
  };
  return (
    <form class="asking" onSubmit={open}>
      <label>
        Question
        <input
          value={question}
          maxLength={pollLimits.question}
          dir="auto"
          placeholder="Ask the audience"
          data-testid="poll-question"
          onInput={(event) => setQuestion(event.currentTarget.value)}
        />
      </label>
      {question.trim() !== '' && (
        <>
          <OptionsField options={options} set={setOptions} limits={pollLimits} word="Option" testid="poll-set" />
          <div class="how">
            <label>
              Runs for
              <select value={last} data-testid="poll-lasts" onChange={(event) => setLast(event.currentTarget.value)}>
                {Object.keys(lasts).map((text) => (
                  <option key={text}>{text}</option>
                ))}
              </select>
            </label>
            <label>
              Votes
              <select
                value={votes}
                data-testid="poll-kind"
                onChange={(event) => setVotes(event.currentTarget.value as PollKind)}
              >
                {(Object.keys(kinds) as PollKind[]).map((kind) => (
                  <option key={kind} value={kind}>
                    {kinds[kind]}
                  </option>
                ))}
              </select>
            </label>
            {votes !== 'free' && (
              <label>
                Price of a vote ({symbol})
                <input
                  inputMode="decimal"
                  value={priceText}
                  data-testid="poll-price"
                  onInput={(event) => setPrice(event.currentTarget.value)}
                />
              </label>
            )}
          </div>
          <label class="tick">
            <input type="checkbox" checked={change} onChange={(event) => setChange(event.currentTarget.checked)} />
            Votes may be changed until it closes
          </label>
          <label class="tick">
            <input
              type="checkbox"
              checked={secret}
              data-testid="poll-secret"
              onChange={(event) => setSecret(event.currentTarget.checked)}
            />
            Secret until it closes, for you too
          </label>
          {votes === 'quadratic' && (
            <p class="dim">
              Only chat accounts at least 30 days old count: otherwise one purse could pose as many people.
            </p>
          )}
          {!priced && <p class="wrong">Write the price like 1 or 0.25, with a point.</p>}
          <button type="submit" class="main" data-testid="poll-open" disabled={!ready || busy !== null}>
            {busy === 'poll' ? 'Opening…' : 'Open the poll'}
          </button>
        </>
      )}
    </form>
  );
}

function Standing({ poll, unit }: { poll: PollView; unit: Unit }) {
  const part = shares(poll);
  const { voters, value, lines } = poll.tally;
  return (
    <>
      <ul class="poll-bars">
        {poll.options.map((text, i) => {
          const line = lines[i];
          const won = poll.state === 'closed' && poll.tally.leaders.includes(i);
          const figures = line && (poll.votes === 'paid' ? money(BigInt(line.value), unit) : line.votes);
          return (
            <li key={text} class={won ? 'won' : ''}>
              <i style={{ transform: `scaleX(${part[i] ?? 0})` }} />
              <span dir="auto">{text}</span>
              {line && <b class="figure">{`${figures} · ${percent(part[i] ?? 0)}`}</b>}
            </li>
          );
        })}
      </ul>
      <p class="dim" data-testid="poll-voters">
        {voters === 1 ? '1 person has voted' : `${voters} people have voted`}
        {value !== '0' && `, ${money(BigInt(value), unit)} in all`}.
        {poll.secret && poll.state === 'open' && ' The rest is secret until it closes.'}
      </p>
    </>
  );
}

function Running({ live, shown, desk, busy }: Needs & { live: LivePoll }) {
  const [, tick] = useState(0);
  const [sure, setSure] = useState(false);
  useEffect(() => {
    const timer = setInterval(() => tick((n) => n + 1), 500);
    return () => clearInterval(timer);
  }, []);
  const { poll } = live;
  return (
    <div class="running" data-testid="poll-running">
      <div class="row">
        <h3 class="grow" dir="auto">
          {poll.question}
        </h3>
        <time class="figure">{poll.state === 'open' ? seconds(leftOf(live)) : 'Counting…'}</time>
      </div>
      <Standing poll={poll} unit={shown.info.terms.token} />
      <div class="row wrap">
        <button
          type="button"
          class="main"
          data-testid="poll-close"
          disabled={busy !== null}
          onClick={() => desk.endPoll(poll.id, 'closePoll')}
        >
          Close now
        </button>
        <button
          type="button"
          class="quiet"
          data-testid="poll-cancel"
          disabled={busy !== null}
          onClick={() => (sure ? desk.endPoll(poll.id, 'cancelPoll') : setSure(true))}
        >
          {sure ? 'Sure? Nothing will count or be paid' : 'Call it off'}
        </button>
      </div>
    </div>
  );
}

function Earlier({ polls, desk, unit }: { polls: readonly PollView[]; desk: Desk; unit: Unit }) {
  if (polls.length === 0) return null;
  return (
    <details class="earlier">
      <summary>Earlier polls</summary>
      <ul>
        {polls.map((poll) => (
          <li key={poll.id}>
            <p>
              <span dir="auto">{poll.question}</span>
              <br />
              <span class="dim" dir="auto">
                {verdict(poll)}
                {poll.tally.value !== '0' && ` · ${money(BigInt(poll.tally.value), unit)}`}
              </span>
            </p>
            <button type="button" class="quiet" onClick={() => desk.downloadVotes(poll.id)}>
              Votes (CSV)
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}

export function PollCard({ state, shown, desk }: { state: HostState; shown: HostStream; desk: Desk }) {
  const { poll: live, busy } = state;
  const unit = shown.info.terms.token;
  const runs = live && !['closed', 'cancelled'].includes(live.poll.state);
  const earlier = state.polls.filter(({ state: now }) => now === 'closed' || now === 'cancelled');
  return (
    <section class="card polls" data-testid="host-poll">
      <h2>Poll</h2>
      {live && !runs && (
        <div class="result" data-testid="poll-result">
          <h3 dir="auto">{live.poll.question}</h3>
          <p class="verdict" dir="auto">
            {verdict(live.poll)}
          </p>
          {live.poll.state === 'closed' && <Standing poll={live.poll} unit={unit} />}
        </div>
      )}
      {runs ? <Running key={live.poll.id} {...{ live, shown, desk, busy }} /> : <Maker {...{ shown, desk, busy }} />}
      <Earlier polls={earlier} desk={desk} unit={unit} />
    </section>
  );
}
