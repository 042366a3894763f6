// The development chain's accounts: anvil's well-known ones, each with 10,000 test ether. Never for a public chain.
import { HDNodeWallet } from 'ethers';
import type { Hex } from '../vocabulary/values.js';

const phrase = 'test test test test test test test test test test test junk';

/** The private key of account `index`, 0 to 9: 0 relays, 1 is the host, 2 the sponsor, 9 deploys. */
export function devAccount(index: number): Hex {
  return HDNodeWallet.fromPhrase(phrase, '', `m/44'/60'/0'/0/${index}`).privateKey as Hex;
}
