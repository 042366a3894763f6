// Amounts as the pictures of a show say them. Pure.
import { formatUnits } from 'ethers';

/** `5.00 DAI`: cut at two places, and where that would be nothing, at the first that is something. */
export function short(amount: bigint, { symbol, decimals }: { symbol: string; decimals: number }): string {
  const [whole = '0', fraction = ''] = formatUnits(amount, decimals).split('.');
  const first = fraction.search(/[1-9]/);
  const places = whole === '0' && first >= 2 ? first + 1 : 2;
  return `${whole.replace(/\B(?=(?:\d{3})+$)/g, '\u202f')}.${fraction.slice(0, places).padEnd(2, '0')} ${symbol}`;
}
