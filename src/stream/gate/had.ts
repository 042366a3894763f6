// A key that somebody has, and what was charged for it.
import type { Hex } from '../../vocabulary/values.js';
import type { KeyPeriod } from '../keys.js';

/** What the gate needs of a purse to tell its owner what he has left. */
export interface Payer {
  id: Hex;
  spent: bigint;
  authorized: bigint;
}

export interface Charged {
  /** Null when it was free. */
  purse: Readonly<Payer> | null;
  amount: bigint;
}

export interface Had {
  period: KeyPeriod;
  charged: Charged;
}
