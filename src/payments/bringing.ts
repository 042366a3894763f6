// Money that is signed for elsewhere, out of its owner's channel here: freed to his own address, and no more than lacks there.
import { Problem } from '../vocabulary/problems.js';
import type { Hex } from '../vocabulary/values.js';
import type { Chain } from './chain.js';
import type { Channels } from './channels.js';
import type { Ledger } from './ledger.js';
import { remaining } from './purse.js';

export interface Wanted {
  payer: Hex;
  /** Of his own. */
  channel: Hex;
  /** Base units that his address must hold. */
  amount: bigint;
}

export type Bringing = ReturnType<typeof createBringing>;

export function createBringing(needs: {
  chain: Pick<Chain, 'balanceOf'>;
  ledger: Pick<Ledger, 'purse'>;
  channels: Pick<Channels, 'get'>;
  /** Claims what a channel owes and gives its payer at most `most` of the rest. */
  free: (channel: Hex, most: bigint) => Promise<unknown>;
}) {
  const { chain, ledger, channels, free } = needs;

  async function lacking({ payer, amount }: Wanted): Promise<bigint> {
    const missing = amount - (await chain.balanceOf(payer));
    return missing > 0n ? missing : 0n;
  }

  return {
    /** Problems: unknown_purse, wrong_signer, out_of_credit. */
    async check(wanted: Wanted): Promise<void> {
      const [channel, purse] = [channels.get(wanted.channel), ledger.purse(wanted.channel)];
      if (!channel || !purse) throw new Problem('unknown_purse');
      if (channel.config.payer !== wanted.payer) throw new Problem('wrong_signer');
      if (remaining(purse) < (await lacking(wanted))) throw new Problem('out_of_credit');
    },
    /**
     * Can be repeated: what an earlier run has freed is not freed again. `tooLittle` is what is thrown then; `isDone`, asked
     * after what is at the address, says that it is gone because it has been used.
     */
    async bring(
      wanted: Wanted,
      tooLittle: () => Problem = () => new Problem('out_of_credit'),
      isDone: () => Promise<boolean> = async () => false,
    ): Promise<void> {
      const purse = ledger.purse(wanted.channel);
      // An earlier run was freeing it: that ends first, and only then it is known what lacks.
      if (purse?.closing) await free(purse.id, 0n);
      const missing = await lacking(wanted);
      if (missing === 0n || (await isDone())) return;
      if (!purse || remaining(purse) < missing) throw tooLittle();
      await free(purse.id, missing);
      if ((await lacking(wanted)) > 0n) throw tooLittle();
    },
  };
}
