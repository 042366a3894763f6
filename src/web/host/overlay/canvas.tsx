// The overlay as it will look, over a moving picture, with a frame around each part to drag, resize and move by keys.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Look } from '../../../vocabulary/looks.js';
import { defaultPlace, type PartName, type Place, partNames, type Shape } from '../../../vocabulary/places.js';
import { withPart } from './look.js';
import { drawn, type Grip, type Lines, moved, scaled } from './moving.js';
import { partWords } from './words.js';

const canvases: Record<Shape, { width: number; height: number }> = {
  wide: { width: 1920, height: 1080 },
  upright: { width: 1080, height: 1920 },
};
/** What every screen shows, and what titles keep to. */
const margins = [0.035, 0.05];
const reachPx = 7;
const keyStep = 0.01;
const grips: readonly Grip[] = [
  { across: 'left', down: 'top' },
  { across: 'right', down: 'top' },
  { across: 'right', down: 'bottom' },
  { across: 'left', down: 'bottom' },
  { across: 'left', down: null },
  { across: 'right', down: null },
  { across: null, down: 'top' },
  { across: null, down: 'bottom' },
];
const whole: Grip = { across: null, down: null };

export interface CanvasNeeds {
  stream: string;
  look: Look;
  shape: Shape;
  picked: PartName | null;
  pick: (name: PartName | null) => void;
  preview: (look: Look) => void;
  save: (look: Look) => void;
}

export const placesOf = (look: Look, shape: Shape): Partial<Record<PartName, Place>> => {
  const on = partNames.filter((name) => look.parts[name].on);
  return Object.fromEntries(on.map((name) => [name, look.parts[name][shape] ?? defaultPlace(name, shape, on)]));
};

/** Edges, safe margins, the middle, and the edges of the others. */
function linesFor(name: PartName, places: Partial<Record<PartName, Place>>, reach: Lines['reach']): Lines {
  const own = [0, 0.5, 1, ...margins, ...margins.map((margin) => 1 - margin)];
  const others = Object.entries(places).flatMap(([other, place]) => (other === name ? [] : [place]));
  return {
    x: [...own, ...others.flatMap(({ x, width }) => [x, x + width])],
    y: [...own, ...others.flatMap(({ y, height }) => [y, y + height])],
    reach,
  };
}

const hundredths = (share: number): string => `${Math.round(share * 100)} %`;
const percent = (share: number): string => `${share * 100}%`;
const boxOf = ({ x, y, width, height }: Place) => ({
  ...{ left: percent(x), top: percent(y), width: percent(width), height: percent(height) },
});

export const sayPlace = (name: PartName, { x, y, width, height }: Place): string =>
  `${partWords[name]}: ${hundredths(x)} from the left, ${hundredths(y)} from the top, ` +
  `${hundredths(width)} wide, ${hundredths(height)} high.`;

function Preview({ stream, look, shape }: Pick<CanvasNeeds, 'stream' | 'look' | 'shape'>) {
  const frame = useRef<HTMLIFrameElement>(null);
  const [size, setSize] = useState(0);
  const newest = useRef(look);
  newest.current = look;
  const tell = () => frame.current?.contentWindow?.postMessage({ look: newest.current }, location.origin);
  useEffect(() => {
    const ready = ({ source, data }: MessageEvent<{ overlay?: string }>) => {
      if (source === frame.current?.contentWindow && data.overlay === 'ready') tell();
    };
    window.addEventListener('message', ready);
    return () => window.removeEventListener('message', ready);
  }, []);
  useEffect(tell, [look]);
  const { width, height } = canvases[shape];
  useEffect(() => {
    const box = frame.current?.parentElement;
    if (!box) return;
    const watch = new ResizeObserver(() => setSize(box.clientWidth / width));
    watch.observe(box);
    return () => watch.disconnect();
  }, [width]);
  return (
    <iframe
      ref={frame}
      src={`/overlay/${encodeURIComponent(stream)}?preview`}
      title="Preview of the overlay"
      data-testid="overlay-preview"
      loading="lazy"
      tabIndex={-1}
      style={{ width: `${width}px`, height: `${height}px`, transform: `scale(${size})` }}
    />
  );
}

