// What more votes cost, and what they make of it. Pure.
import type { PollView } from '../../vocabulary/polls.js';

/** The price of `more` votes on top of what was paid: each the same, or, where the root counts, ever more. */
export function costOf({ votes, price }: Pick<PollView, 'votes' | 'price'>, paid: bigint, more: bigint): bigint {
  const one = BigInt(price);
  if (votes !== 'quadratic') return one * more;
  const now = rootOf(paid / one);
  return (now + more) * (now + more) * one - paid;
}

function rootOf(n: bigint): bigint {
  let root = 0n;
  while ((root + 1n) * (root + 1n) <= n) root++;
  return root;
}
