// What a chat account lets itself spend: the most for one command, and in any 24 hours. Pure.

export interface Caps {
  /** Base units. */
  perCommand: bigint;
  perDay: bigint;
}

export const dayMs = 24 * 3600_000;

export type CapVerdict = 'ok' | 'over_command' | 'over_day';

/** Whether `amount` may go now, when `spent` went within the last 24 hours. */
export function judgeCaps(amount: bigint, caps: Caps, spent: bigint): CapVerdict {
  if (amount > caps.perCommand) return 'over_command';
  return spent + amount > caps.perDay ? 'over_day' : 'ok';
}

/** What one command may still spend. */
export function leftByCaps(caps: Caps, spent: bigint): bigint {
  const today = caps.perDay > spent ? caps.perDay - spent : 0n;
  return today < caps.perCommand ? today : caps.perCommand;
}