/** Drags from where the pointer went down until it is let go; Alt keeps it from being drawn to lines. */
function useDrag(needs: CanvasNeeds, name: PartName, place: Place) {
  const [at, setAt] = useState<{ x: number | null; y: number | null } | null>(null);
  const begin = (grip: Grip) => (down: PointerEvent) => {
    if (down.button !== 0 || !(down.currentTarget instanceof Element)) return;
    const handle = down.currentTarget;
    const canvas = handle.closest('.canvas')?.getBoundingClientRect();
    if (!canvas) return;
    down.stopPropagation();
    needs.pick(name);
    // A first touch may be the begin of a scroll.
    if (down.pointerType === 'touch' && needs.picked !== name) return;
    handle.setPointerCapture(down.pointerId);
    const lines = linesFor(name, placesOf(needs.look, needs.shape), {
      x: reachPx / canvas.width,
      y: reachPx / canvas.height,
    });
    let last = needs.look;
    const move = (event: PointerEvent) => {
      const by = [
        (event.clientX - down.clientX) / canvas.width,
        (event.clientY - down.clientY) / canvas.height,
      ] as const;
      const near = event.altKey ? { ...lines, x: [], y: [] } : lines;
      const to = drawn(place, grip, ...by, near);
      setAt(to.at);
      last = withPart(needs.look, name, { [needs.shape]: to.place });
      needs.preview(last);
    };
    const end = (event: PointerEvent) => {
      handle.removeEventListener('pointermove', move as EventListener);
      handle.removeEventListener('pointerup', end as EventListener);
      handle.removeEventListener('pointercancel', end as EventListener);
      setAt(null);
      if (last === needs.look) return;
      if (event.type === 'pointercancel') needs.preview(needs.look);
      else needs.save(last);
    };
    handle.addEventListener('pointermove', move as EventListener);
    handle.addEventListener('pointerup', end as EventListener);
    handle.addEventListener('pointercancel', end as EventListener);
  };
  return { at, begin };
}

const arrows: Record<string, readonly [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** What a key makes of a place; null: nothing. */
export function placeByKey(place: Place, { key, shiftKey }: Pick<KeyboardEvent, 'key' | 'shiftKey'>): Place | null {
  if (key === '+' || key === '=') return scaled(place, 1.05);
  if (key === '-' || key === '_') return scaled(place, 1 / 1.05);
  const arrow = arrows[key];
  if (!arrow) return null;
  const by = [arrow[0] * keyStep, arrow[1] * keyStep] as const;
  if (!shiftKey) return moved(place, ...by);
  const free: Lines = { x: [], y: [], reach: { x: 0, y: 0 } };
  const wider = drawn(place, { across: 'right', down: null }, by[0], 0, free).place;
  return drawn(wider, { across: null, down: 'bottom' }, 0, by[1], free).place;
}

function Frame({ needs, name, place }: { needs: CanvasNeeds; name: PartName; place: Place }) {
  const { at, begin } = useDrag(needs, name, place);
  const picked = needs.picked === name;
  const unsaved = useRef<Look | null>(null);
  const timer = useRef(0);
  const settle = () => {
    clearTimeout(timer.current);
    if (unsaved.current) needs.save(unsaved.current);
    unsaved.current = null;
  };
  const key = (event: KeyboardEvent) => {
    const next = placeByKey(place, event);
    if (!next) return;
    event.preventDefault();
    unsaved.current = withPart(needs.look, name, { [needs.shape]: next });
    needs.preview(unsaved.current);
    clearTimeout(timer.current);
    timer.current = window.setTimeout(settle, 400);
  };
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: a button cannot hold the grips */}
      <div
        role="button"
        tabIndex={0}
        class={picked ? 'frame picked' : 'frame'}
        style={boxOf(place)}
        data-testid={`frame-${name}`}
        aria-pressed={picked}
        aria-label={`${partWords[name]}. Arrow keys move it, with Shift they resize it, plus and minus change how large it is drawn.`}
        onPointerDown={begin(whole)}
        onFocus={() => needs.pick(name)}
        onKeyDown={key}
        onBlur={settle}
      >
        <span>{partWords[name]}</span>
        {picked &&
          grips.map((grip) => (
            <i
              key={`${grip.across} ${grip.down}`}
              class="grip"
              data-across={grip.across}
              data-down={grip.down}
              data-testid={`grip-${grip.down ?? 'middle'}-${grip.across ?? 'middle'}`}
              onPointerDown={begin(grip)}
            />
          ))}
      </div>
      {at?.x != null && <i class="guide" data-way="down" style={{ left: percent(at.x) }} />}
      {at?.y != null && <i class="guide" data-way="across" style={{ top: percent(at.y) }} />}
    </>
  );
}

export function Canvas(needs: CanvasNeeds & { safe: boolean }) {
  const { look, shape, picked, safe } = needs;
  const places = placesOf(look, shape);
  const place = picked && places[picked];
  return (
    <div class="canvas" data-shape={shape} data-testid="overlay-canvas" onPointerDown={() => needs.pick(null)}>
      <div class="picture" aria-hidden="true">
        <i />
        <i />
        <i />
      </div>
      <Preview key={shape} {...needs} />
      {safe && margins.map((margin) => <i key={margin} class="safe" style={{ inset: percent(margin) }} />)}
      {partNames.map((name) => places[name] && <Frame key={name} needs={needs} name={name} place={places[name]} />)}
      <p class="unseen" aria-live="polite">
        {picked && place ? sayPlace(picked, place) : ''}
      </p>
    </div>
  );
}
