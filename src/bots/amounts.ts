// Amounts as people type them in chat: `5`, `0.5`, `$5`, `5 dai`. Strict: what could be read in two ways is refused.
export interface Unit {
  symbol: string;
  decimals: number;
}

/** Why a text is no amount. */
export type AmountFault = 'form' | 'comma' | 'other_token' | 'not_dollars' | 'decimals' | 'zero';

export type AmountRead = { amount: bigint } | { fault: AmountFault };

/** A dollar sign means dollars: only a token that is worth one may be written with it. */
const isDollar = (symbol: string): boolean => /^(x?dai|usd[a-z.]{0,3}|[a-z]{0,3}usd)$/i.test(symbol);

/** Base units, above 0. */
export function readAmount(text: string, { symbol, decimals }: Unit): AmountRead {
  const match = /^(\$)?\s*([\d.,\u066b]+)\s*([\p{L}.$]*)$/u.exec(text.trim());
  if (!match) return { fault: 'form' };
  const [, dollar, digits = '', unit = ''] = match;
  if (/[,\u066b]/.test(digits)) return { fault: 'comma' };
  if (unit === '$' ? dollar : unit && unit.toLowerCase() !== symbol.toLowerCase()) return { fault: 'other_token' };
  if ((dollar || unit === '$') && !isDollar(symbol)) return { fault: 'not_dollars' };
  const number = /^(\d{1,12})?(?:\.(\d+))?$/.exec(digits);
  if (!number || (number[1] === undefined && number[2] === undefined)) return { fault: 'form' };
  const [, whole = '0', fraction = ''] = number;
  if (fraction.length > decimals) return { fault: 'decimals' };
  const amount = BigInt(whole + fraction.padEnd(decimals, '0'));
  return amount > 0n ? { amount } : { fault: 'zero' };
}

/** Decimal text with the symbol, all of it: `0.25 DAI`. */
export function sayAmount(amount: bigint, { symbol, decimals }: Unit): string {
  const digits = amount.toString().padStart(decimals + 1, '0');
  const cut = digits.length - decimals;
  const fraction = digits.slice(cut).replace(/0+$/, '');
  return `${digits.slice(0, cut)}${fraction && `.${fraction}`} ${symbol}`;
}
