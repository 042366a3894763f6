// One key charged to one channel by one voucher: in step, again for nothing, or told how to get back in step.
import type { Store } from '../../store/index.js';
import { x402Reason } from '../../vocabulary/payment-reasons.js';
import type { Hex } from '../../vocabulary/values.js';
import type { ChargeRequest } from '../charges.js';
import type { Ledger } from '../ledger.js';
import type { Purse } from '../purse.js';
import { type ChannelState, Refusal, refuse } from './answer.js';

/** What is to be paid for. */
export type Wish = Omit<ChargeRequest, 'payer' | 'from' | 'also'>;

export type Steps = ReturnType<typeof createSteps>;

export function createSteps(needs: {
  store: Store;
  ledger: Ledger;
  stateOf: (id: Hex, purse: Readonly<Purse>) => Promise<ChannelState>;
}) {
  const { store, ledger, stateOf } = needs;

  /** The corrective 402. Only who has signed for the channel gets here. */
  async function outOfStep(purse: Readonly<Purse>): Promise<never> {
    const channelState = await stateOf(purse.id, purse);
    const { signature, authorized } = purse;
    const voucherState = signature && { signedMaxClaimable: `${authorized}`, signature };
    throw new Refusal(x402Reason('cumulative_amount_mismatch'), {
      channelState,
      ...(voucherState && { voucherState }),
    });
  }

  /** What was taken for this key before, and from which purse. */
  async function taken({ reason }: Wish, payer: Hex): Promise<{ purse: Hex | null; amount: bigint } | null> {
    const row = await store.db
      .selectFrom('charges')
      .select(['purse', 'amount'])
      .where('payer', '=', payer)
      .where('reason', '=', reason)
      .executeTakeFirst();
    return row ? { purse: row.purse, amount: BigInt(row.amount) } : null;
  }

  /** Refuses before any money moves; `held` is what the channel will hold. */
  async function check(purse: Readonly<Purse> | undefined, wish: Wish, total: bigint, held: bigint): Promise<void> {
    const next = (purse?.spent ?? 0n) + wish.amount;
    const again = purse && total <= next && (await taken(wish, purse.signer));
    if (total !== next && !again) return purse ? outOfStep(purse) : refuse('cumulative_amount_mismatch');
    if (total > held) refuse('cumulative_exceeds_balance');
  }

  /**
   * Charges the channel for the wish, once. In step is a voucher for what was charged so far and this price. A key that
   * is paid is given again, also for the same voucher, whose first answer may have been lost: what is returned is what
   * the client has not counted yet.
   */
  async function charge(purse: Readonly<Purse>, wish: Wish, total: bigint, signature: Hex): Promise<bigint> {
    const before = await taken(wish, purse.signer);
    if (before && total <= purse.spent + wish.amount) {
      return before.purse === purse.id && total === purse.spent ? before.amount : 0n;
    }
    if (total !== purse.spent + wish.amount) return outOfStep(purse);
    // Both begun at once, so that one write takes them to the disk; without the voucher the charge is refused.
    const accepted = total > purse.authorized ? ledger.acceptVoucher(purse.id, total, signature) : null;
    const charged = ledger.charge({ ...wish, payer: purse.signer, from: purse.id });
    const [, { purse: payer, amount }] = await Promise.all([accepted, charged]);
    return payer?.id === purse.id ? amount : 0n;
  }

  return { outOfStep, check, charge };
}
