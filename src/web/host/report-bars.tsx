// A bar for each day: how much was watched, and the tips on top; the day under the finger in words.
import { useState } from 'preact/hooks';
import type { HostStream } from '../../vocabulary/streams.js';
import { money } from '../shared/money.js';
import { barsOf, type DayBar, type ReportLine, type ReportWish, share } from './report.js';

const dayText = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', day: 'numeric', month: 'short' });
const textOf = ({ day }: DayBar): string => dayText.format(Date.parse(day));
const sumOf = ({ watched, tipped }: DayBar): bigint => watched + tipped;

/** However little it is, it is seen. */
function Part({ of, amount, top }: { of: string; amount: bigint; top: bigint }) {
  if (amount === 0n) return null;
  return <i class={of} style={{ height: `${share(amount, top)}%` }} />;
}

/** The days are in the table too: this is for the eye. */
export function ReportBars({
  lines,
  wish,
  shown,
}: {
  lines: readonly ReportLine[];
  wish: ReportWish;
  shown: HostStream;
}) {
  const [day, setDay] = useState<string | null>(null);
  const bars = barsOf(lines, wish, shown.info.serverTime);
  const most = bars.reduce<DayBar | null>((top, bar) => (top && sumOf(top) >= sumOf(bar) ? top : bar), null);
  if (!most || bars.length < 2) return null;
  const top = sumOf(most);
  const say = (amount: bigint) => money(amount, shown.info.terms.token, { max: 4 });
  const at = bars.find((bar) => bar.day === day);
  const words = at
    ? `${textOf(at)}: ${sumOf(at) === 0n ? 'nothing' : `${say(at.watched)} watched, ${say(at.tipped)} tips`}`
    : `Best day: ${textOf(most)}, ${say(top)}`;
  return (
    <figure class="bars" aria-hidden="true" data-testid="report-bars" onPointerLeave={() => setDay(null)}>
      <figcaption>
        <span data-testid="report-bar-words">{words}</span>
        <span class="key">
          <i class="watched" /> watched <i class="tipped" /> tips
        </span>
      </figcaption>
      <div class="plot">
        {bars.map((bar) => (
          <div
            key={bar.day}
            class={bar.day === day ? 'bar on' : 'bar'}
            data-day={bar.day}
            onPointerEnter={() => setDay(bar.day)}
            onPointerDown={() => setDay(bar.day)}
          >
            <Part of="tipped" amount={bar.tipped} top={top} />
            <Part of="watched" amount={bar.watched} top={top} />
          </div>
        ))}
      </div>
      <div class="row ends">
        <span>{bars[0] && textOf(bars[0])}</span>
        <span>{textOf(bars[bars.length - 1] ?? most)}</span>
      </div>
    </figure>
  );
}
