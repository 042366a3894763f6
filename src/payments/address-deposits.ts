// Money at a viewer's own address: what has come to it, and sending it on without gas where the viewer says.
import type { Store } from '../store/index.js';
import { Problem } from '../vocabulary/problems.js';
import type { Hex } from '../vocabulary/values.js';
import type { Chain } from './chain.js';
import type { Channels } from './channels.js';
import { type ReceiveAuthorization, recover, transferDigest } from './typed-data.js';

/** Base units of the token, and wei of the chain's own coin. */
export interface AddressMoney {
  token: bigint;
  coin: bigint;
}

export type AddressDeposits = ReturnType<typeof createAddressDeposits>;

export function createAddressDeposits(needs: {
  store: Store;
  chain: Pick<Chain, 'balanceOf' | 'coinsOf' | 'depositUsed' | 'transferSigned' | 'token' | 'chainId'>;
  channels: Pick<Channels, 'all'>;
}) {
  const { store, chain, channels } = needs;
  const looks = new Map<Hex, Promise<AddressMoney>>();

  async function readMoney(address: Hex): Promise<AddressMoney> {
    const [token, coin] = await Promise.all([chain.balanceOf(address), chain.coinsOf(address)]);
    return { token, coin };
  }

  /** Of one address, one question to the chain is under way at a time. Problem: chain_unavailable. */
  function look(address: Hex): Promise<AddressMoney> {
    const asked = looks.get(address);
    if (asked) return asked;
    const found = readMoney(address).finally(() => looks.delete(address));
    looks.set(address, found);
    return found;
  }

  async function sentAs(nonce: Hex): Promise<string> {
    const rows = store.db.selectFrom('transactions').select('hashes').where('name', '=', `transfer/${nonce}`);
    return (await rows.orderBy('id', 'desc').executeTakeFirst())?.hashes.split(' ').at(-1) ?? '';
  }

  /** The gas is ours: only for payers of channels here, and never for a crumb of what lies there. */
  async function check(transfer: ReceiveAuthorization, signature: Hex): Promise<void> {
    const { from, value } = transfer;
    const digest = transferDigest(transfer, { ...chain.token, chainId: chain.chainId });
    if (recover(digest, signature) !== from) throw new Problem('wrong_signer');
    if (!channels.all().some(({ config }) => config.payer === from)) throw new Problem('transfer_not_ours');
    const held = await chain.balanceOf(from);
    if (value > held) throw new Problem('chain_refused', { reason: 'not that much is at the address' });
    if (value === 0n || value * 2n < held) throw new Problem('bad_request', { reason: 'send on all that is there' });
  }

  /**
   * Sends a payer's tokens where he signed for; the same again, also after a crash, moves nothing more. Resolves to
   * its transaction when it is mined for good, '' when that is not known.
   * Problems: wrong_signer, transfer_not_ours, bad_request, chain_refused, chain_unavailable, relayer_empty.
   */
  async function sendOn(transfer: ReceiveAuthorization, signature: Hex): Promise<string> {
    const { from, nonce } = transfer;
    if (await chain.depositUsed(from, nonce)) return sentAs(nonce);
    await check(transfer, signature);
    try {
      return await chain.transferSigned(transfer, signature);
    } catch (error) {
      const refused = error instanceof Problem && error.code === 'chain_refused';
      if (refused && (await chain.depositUsed(from, nonce))) return sentAs(nonce);
      throw error;
    }
  }

  return { look, sendOn };
}
