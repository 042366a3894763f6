// How large a prediction may be, by the contract and by what a message can hold; without its schemas, for pages.
export const predictionLimits = {
  options: { least: 2, most: 10 },
  question: 120,
  option: 60,
  openMs: { least: 30_000, most: 24 * 3600_000 },
  disputeMs: { least: 60_000, most: 24 * 3600_000 },
} as const;
