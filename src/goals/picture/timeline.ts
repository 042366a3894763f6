// The curve of viewers and the bars of tips, as shapes: for the page and the pictures alike. Pure.
import type { ShowMinute } from '../../vocabulary/shows.js';

export interface Timeline {
  /** SVG paths: under the curve of viewers, and the curve. */
  area: string;
  line: string;
  tips: { x: number; y: number; width: number; height: number }[];
}

/** More would be narrower than can be seen. */
const mostSteps = 120;
/** Bars stand under the curve, and do not hide it. */
const barShare = 0.42;

/** Several minutes as one where there are many: the most viewers, and all tips. */
export function stepsOf(minutes: readonly ShowMinute[], most = mostSteps): Pick<ShowMinute, 'viewers' | 'tips'>[] {
  const each = Math.max(1, Math.ceil(minutes.length / most));
  return Array.from({ length: Math.ceil(minutes.length / each) }, (_, i) => {
    const some = minutes.slice(i * each, (i + 1) * each);
    return {
      viewers: Math.max(...some.map(({ viewers }) => viewers)),
      tips: some.reduce((sum, { tips }) => sum + tips, 0),
    };
  });
}

const round = (n: number): number => Math.round(n * 10) / 10;

export function timeline(minutes: readonly ShowMinute[], width: number, height: number): Timeline {
  const steps = stepsOf(minutes);
  const [peak, top] = [Math.max(1, ...steps.map((s) => s.viewers)), Math.max(1, ...steps.map((s) => s.tips))];
  const step = width / Math.max(1, steps.length);
  const y = (viewers: number): number => round(height - (viewers / peak) * (height - 6));
  const stairs = steps.map(
    ({ viewers }, i) => `L${round(i * step)} ${y(viewers)}L${round((i + 1) * step)} ${y(viewers)}`,
  );
  const line = stairs.length === 0 ? '' : `M${stairs.join('').slice(1)}`;
  const gap = Math.min(4, step * 0.3);
  return {
    line,
    area: line && `M0 ${height}${stairs.join('')}L${width} ${height}Z`,
    tips: steps.flatMap(({ tips }, i) => {
      if (tips === 0) return [];
      const tall = Math.max(4, (tips / top) * height * barShare);
      const wide = Math.min(22, step - gap);
      const x = i * step + (step - wide) / 2;
      return { x: round(x), y: round(height - tall), width: round(Math.max(1.5, wide)), height: round(tall) };
    }),
  };
}
