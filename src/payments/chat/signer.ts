// Signs the vouchers of chat purses, only as far as a charge that is about to be made needs.

import { createTurns } from '../../turns.js';
import { Problem } from '../../vocabulary/problems.js';
import type { Hex } from '../../vocabulary/values.js';
import type { Ledger } from '../ledger.js';
import type { SponsorPort } from '../sponsor.js';
import { type Domain, sign, voucherDigest } from '../typed-data.js';
import type { ChatUser, Keyring } from './keys.js';

export type Signer = ReturnType<typeof createSigner>;

export function createSigner(needs: { keyring: Keyring; ledger: Ledger; domain: Domain }) {
  const { keyring, ledger, domain } = needs;
  const turn = createTurns<Hex>();

  async function signNow(account: ChatUser, id: Hex, total: bigint): Promise<void> {
    const purse = ledger.purse(id);
    if (!purse) throw new Problem('unknown_purse');
    if (purse.authorized >= total) return;
    await ledger.acceptVoucher(id, total, sign(voucherDigest(id, total, domain), keyring.keyOf(account)));
  }

  /** Has a purse of the account's key authorized up to `total`; durable when it resolves. */
  const signUpTo = (account: ChatUser, id: Hex, total: bigint): Promise<void> =>
    turn(id, () => signNow(account, id, total));

  /** The account as a sponsor: it signs for watch links on its own channel. */
  const sponsorPort = (account: ChatUser): SponsorPort => ({
    extend: (channel, total) => signUpTo(account, channel, total),
    agrees: () => true,
  });

  /** A page's channel: what its page has signed is there, and nobody here can sign more. */
  const signedOnly: SponsorPort = {
    extend: () => Promise.reject(new Problem('sponsor_unavailable')),
    agrees: () => true,
  };

  return { signUpTo, sponsorPort, signedOnly };
}
