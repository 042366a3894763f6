// Amounts for people: strict reading and plain writing of base units.

export interface Unit {
  symbol: string;
  decimals: number;
}

/** Base units of a decimal like `5` or `0.25`; `null` for anything else (commas, signs, exponents, too many decimals). */
export function parseAmount(text: string, decimals: number): bigint | null {
  const match = /^(0|[1-9]\d{0,14})(?:\.(\d+))?$/.exec(text.trim());
  if (!match) return null;
  const [, whole = '', fraction = ''] = match;
  if (fraction.length > decimals) return null;
  return BigInt(whole + fraction.padEnd(decimals, '0'));
}

/** Decimal text, cut (never rounded up) at `max` places, with at least `min` of them. */
export function decimal(amount: bigint, decimals: number, places: { min?: number; max?: number } = {}): string {
  const max = Math.min(places.max ?? decimals, decimals);
  const min = Math.min(places.min ?? 0, max);
  const digits = (amount < 0n ? -amount : amount).toString().padStart(decimals + 1, '0');
  const cut = digits.length - decimals;
  let fraction = digits.slice(cut, cut + max);
  while (fraction.length > min && fraction.endsWith('0')) fraction = fraction.slice(0, -1);
  const shown = digits.slice(0, cut) + (fraction ? `.${fraction}` : '');
  return amount < 0n && /[1-9]/.test(shown) ? `-${shown}` : shown;
}

/** A narrow space that no line breaks at. */
const thin = '\u202f';
/** Figures with more than four digits before the point, in groups of three. */
export const grouped = (text: string): string =>
  text.replace(/^-?\d{5,}/, (whole) => whole.replace(/\B(?=(?:\d{3})+$)/g, thin));

/** Decimal text with the symbol, long figures in groups: two places, more where the amount has them, at most `max`. */
export function money(amount: bigint, unit: Unit, places: { min?: number; max?: number } = {}): string {
  const { min = 2, max = 6 } = places;
  return `${grouped(decimal(amount, unit.decimals, { min, max }))} ${unit.symbol}`;
}

/** The price of a minute for people: that of 60 seconds, rounded to a millionth so that a tenth stays a tenth. */
export function perMinute(pricePerSecond: bigint, decimals: number): bigint {
  const grain = 10n ** BigInt(Math.max(0, decimals - 6));
  return ((pricePerSecond * 60n + grain / 2n) / grain) * grain;
}

/** How many decimals show an amount move when it changes by `step`: 2 to 6. */
export function placesFor(step: bigint, decimals: number): number {
  if (step <= 0n) return 2;
  const places = decimals - step.toString().length + 2;
  return Math.min(6, decimals, Math.max(2, places));
}
