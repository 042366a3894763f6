// Tokens from a wallet in this browser into a chat purse: by a signature without gas, or by a plain transfer.
import type { ReceiveAuthorization } from '../../payments/typed-data.js';
import type { Sent } from '../../vocabulary/api.js';
import type { StreamInfo } from '../../vocabulary/streams.js';
import type { Hex } from '../../vocabulary/values.js';
import { type Api, Refusal } from '../shared/api.js';
import { randomHex } from '../shared/bytes.js';
import type { Keep } from '../shared/keep.js';
import { type Connected, connectWallet, type FoundWallet, WalletTrouble } from '../watch/injected.js';

interface PayIn {
  api: Api;
  keep: Keep;
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

type Signed = Sent<'payIntoChat'>;

const slot = (to: Hex): string => `pay-in.${to}`;
/** Refusals after which the same signature can never be taken. */
const final: readonly Refusal['code'][] = ['bad_request', 'not_found', 'wrong_signer', 'chain_refused'];

async function hand({ api, keep }: Pick<PayIn, 'api' | 'keep'>, to: Hex, body: Signed): Promise<void> {
  try {
    await api('payIntoChat', { params: { address: to }, body });
  } catch (error) {
    if (error instanceof Refusal && final.includes(error.code)) keep.set(slot(to), null);
    throw error;
  }
  keep.set(slot(to), null);
}

/** What was signed before and not answered for is sent again, never signed again; its amount, or null. */
async function finish({ api, keep, to, now }: PayIn): Promise<bigint | null> {
  const kept = JSON.parse(keep.get(slot(to)) ?? 'null') as Signed | null;
  if (!kept) return null;
  if (Number(kept.validBefore) * 1000 > now()) {
    await hand({ api, keep }, to, kept);
    return BigInt(kept.value);
  }
  keep.set(slot(to), null);
  return null;
}

async function bySignature({ api, keep, terms, to, amount, now, onStep }: PayIn, connected: Connected): Promise<void> {
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
  keep.set(slot(to), JSON.stringify(body));
  await hand({ api, keep }, to, body);
}

/** Resolves to how much is at the purse's address then. Throws `WalletTrouble`, `Refusal`. */
export async function payIn(wish: PayIn): Promise<bigint> {
  const { api, wallet, terms, to, amount, onStep } = wish;
  const before = await finish(wish);
  if (before !== null) return before;
  onStep('connecting');
  const connected = await connectWallet(wallet, terms.chainId);
  const { token } = await api('getAddress', { params: { address: connected.address } });
  if (BigInt(token) < amount) {
    const short = `${connected.address.slice(0, 6)}…${connected.address.slice(-4)}`;
    throw new WalletTrouble('failed', `The account ${short} has less ${terms.token.symbol} than that on this chain.`);
  }
  onStep('signing');
  if (terms.gasless) await bySignature(wish, connected);
  else await connected.send(terms.token.address, transferData(to, amount));
  return amount;
}
