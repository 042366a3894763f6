// The way out that needs nobody's consent: a withdrawal on chain, begun and later finished by a wallet. Pure but for `leave`.
import { keccak_256 } from '@noble/hashes/sha3.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { ChannelFields } from '../../payments/typed-data.js';
import type { Hex } from '../../vocabulary/values.js';
import { type Connected, WalletTrouble } from './injected.js';

const selector = (signature: string): string => bytesToHex(keccak_256(utf8ToBytes(signature)).subarray(0, 4));
const word = (value: bigint | number | Hex): string =>
  (typeof value === 'string' ? value.slice(2) : value.toString(16)).toLowerCase().padStart(64, '0');

const fields = '(address,address,address,address,address,uint40,bytes32)';
const words = (c: ChannelFields): string =>
  [c.payer, c.payerAuthorizer, c.receiver, c.receiverAuthorizer, c.token, c.withdrawDelay, c.salt].map(word).join('');

export const initiateCall = (config: ChannelFields, amount: bigint): Hex =>
  `0x${selector(`initiateWithdraw(${fields},uint128)`)}${words(config)}${word(amount)}`;
export const finalizeCall = (config: ChannelFields): Hex =>
  `0x${selector(`finalizeWithdraw(${fields})`)}${words(config)}`;
export const channelCall = (id: Hex): Hex => `0x${selector('channels(bytes32)')}${word(id)}`;
export const pendingCall = (id: Hex): Hex => `0x${selector('pendingWithdrawals(bytes32)')}${word(id)}`;

function twoWords(answer: Hex): [bigint, bigint] {
  if (answer.length !== 130)
    throw new WalletTrouble('failed', 'The wallet’s chain does not know the payment contract.');
  return [BigInt(answer.slice(0, 66)), BigInt(`0x${answer.slice(66)}`)];
}

/** How a channel stands, as the wallet's own node says: no server of ours is asked. Times in ms. */
export interface Standing {
  /** Deposited and not claimed by the host. */
  free: bigint;
  withdrawing: bigint;
  /** When the withdrawal can be finished; null when none has begun. */
  readyAt: number | null;
}

export async function standingOf(
  wallet: Pick<Connected, 'call'>,
  contract: Hex,
  id: Hex,
  config: ChannelFields,
): Promise<Standing> {
  const [balance, claimed] = twoWords(await wallet.call(contract, channelCall(id)));
  const [withdrawing, begun] = twoWords(await wallet.call(contract, pendingCall(id)));
  const readyAt = withdrawing > 0n ? (Number(begun) + config.withdrawDelay) * 1000 : null;
  return { free: balance - claimed, withdrawing, readyAt };
}

/** Begins a withdrawal of everything, or finishes the one whose time has come. */
export async function leave(needs: {
  wallet: Connected;
  contract: Hex;
  id: Hex;
  config: ChannelFields;
  now: number;
}): Promise<{ did: 'begun' | 'finished' | 'waits'; standing: Standing }> {
  const { wallet, contract, id, config, now } = needs;
  if (![config.payer, config.payerAuthorizer].includes(wallet.address)) {
    const short = `${config.payer.slice(0, 6)}…${config.payer.slice(-4)}`;
    throw new WalletTrouble('failed', `This money is of the account ${short}. Choose that account in the wallet.`);
  }
  const before = await standingOf(wallet, contract, id, config);
  if (before.readyAt === null) {
    if (before.free === 0n) throw new WalletTrouble('failed', 'Nothing is left in this channel on chain.');
    await wallet.send(contract, initiateCall(config, before.free));
    return { did: 'begun', standing: await standingOf(wallet, contract, id, config) };
  }
  if (before.readyAt > Math.max(now, await wallet.time())) return { did: 'waits', standing: before };
  await wallet.send(contract, finalizeCall(config));
  return { did: 'finished', standing: await standingOf(wallet, contract, id, config) };
}
