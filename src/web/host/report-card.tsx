// What the host earned: by day, stream or payer, over the days that he chooses, and as CSV.
import type { HostStream } from '../../vocabulary/streams.js';
import { money } from '../shared/money.js';
import type { Desk } from './desk.js';
import { chosenDays, dayOf, periods, type Report, type ReportBy } from './report.js';
import { ReportBars } from './report-bars.js';
import { ReportTable } from './report-table.js';
import type { HostState } from './state.js';

interface Needs {
  state: HostState;
  shown: HostStream;
  desk: Desk;
}

const tabs: Record<ReportBy, string> = { day: 'By day', stream: 'By stream', payer: 'By payer' };
function Choices({ state, shown, desk }: Needs) {
  const { wish } = state.report;
  const today = dayOf(shown.info.serverTime);
  return (
    <div class="row wrap choices">
      <fieldset class="tabs">
        <legend class="unseen">What is summed</legend>
        {(Object.keys(tabs) as ReportBy[]).map((by) => (
          <button
            key={by}
            type="button"
            class={by === wish.by ? 'tab on' : 'tab'}
            aria-pressed={by === wish.by}
            data-testid={`report-by-${by}`}
            onClick={() => desk.report({ by })}
          >
            {tabs[by]}
          </button>
        ))}
      </fieldset>
      <select
        aria-label="Which days"
        value={wish.period}
        data-testid="report-period"
        onChange={(event) => desk.report({ period: event.currentTarget.value })}
      >
        {Object.keys(periods).map((period) => (
          <option key={period}>{period}</option>
        ))}
      </select>
      {wish.period === chosenDays && (
        <div class="row dates">
          {(['from', 'to'] as const).map((end) => (
            <label key={end}>
              {end === 'from' ? 'From' : 'To the end of'}
              <input
                type="date"
                max={today}
                value={wish[end]}
                data-testid={`report-${end}`}
                onChange={(event) => desk.report({ [end]: event.currentTarget.value })}
              />
            </label>
          ))}
        </div>
      )}
    </div>
  );
}

function Totals({ total, shown }: { total: Report['total']; shown: HostStream }) {
  const say = (amount: bigint) => money(amount, shown.info.terms.token, { max: 4 });
  const [watched, tipped, claimed] = [BigInt(total.watched), BigInt(total.tipped), BigInt(total.claimed)];
  const figures: [string, bigint, string][] = [
    ['Total', watched + tipped, 'report-total'],
    ['Watched', watched, 'report-watched'],
    [total.tips === 1 ? 'Tips (1)' : `Tips (${total.tips})`, tipped, 'report-tipped'],
    ['Claimed so far', claimed, 'report-claimed'],
  ];
  return (
    <dl>
      {figures.map(([name, amount, testid]) => (
        <div key={testid}>
          <dt>{name}</dt>
          <dd data-testid={testid}>{say(amount)}</dd>
        </div>
      ))}
    </dl>
  );
}

function Body({ state, shown }: Omit<Needs, 'desk'>) {
  const { data, of } = state.report;
  if (!data) return <p class="dim">Adding up…</p>;
  return (
    <>
      <Totals total={data.total} shown={shown} />
      {data.count === 0 && <p class="dim">Nothing was earned on these days.</p>}
      {of.by === 'day' && data.count > 0 && <ReportBars lines={data.lines} wish={of} shown={shown} />}
      {data.count > 0 && <ReportTable report={data} by={of.by} shown={shown} />}
    </>
  );
}

export function ReportCard({ state, shown, desk }: Needs) {
  return (
    <section class="card report" data-testid="report" data-loading={state.report.loading}>
      <div class="row wrap head">
        <h2>What you earned</h2>
        <button
          type="button"
          class="quiet"
          data-testid="report-csv"
          disabled={state.busy !== null}
          onClick={desk.downloadReport}
        >
          {state.busy === 'csv' ? 'Making…' : 'Download CSV'}
        </button>
      </div>
      <p class="dim">From all your streams. Days run from midnight to midnight UTC.</p>
      <Choices state={state} shown={shown} desk={desk} />
      <Body state={state} shown={shown} />
    </section>
  );
}
