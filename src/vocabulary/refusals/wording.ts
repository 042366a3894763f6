// How a refusal is worded.

/** Facts a sentence may use. */
export type Facts = Readonly<Record<string, string | number | undefined>>;

export interface Wording {
  status: number;
  title: string;
  /** A sentence for the person: what happened and what to do. */
  say: (facts: Facts) => string;
}
