// Tokens from a wallet in this browser into a chat purse: by a signature without gas, or by a plain transfer.
import type { ReceiveAuthorization } from '../../payments/typed-data.js';
import type { StreamInfo } from '../../vocabulary/api.js';
import type { Hex } from '../../vocabulary/values.js';
import type { Api } from '../shared/api.js';
import { randomHex } from '../shared/bytes.js';
import { type Connected, connectWallet, type FoundWallet, WalletTrouble } from '../watch/injected.js';

interface PayIn {
  api: Api;
  wallet: FoundWallet;
  terms: StreamInfo['terms'];
  /** The chat purse's. */
  to: Hex;
  amount: bigint;
  /** By the server's clock, ms. */
  now: () => number;
  onStep: (step: 'connecting' | 'signing' | 'sending') => void;
}

const word = (value: bigint | Hex): string =>
  (typeof value === 'string' ? value.slice(2) : value.toString(16)).padStart(64, '0');

/** `transfer(address,uint256)` of ERC-20. */
export const transferData = (to: Hex, amount: bigint): Hex => `0xa9059cbb${word(to)}${word(amount)}`;

async function bySignature({ api, terms, to, amount, now, onStep }: PayIn, connected: Connected): Promise<void> {
  const { name, version, address } = terms.token;
  const validBefore = BigInt(Math.floor(now() / 1000) + 3600);
  const transfer: ReceiveAuthorization = {
    ...{ from: connected.address, to, value: amount },
    ...{ validAfter: 0n, validBefore, nonce: randomHex(32) },
  };
  const signature = await connected.transfer(transfer, { name, version, chainId: terms.chainId, address });
  onStep('sending');
  const { from, nonce } = transfer;
  const times = { validAfter: '0', validBefore: `${validBefore}` };
  const body = { from, to, value: `${amount}`, ...times, nonce, signature };
  await api('payIntoChat', { params: { address: to }, body });
}

/** Resolves when the tokens are at the purse's address. Throws `WalletTrouble`, `Refusal`. */
export async function payIn(wish: PayIn): Promise<void> {
  const { api, wallet, terms, to, amount, onStep } = wish;
  onStep('connecting');
  const connected = await connectWallet(wallet, terms.chainId);
  const { token } = await api('getAddress', { params: { address: connected.address } });
  if (BigInt(token) < amount) {
    const short = `${connected.address.slice(0, 6)}…${connected.address.slice(-4)}`;
    throw new WalletTrouble('failed', `The account ${short} has less ${terms.token.symbol} than that on this chain.`);
  }
  onStep('signing');
  if (terms.gasless) return bySignature(wish, connected);
  await connected.send(terms.token.address, transferData(to, amount));
}
