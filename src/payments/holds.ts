// Amounts set aside in a purse, for what may be called off: they leave no room for anything else, and are taken or let go later.
import type { Trx } from '../store/index.js';
import type { HoldRow } from '../store/rows/money.js';
import type { Hex } from '../vocabulary/values.js';
import type { Charge, ChargeRequest } from './charges.js';
import type { Committer } from './committer.js';
import type { Purse } from './purse.js';
import type { Effect } from './rows.js';

export interface Hold {
  row: HoldRow;
  purse: Purse;
  /** The sponsor's channel, when a link pays. */
  parent: Purse | null;
}

/** What is to be written in the same transaction; `paid` is false when the purse could not pay any more. */
export type AlsoSettled = (trx: Trx, paid: boolean) => Promise<void>;

const nameOf = (payer: Hex, reason: string): string => `${payer} ${reason}`;

/**
 * Whether what is held can still be taken: not of a purse that is being paid out, or whose owner withdrew it; and of a
 * link that was taken back its sponsor was told what it spent.
 */
const payable = (purse: Readonly<Purse>, amount: bigint): boolean =>
  !purse.closing && purse.revokedAt == null && purse.spent + amount <= purse.limit;

export type Holds = ReturnType<typeof createHolds>;

export function createHolds(needs: {
  committer: Committer<Effect>;
  /** The ledger's own: takes a held amount as it takes any other. */
  take: (request: ChargeRequest, purse: Purse, parent: Purse | null, hold: Hold) => Promise<Charge>;
  /** It may be asked for anew. */
  onLetGo: (payer: Hex, reason: string) => void;
  onPurse: (purse: Readonly<Purse>) => void;
  now: () => number;
}) {
  const { committer, onPurse, now } = needs;
  const holds = new Map<string, Hold>();

  /** In memory: both purses have that much less room. */
  function put(hold: Hold): void {
    holds.set(nameOf(hold.row.payer, hold.row.reason), hold);
    const amount = BigInt(hold.row.amount);
    for (const one of [hold.purse, hold.parent]) if (one) one.held = (one.held ?? 0n) + amount;
  }

  function drop(hold: Hold): void {
    holds.delete(nameOf(hold.row.payer, hold.row.reason));
    const amount = BigInt(hold.row.amount);
    for (const one of [hold.purse, hold.parent]) if (one) one.held = (one.held ?? 0n) - amount;
  }

  /** Called in the same tick as the check that there is room. */
  async function set(request: ChargeRequest, purse: Purse | null, parent: Purse | null): Promise<Charge> {
    if (!purse) throw new Error('nothing cannot be held');
    const { payer, reason, stream, kind, amount, also } = request;
    const hold: Hold = {
      row: { payer, reason, purse: purse.id, stream, kind, amount: `${amount}`, at: now() },
      purse,
      parent,
    };
    const charge: Charge = { purse, amount };
    put(hold);
    await committer.commit({
      effect: { hold: hold.row },
      undo: () => drop(hold),
      also: also && ((trx) => also(trx, charge)),
    });
    onPurse(purse);
    return charge;
  }

  async function letGo(hold: Hold, also: (trx: Trx) => Promise<void>): Promise<void> {
    const { payer, reason } = hold.row;
    drop(hold);
    needs.onLetGo(payer, reason);
    await committer.commit({ effect: { letGo: { payer, reason } }, undo: () => put(hold), also });
    onPurse(hold.purse);
  }

  return {
    set,
    put,
    drop,
    find: (payer: Hex, reason: string): Charge | null => {
      const hold = holds.get(nameOf(payer, reason));
      return hold ? { purse: hold.purse, amount: BigInt(hold.row.amount) } : null;
    },
    /** Takes what is held; resolves to false when the purse cannot pay it any more, and then it is let go. */
    async capture(payer: Hex, reason: string, also: AlsoSettled): Promise<boolean> {
      const hold = holds.get(nameOf(payer, reason));
      if (!hold) return false;
      const { stream, kind, amount: text } = hold.row;
      const amount = BigInt(text);
      const paid = payable(hold.purse, amount) && (!hold.parent || payable(hold.parent, amount));
      if (!paid) {
        await letGo(hold, (trx) => also(trx, false));
        return false;
      }
      const request = { payer, reason, stream, kind, amount, durationMs: 0, also: (trx: Trx) => also(trx, true) };
      await needs.take(request, hold.purse, hold.parent, hold);
      return true;
    },
    /** Lets it go; false when nothing is held for that reason. */
    async release(payer: Hex, reason: string, also: (trx: Trx) => Promise<void>): Promise<boolean> {
      const hold = holds.get(nameOf(payer, reason));
      if (hold) await letGo(hold, also);
      return hold !== undefined;
    },
  };
}
