// The boxes of the overlay's parts: where each stands on the canvas, to which side what is in it keeps, and that it fits.
import type { Place } from '../../vocabulary/places.js';

const sides = ['start', 'center', 'end'] as const;
type Side = (typeof sides)[number];

/** The edge of the canvas that a box is nearest to, along one axis; what is in it stands there and grows away from it. */
export function sideOf(from: number, length: number): Side {
  const middle = from + length / 2;
  return middle < 0.45 ? 'start' : middle > 0.55 ? 'end' : 'center';
}

const shareBefore: Record<Side, number> = { start: 0, center: 0.5, end: 1 };
/** Smaller than this nobody reads it. */
const smallest = 0.3;
const percent = (share: number): string => `${Math.round(share * 1e5) / 1e3}%`;

export interface Box {
  /** Where the part puts what it shows. */
  page: HTMLElement;
  /** Null: it is off. */
  place(place: Place | null): void;
}

/** Adds a part's box to the page; it is not seen before it has a place. */
export function createBox(name: string, page: HTMLElement): Box {
  const outer = document.createElement('section');
  outer.className = 'part';
  outer.dataset.part = name;
  outer.hidden = true;
  const inner = document.createElement('div');
  inner.className = 'part-page';
  outer.append(inner);
  page.append(outer);
  let [scale, across]: [number, Side] = [1, 'start'];

  function draw(size: number): void {
    inner.style.setProperty('--fit', `${size}`);
    inner.style.width = percent(1 / size);
    inner.style.left = percent((1 - 1 / size) * shareBefore[across]);
  }

  /** What is higher than the box is drawn smaller, and so much wider. */
  function shrink(): void {
    const room = outer.clientHeight + 1;
    let size = scale;
    draw(size);
    while (inner.offsetHeight * size > room && size > smallest) {
      size *= 0.96;
      draw(size);
    }
  }
  const watch = new ResizeObserver(shrink);
  watch.observe(inner);
  watch.observe(outer);

  return {
    page: inner,
    place(place) {
      outer.hidden = place === null;
      if (!place) return;
      scale = place.scale;
      across = sideOf(place.x, place.width);
      const down = sideOf(place.y, place.height);
      Object.assign(outer.dataset, { across, down });
      Object.assign(outer.style, {
        left: percent(place.x),
        top: percent(place.y),
        width: percent(place.width),
        height: percent(place.height),
      });
      shrink();
    },
  };
}
