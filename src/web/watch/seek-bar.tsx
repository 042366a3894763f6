// The bar over what can be watched again: what was seen of it, where the viewer is, and what it costs to go back.
import { useEffect, useRef, useState } from 'preact/hooks';
import { money, type Unit } from '../shared/money.js';
import { span } from '../shared/time.js';
import type { Acts } from './acts.js';
import type { Fare } from './fares.js';
import type { Dvr, WatchState } from './state.js';

interface Needs {
  dvr: Dvr;
  went: WatchState['went'];
  acts: Pick<Acts, 'goBack' | 'fare'>;
  unit: Unit;
}

/** So close to its right end the bar means live, s. */
const snap = 2;
/** How long a place that was gone to is told, ms. */
const tellMs = 3000;

/** `1:05`, as players write it. */
export function clock(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (n: number) => `${n}`.padStart(2, '0');
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** What going there costs, in a few words; null where there is nothing to say. */
export function fareInWords(fare: Fare | null, unit: Unit): string | null {
  if (!fare) return null;
  if (fare.unseen === 0) return 'Seen: costs nothing';
  const time = span(Math.round(fare.seconds) * 1000);
  return fare.cost === 0n ? `${time} not seen yet, free` : `${money(fare.cost, unit)} for ${time} not seen yet`;
}

/** Where the pointer is, in seconds behind live. */
function behindAt(bar: HTMLElement, x: number, length: number): number {
  const { left, width } = bar.getBoundingClientRect();
  const behind = length * (1 - Math.min(1, Math.max(0, (x - left) / width)));
  return behind < snap ? 0 : behind;
}

export function SeekBar({ dvr, went, acts, unit }: Needs) {
  const bar = useRef<HTMLDivElement>(null);
  const dragging = useRef(false);
  /** Where the pointer is over the bar, and what that costs. */
  const [over, setOver] = useState<number | null>(null);
  const [told, setTold] = useState(false);
  const [fare, setFare] = useState<Fare | null>(null);
  const { length, behind, live } = dvr;
  const drag = dragging.current && over !== null;
  const at = drag ? over : behind;
  const shown = over ?? (told && went ? went.behind : null);
  const share = (seconds: number): string => `${Math.min(100, Math.max(0, 100 * (1 - seconds / length)))}%`;

  useEffect(() => {
    if (over === null) return;
    let here = true;
    void acts.fare(over).then((found) => here && setFare(found));
    return () => {
      here = false;
    };
  }, [over]);
  useEffect(() => {
    setTold(went !== null);
    const timer = setTimeout(() => setTold(false), tellMs);
    return () => clearTimeout(timer);
  }, [went]);

  const point = ({ clientX }: PointerEvent) => bar.current && setOver(behindAt(bar.current, clientX, length));
  const press = (event: PointerEvent) => {
    if (event.button !== 0) return;
    dragging.current = true;
    bar.current?.setPointerCapture(event.pointerId);
    point(event);
  };
  const release = (event: PointerEvent) => {
    if (dragging.current && bar.current) void acts.goBack(behindAt(bar.current, event.clientX, length));
    dragging.current = false;
    if (event.pointerType !== 'mouse') setOver(null);
  };
  const drop = () => {
    dragging.current = false;
    setOver(null);
  };
  const found = over === null ? (went?.fare ?? null) : fare;
  const words = fareInWords(found, unit);
  return (
    <div class={drag ? 'seek dragged' : 'seek'}>
      <div
        ref={bar}
        class="bar"
        role="slider"
        tabIndex={0}
        data-testid="seek"
        aria-label="Place in the show"
        aria-valuemin={0}
        aria-valuemax={Math.round(length)}
        aria-valuenow={Math.round(length - at)}
        aria-valuetext={at === 0 ? 'Live' : `${span(at * 1000)} behind live`}
        aria-keyshortcuts="ArrowLeft ArrowRight Home End J L"
        onPointerDown={press}
        onPointerMove={point}
        onPointerUp={release}
        onPointerCancel={drop}
        onPointerLeave={() => dragging.current || setOver(null)}
      >
        <span class="track">
          {dvr.seen.map(({ from, to }) => (
            <i key={to} style={{ left: share(from), right: `calc(100% - ${share(to)})` }} />
          ))}
          <b style={{ width: share(at) }} />
        </span>
        <span class="thumb" style={{ left: share(at) }} />
        {shown !== null && (
          <span
            class="bubble"
            style={{ left: `clamp(112px, ${share(shown)}, calc(100% - 60px))` }}
            data-testid="seek-bubble"
          >
            <b>{shown === 0 ? 'Live' : `−${clock(shown)}`}</b>
            {words && <em data-testid="fare">{words}</em>}
          </span>
        )}
      </div>
      {!live && (
        <span class="behind" data-testid="behind">
          −{clock(behind)}
        </span>
      )}
      <button
        type="button"
        class="to-live"
        data-testid="to-live"
        aria-pressed={live}
        aria-label={live ? 'You are live' : 'Back to live'}
        onClick={() => acts.goBack(0)}
      >
        <i aria-hidden="true" />
        Live
      </button>
    </div>
  );
}
