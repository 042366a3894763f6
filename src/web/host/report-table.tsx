// The lines of a report: days, streams or payers, with what each brought and what of it is claimed.
import type { HostStream } from '../../vocabulary/streams.js';
import { decimal, grouped } from '../shared/money.js';
import type { Report, ReportBy, ReportLine } from './report.js';

const heads: Record<ReportBy, string> = { day: 'Day (UTC)', stream: 'Stream', payer: 'Payer' };

/** `Mon 23 Nov 2026` of a day, as UTC has it. */
const dayText = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC',
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
});

const short = (address: string): string => `${address.slice(0, 8)}…${address.slice(-4)}`;

function Name({ line, by }: { line: ReportLine; by: ReportBy }) {
  if (by === 'day') return <>{dayText.format(Date.parse(line.of))}</>;
  return (
    <>
      {line.label && (
        <bdi class="name" title={line.label}>
          {line.label}
        </bdi>
      )}
      {by === 'payer' ? (
        <code title={line.of}>{short(line.of)}</code>
      ) : (
        <span class={line.label ? 'dim' : ''}>{line.of}</span>
      )}
    </>
  );
}

/** The places that some amount of the table needs, 2 to 4, so that the points stand below each other. */
function placesOf(lines: readonly ReportLine[], decimals: number): number {
  const needed = (amount: string) => (decimal(BigInt(amount), decimals, { max: 4 }).split('.')[1] ?? '').length;
  return Math.max(2, ...lines.flatMap(({ watched, tipped, claimed }) => [watched, tipped, claimed].map(needed)));
}

function Row({ line, by, say }: { line: ReportLine; by: ReportBy; say: (amount: bigint) => string }) {
  const [watched, tipped, claimed] = [BigInt(line.watched), BigInt(line.tipped), BigInt(line.claimed)];
  const cell = (name: string, amount: bigint) => (
    <td class={amount === 0n ? 'sum none' : 'sum'}>
      <small>{name} </small>
      {amount === 0n ? '–' : say(amount)}
    </td>
  );
  return (
    <tr data-testid="report-row">
      <td>
        <div class="who">
          <Name line={line} by={by} />
        </div>
      </td>
      {cell('watched', watched)}
      {cell('tips', tipped)}
      <td class="sum all">{say(watched + tipped)}</td>
      {cell('claimed', claimed)}
    </tr>
  );
}

export function ReportTable({ report, by, shown }: { report: Report; by: ReportBy; shown: HostStream }) {
  const { symbol, decimals } = shown.info.terms.token;
  const lines = by === 'day' ? [...report.lines].reverse() : report.lines;
  const more = report.count - lines.length;
  const places = placesOf(lines, decimals);
  const say = (amount: bigint) => grouped(decimal(amount, decimals, { min: places, max: places }));
  return (
    <>
      <div class="scroll">
        <table data-testid="report-lines">
          <thead>
            <tr>
              <th scope="col">{heads[by]}</th>
              <th scope="col">Watched</th>
              <th scope="col">Tips</th>
              <th scope="col">Total, {symbol}</th>
              <th scope="col">Claimed</th>
            </tr>
          </thead>
          <tbody>
            {lines.map((line) => (
              <Row key={line.of} line={line} by={by} say={say} />
            ))}
          </tbody>
        </table>
      </div>
      {more > 0 && (
        <p class="dim" data-testid="report-more">
          The {lines.length} that brought most are shown; the other {grouped(`${more}`)} are in the CSV.
        </p>
      )}
    </>
  );
}
