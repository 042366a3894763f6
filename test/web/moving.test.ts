// Moving and resizing boxes on the dashboard's canvas: whatever is done, they stay on it.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Place as PlaceOnTheWire } from '../../src/vocabulary/looks.js';
import type { Place } from '../../src/vocabulary/places.js';
import { dragged, drawn, type Grip, moved, scaled } from '../../src/web/host/overlay/moving.js';

const box: Place = { x: 0.2, y: 0.3, width: 0.4, height: 0.2, scale: 1 };
const no = { x: [], y: [], reach: { x: 0.01, y: 0.01 } };
const whole: Grip = { across: null, down: null };
const rounded = (place: Place) => Object.values(place).map((value) => Math.round(value * 1000) / 1000);

it('any drag of any grip leaves a place that the server takes', () => {
  const share = fc.double({ min: -2, max: 2, noNaN: true });
  const place = fc
    .tuple(
      ...Array.from({ length: 4 }, () => fc.double({ min: 0, max: 1, noNaN: true })),
      fc.double({ min: 0.3, max: 4, noNaN: true }),
    )
    .map(([x = 0, y = 0, w = 0, h = 0, scale = 1]) => {
      const [width, height] = [0.03 + w * 0.97, 0.03 + h * 0.97];
      return { x: x * (1 - width), y: y * (1 - height), width, height, scale };
    });
  const grip = fc.record({
    across: fc.constantFrom<Grip['across']>('left', 'right', null),
    down: fc.constantFrom<Grip['down']>('top', 'bottom', null),
  });
  fc.assert(
    fc.property(place, grip, share, share, fc.array(share), (from, by, dx, dy, lines) => {
      const { place: to } = drawn(from, by, dx, dy, { x: lines, y: lines, reach: { x: 0.02, y: 0.02 } });
      const { error } = PlaceOnTheWire.safeParse(to);
      expect(error?.issues ?? []).toEqual([]);
    }),
    // Rounding once took a corner a hair's breadth beyond the canvas.
    {
      examples: [
        [{ x: 2e-18, y: 0, width: 0.03, height: 0.03, scale: 0.3 }, { across: 'left', down: 'bottom' }, 0, 0, [0]],
      ],
    },
  );
});

it('an edge keeps the one across from it, and a corner the shape', () => {
  expect(rounded(dragged(box, { across: 'left', down: null }, 0.1, 0.1))).toEqual([0.3, 0.3, 0.3, 0.2, 1]);
  expect(rounded(dragged(box, { across: null, down: 'bottom' }, 0.1, 0.1))).toEqual([0.2, 0.3, 0.4, 0.3, 1]);
  expect(rounded(dragged(box, { across: 'right', down: 'bottom' }, 0.2, 0))).toEqual([0.2, 0.3, 0.6, 0.3, 1.5]);
  expect(rounded(dragged(box, { across: 'left', down: 'top' }, 0.2, 0.1))).toEqual([0.4, 0.4, 0.2, 0.1, 0.5]);
  expect(rounded(moved(box, 9, -9))).toEqual([0.6, 0, 0.4, 0.2, 1]);
  expect(scaled(box, 100).scale).toBe(4);
});

it('is drawn to the nearest line within reach, and says to which', () => {
  const lines = { ...no, x: [0.05, 0.5, 0.655], y: [0.5] };
  const to = drawn(box, whole, 0.052, 0.003, lines);
  expect([rounded(to.place), to.at]).toEqual([[0.255, 0.3, 0.4, 0.2, 1], { x: 0.655, y: 0.5 }]);
  const far = drawn(box, whole, 0.07, 0.05, lines);
  expect([rounded(far.place), far.at]).toEqual([[0.27, 0.35, 0.4, 0.2, 1], { x: null, y: null }]);
  expect(drawn(box, { across: 'right', down: null }, 0.06, 0, lines).at).toEqual({ x: 0.655, y: null });
});
