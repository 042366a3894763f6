// Which of many measurements stands where: nearest rank.

/** The highest of the lowest `share` of them. */
export const rank = (numbers: readonly number[], share: number): number => {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
};
export const median = (numbers: readonly number[]): number => rank(numbers, 0.5);
