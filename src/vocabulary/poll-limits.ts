// How large a poll may be; without its schemas, for pages.
export const pollLimits = {
  options: { least: 2, most: 10 },
  question: 120,
  option: 60,
  durationMs: { least: 10_000, most: 24 * 3600_000 },
  ageDays: 3650,
} as const;
