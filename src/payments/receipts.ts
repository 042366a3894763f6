// Receipts: whether what was charged is claimed on chain, and by which transaction.
import type { Store } from '../store/index.js';
import type { Receipt } from '../vocabulary/alert-looks.js';
import type { Hex } from '../vocabulary/values.js';
import type { Channels } from './channels.js';
import type { Settles } from './charges.js';

export interface ReceiptFacts {
  state: Receipt;
  /** Of the claim that covers it; null: not claimed, or not known here. */
  transaction: Hex | null;
}

export type Receipts = ReturnType<typeof createReceipts>;

interface Claim {
  upTo: bigint;
  tx: Hex;
}

export function createReceipts(needs: { store: Store; channels: Pick<Channels, 'get'> }) {
  const { store, channels } = needs;
  const claimedOf = (channel: Hex): bigint => channels.get(channel)?.claimed ?? 0n;
  /** A charge is written with its voucher or after it: what is kept is authorized at least. */
  const stateOf = ({ channel, upTo }: Settles): Receipt => (claimedOf(channel) >= upTo ? 'claimed' : 'authorized');

  /** Of each channel its claims, up to what each goes; none of a channel whose claims are not all known here. */
  async function claimsOf(wanted: readonly Hex[]): Promise<Map<Hex, Claim[]>> {
    const claims = new Map<Hex, Claim[]>(wanted.map((channel) => [channel, []]));
    if (wanted.length === 0) return claims;
    const rows = store.db.selectFrom('chain_events').select(['channel', 'amount', 'tx']);
    const told = rows.where('channel', 'in', wanted).where('name', '=', 'Claimed');
    for (const { channel, amount, tx } of await told.orderBy('block').orderBy('log_index').execute()) {
      const known = channel ? claims.get(channel) : undefined;
      known?.push({ upTo: (known.at(-1)?.upTo ?? 0n) + BigInt(amount), tx: tx as Hex });
    }
    for (const [channel, known] of claims) {
      if ((known.at(-1)?.upTo ?? 0n) !== claimedOf(channel)) claims.set(channel, []);
    }
    return claims;
  }

  return {
    stateOf,
    /** In the same order. */
    async facts(all: readonly Settles[]): Promise<ReceiptFacts[]> {
      const claimed = all.filter((one) => stateOf(one) === 'claimed');
      const claims = await claimsOf([...new Set(claimed.map(({ channel }) => channel))]);
      return all.map((one) => {
        const state = stateOf(one);
        const claim = state === 'claimed' ? claims.get(one.channel)?.find(({ upTo }) => upTo >= one.upTo) : undefined;
        return { state, transaction: claim?.tx ?? null };
      });
    },
  };
}
