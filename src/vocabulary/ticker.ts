// The ticker of an overlay on the wire: what was given and decided lately, as it may be shown.

/** So many at most: a strip that takes minutes to pass is read by nobody. */
export const tickerMost = 20;

export type TickerItem =
  | { n: number; kind: 'tip'; name: string; amount: string }
  | { n: number; kind: 'goal'; title: string; amount: string }
  | { n: number; kind: 'poll'; question: string; winners: string[] }
  | { n: number; kind: 'prediction'; question: string; winner: string };
