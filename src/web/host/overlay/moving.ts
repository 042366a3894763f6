// Moving and resizing a part's box on the canvas, held within it and drawn to lines that are near. In shares of the canvas.
import type { Place } from '../../../vocabulary/places.js';

/** Which edges are dragged; none: the whole box. */
export interface Grip {
  across: 'left' | 'right' | null;
  down: 'top' | 'bottom' | null;
}

/** What a box may be drawn to, and how near. */
export interface Lines {
  x: readonly number[];
  y: readonly number[];
  reach: { x: number; y: number };
}

/** How far it went, and the lines it stands at now. */
export interface Moved {
  place: Place;
  at: { x: number | null; y: number | null };
}

const least = 0.03;
const scales = { least: 0.3, most: 4 };
const clamp = (value: number, from: number, to: number): number => Math.min(Math.max(value, from), Math.max(from, to));

export function moved(place: Place, dx: number, dy: number): Place {
  const x = clamp(place.x + dx, 0, 1 - place.width);
  const y = clamp(place.y + dy, 0, 1 - place.height);
  return { ...place, x, y };
}

/** One axis of a box whose first or last edge is dragged. */
function stretch(from: number, length: number, edge: 'first' | 'last' | null, by: number): [number, number] {
  const end = from + length;
  if (edge === null) return [from, length];
  if (edge === 'last') return [from, clamp(length + by, least, 1 - from)];
  const start = clamp(from + by, 0, end - least);
  return [start, end - start];
}

/** By an edge, the box: what is in it flows anew. */
function stretched(place: Place, { across, down }: Grip, dx: number, dy: number): Place {
  const [x, width] = stretch(place.x, place.width, across && (across === 'left' ? 'first' : 'last'), dx);
  const [y, height] = stretch(place.y, place.height, down && (down === 'top' ? 'first' : 'last'), dy);
  return { ...place, x, y, width, height };
}

/** By a corner, all of it grows or shrinks as one, what is in it too. */
function grown(place: Place, { across, down }: Grip, dx: number, dy: number): Place {
  const wish = stretched(place, { across, down }, dx, dy);
  const room = {
    x: across === 'left' ? place.x + place.width : 1 - place.x,
    y: down === 'top' ? place.y + place.height : 1 - place.y,
  };
  const most = Math.min(room.x / place.width, room.y / place.height, scales.most / place.scale);
  const fewest = Math.max(least / place.width, least / place.height, scales.least / place.scale);
  const factor = clamp(Math.max(wish.width / place.width, wish.height / place.height), fewest, most);
  const [width, height] = [place.width * factor, place.height * factor];
  const x = across === 'left' ? place.x + place.width - width : place.x;
  const y = down === 'top' ? place.y + place.height - height : place.y;
  return { x, y, width, height, scale: place.scale * factor };
}

/** What arithmetic has put a hair's breadth outside is inside again: the server takes nothing else. */
const inside = ({ x, y, width, height, scale }: Place): Place => ({
  x: clamp(x, 0, 1),
  y: clamp(y, 0, 1),
  width: clamp(width, least, 1),
  height: clamp(height, least, 1),
  scale: clamp(scale, scales.least, scales.most),
});

export function dragged(place: Place, grip: Grip, dx: number, dy: number): Place {
  if (grip.across && grip.down) return inside(grown(place, grip, dx, dy));
  return grip.across || grip.down ? inside(stretched(place, grip, dx, dy)) : moved(place, dx, dy);
}

export const scaled = (place: Place, factor: number): Place => ({
  ...place,
  scale: clamp(place.scale * factor, scales.least, scales.most),
});

/** The way to the nearest line from any of those edges; null: none is near. */
function nearest(
  edges: readonly number[],
  lines: readonly number[],
  reach: number,
): { by: number; line: number } | null {
  let best: { by: number; line: number } | null = null;
  for (const edge of edges)
    for (const line of lines)
      if (Math.abs(line - edge) <= Math.min(reach, Math.abs(best?.by ?? reach))) best = { by: line - edge, line };
  return best;
}

/** The same, with the edges that move drawn to a line. */
export function drawn(place: Place, grip: Grip, dx: number, dy: number, { x, y, reach }: Lines): Moved {
  const free = dragged(place, grip, dx, dy);
  const whole = !grip.across && !grip.down;
  const [right, bottom] = [free.x + free.width, free.y + free.height];
  const acrossEdges = whole
    ? [free.x, right, free.x + free.width / 2]
    : grip.across
      ? [grip.across === 'left' ? free.x : right]
      : [];
  const downEdges = whole
    ? [free.y, bottom, free.y + free.height / 2]
    : grip.down
      ? [grip.down === 'top' ? free.y : bottom]
      : [];
  const byX = nearest(acrossEdges, x, reach.x);
  // A corner keeps the shape of the box: it is drawn one way alone.
  const byY = grip.across && grip.down && byX ? null : nearest(downEdges, y, reach.y);
  const to = dragged(place, grip, dx + (byX?.by ?? 0), dy + (byY?.by ?? 0));
  return { place: to, at: { x: byX?.line ?? null, y: byY?.line ?? null } };
}
