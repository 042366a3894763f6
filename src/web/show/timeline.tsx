// Viewers and tips, minute by minute.
import { useState } from 'preact/hooks';
import { stepsOf, timeline } from '../../goals/picture/timeline.js';
import type { ShowSummary } from '../../vocabulary/shows.js';

const [width, height] = [1000, 240];
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

export function Timeline({ show }: { show: ShowSummary }) {
  const [at, setAt] = useState<number | null>(null);
  const { minutes } = show;
  const [first, last] = [minutes[0], minutes[minutes.length - 1]];
  if (!first || !last) return null;
  const shapes = timeline(minutes, width, height);
  const steps = stepsOf(minutes);
  const step = at === null ? null : steps[at];
  const timeOf = (i: number): number => first.at + Math.floor((i * minutes.length) / steps.length) * 60_000;
  const point = (event: PointerEvent) => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const place = Math.floor(((event.clientX - box.left) / box.width) * steps.length);
    setAt(Math.max(0, Math.min(steps.length - 1, place)));
  };
  const said = step
    ? `${clock.format(timeOf(at ?? 0))}: ${step.viewers === 1 ? '1 viewer' : `${step.viewers} viewers`}, ${step.tips === 1 ? '1 tip' : `${step.tips} tips`}`
    : `Most viewers at once: ${show.peak}`;
  return (
    <figure class="card timeline" data-testid="timeline">
      <figcaption>
        <span data-testid="timeline-words">{said}</span>
        <span class="curve-key">
          <i class="viewers" /> viewers <i class="tips" /> tips
        </span>
      </figcaption>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Viewers and tips by the minute. ${said}`}
        onPointerMove={point}
        onPointerDown={point}
        onPointerLeave={() => setAt(null)}
      >
        <path class="area" d={shapes.area} />
        {shapes.tips.map((bar) => (
          <rect key={bar.x} class="tip-bar" x={bar.x} y={bar.y} width={bar.width} height={bar.height} />
        ))}
        <path class="line" d={shapes.line} />
        {at !== null && (
          <rect class="under" x={(at * width) / steps.length} y="0" width={width / steps.length} height={height} />
        )}
      </svg>
      <p class="ends">
        <span>{clock.format(first.at)}</span>
        <span>{clock.format(last.at)}</span>
      </p>
    </figure>
  );
}
