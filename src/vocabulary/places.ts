// The themes that ship, and the parts of an overlay with where they stand until the host moves them: shares of the
// canvas, apart from each other.

export const partNames = ['alerts', 'goal', 'poll', 'prediction', 'leaderboard', 'ticker', 'watching', 'qr'] as const;
export type PartName = (typeof partNames)[number];

/** A box on the canvas: left, top, width and height as shares of it, and how large what is in it is drawn. */
export interface Place {
  x: number;
  y: number;
  width: number;
  height: number;
  scale: number;
}

/** The looks that ship; the first is the usual one. */
export const themeNames = ['lamp', 'glass', 'loud'] as const;
export type ThemeName = (typeof themeNames)[number];

/** On, as long as the host says nothing else. */
export const usualParts: readonly PartName[] = ['alerts', 'goal', 'poll'];

const at = (x: number, y: number, width: number, height: number): Place => ({ x, y, width, height, scale: 1 });

/** Of a canvas: each has places of its own. */
export const shapes = ['wide', 'upright'] as const;
export type Shape = (typeof shapes)[number];
export const shapeOf = (width: number, height: number): Shape => (width < height ? 'upright' : 'wide');

const wide: Record<PartName, Place> = {
  alerts: at(0.05, 0.5, 0.47, 0.415),
  goal: at(0.033, 0.037, 0.284, 0.115),
  poll: at(0.617, 0.07, 0.35, 0.57),
  prediction: at(0.033, 0.17, 0.284, 0.32),
  leaderboard: at(0.767, 0.66, 0.2, 0.255),
  ticker: at(0, 0.94, 1, 0.06),
  watching: at(0.767, 0.015, 0.2, 0.045),
  qr: at(0.867, 0.69, 0.1, 0.225),
};

const upright: Record<PartName, Place> = {
  alerts: at(0.04, 0.72, 0.92, 0.215),
  goal: at(0.04, 0.025, 0.54, 0.065),
  poll: at(0.34, 0.1, 0.62, 0.27),
  prediction: at(0.04, 0.38, 0.6, 0.18),
  leaderboard: at(0.56, 0.57, 0.4, 0.14),
  ticker: at(0, 0.955, 1, 0.045),
  watching: at(0.62, 0.025, 0.34, 0.03),
  qr: at(0.04, 0.57, 0.2, 0.14),
};

/** Beside the QR code, which has the corner. */
const besideQr: Record<Shape, Partial<Record<PartName, Place>>> = {
  wide: { leaderboard: at(0.655, 0.66, 0.2, 0.255) },
  upright: {},
};

/** Where a part stands by default, with those parts on. */
export function defaultPlace(name: PartName, shape: Shape, on: readonly string[]): Place {
  const moved = on.includes('qr') ? besideQr[shape][name] : undefined;
  return moved ?? (shape === 'wide' ? wide : upright)[name];
}
