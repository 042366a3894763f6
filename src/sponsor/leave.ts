// A sponsor's ways out: together with the server, at once; or alone, by its own account, after the channel's delay.
import { Contract, formatUnits, isError, JsonRpcProvider, type TransactionReceipt, Wallet } from 'ethers';
import { x402BatchSettlement } from '../chain/contracts.js';
import { closeDigest, sign } from '../payments/typed-data.js';
import type { Book, Place } from './book.js';
import { channelOf } from './channel.js';
import { Refused, type SponsorServer } from './server.js';

export const moneyIn =
  (token: Place['token']) =>
  (amount: bigint): string =>
    `${formatUnits(amount, token.decimals)} ${token.symbol}`;

/** `1 day`, `15 minutes`, `40 seconds`: rounded up, so that nobody comes too early. */
export function spanOf(seconds: number): string {
  const units: [number, string][] = [
    [86_400, 'day'],
    [3600, 'hour'],
    [60, 'minute'],
    [1, 'second'],
  ];
  const [size, name] = units.find(([unit]) => seconds >= unit * 2 || seconds % unit === 0) ?? [1, 'second'];
  const count = Math.ceil(seconds / size);
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}

/** What a sponsor can do when its server does not close the channel. */
export const aloneHint = (place: Place): string =>
  `Your money is in the contract, not with the server: “dtok sponsor withdraw --rpc URL” takes it back without it, ` +
  `with any node of chain ${place.domain.chainId} and a little of that chain’s coin for gas, ` +
  `${spanOf(place.config.withdrawDelay)} after it is first run.`;

/** Claims what was spent and takes the rest back. Throws an Error that says what to do. */
export async function closeTogether(at: { book: Book; place: Place; server: SponsorServer; now: () => number }) {
  const { book, place, server, now } = at;
  const channel = channelOf(place);
  const issuedAt = now();
  const signature = sign(closeDigest(channel, issuedAt, place.domain), book.key);
  const done = await server.ask('closeChannel', { params: { purse: channel }, body: { issuedAt, signature } });
  const money = moneyIn(place.token);
  return `${money(BigInt(done.refunded))} went back to ${done.to} (${done.transaction}).
The host has been paid what was spent. Your links pay nothing until you fund the channel again.`;
}

/** Whether closing may still work some other way. */
export const mayLeaveAlone = (error: unknown): boolean =>
  !(error instanceof Refused) || !['nothing_to_refund', 'unknown_purse'].includes(error.code);

const day = (seconds: number): string => new Date(seconds * 1000).toISOString().replace('T', ' ').slice(0, 16);

function openContract(rpc: string, book: Book, place: Place) {
  const { chainId, contract } = place.domain;
  const provider = new JsonRpcProvider(rpc, chainId, { staticNetwork: true, cacheTimeout: -1 });
  return { provider, contract: new Contract(contract, x402BatchSettlement.abi, new Wallet(book.key, provider)) };
}

async function checkNode(provider: JsonRpcProvider, rpc: string, chainId: number): Promise<void> {
  const told = await provider.send('eth_chainId', []).catch((cause: unknown) => {
    // The address may hold an access key: only its host is named.
    throw new Error(`The node at ${new URL(rpc).host} does not answer.`, { cause });
  });
  if (BigInt(told) !== BigInt(chainId))
    throw new Error(`That node is of chain ${BigInt(told)}; your channel is on chain ${chainId}.`);
}

/** Sends a call of the sponsor's own account and waits until it is mined. */
async function send(contract: Contract, method: string, args: unknown[], address: string): Promise<TransactionReceipt> {
  try {
    const sent = await contract.getFunction(method)(...args);
    return await sent.wait();
  } catch (cause) {
    if (!isError(cause, 'INSUFFICIENT_FUNDS')) throw cause;
    throw new Error(`Your account cannot pay the gas: send a little of the chain’s coin to ${address}, then again.`, {
      cause,
    });
  }
}

const paidBy = (contract: Contract, receipt: TransactionReceipt): bigint =>
  receipt.logs
    .map((log) => contract.interface.parseLog(log))
    .filter((event) => event?.name === 'WithdrawFinalized')
    .reduce((sum, event) => sum + BigInt(event?.args.amount), 0n);

/** Begins the withdrawal, says how long it takes, or finishes it: whatever is due. Throws an Error in words. */
export async function withdrawAlone({ rpc, book, place }: { rpc: string; book: Book; place: Place }): Promise<string> {
  const { provider, contract } = openContract(rpc, book, place);
  const { config, domain, token } = place;
  const money = moneyIn(token);
  const id = channelOf(place);
  const again = `Run “dtok sponsor withdraw --rpc URL” again from`;
  try {
    await checkNode(provider, rpc, domain.chainId);
    const [balance, claimed]: [bigint, bigint] = await contract.getFunction('channels')(id);
    const [pending, since]: [bigint, bigint] = await contract.getFunction('pendingWithdrawals')(id);
    const now = (await provider.getBlock('latest'))?.timestamp ?? 0;
    if (since > 0n) {
      const ready = Number(since) + config.withdrawDelay;
      if (now < ready) {
        return `${money(pending)} are being withdrawn: ${spanOf(ready - now)} to go. ${again} ${day(ready)} UTC on.`;
      }
      const receipt = await send(contract, 'finalizeWithdraw', [config], book.address);
      return `${money(paidBy(contract, receipt))} are back at ${book.address} (${receipt.hash}).`;
    }
    const rest = balance - claimed;
    if (rest === 0n) return 'Nothing is left in the channel.';
    await send(contract, 'initiateWithdraw', [config, rest], book.address);
    return `The withdrawal of ${money(rest)} has begun, and your links pay nothing any more.
${again} ${day(now + config.withdrawDelay)} UTC on: it then comes back to ${book.address}.
Until then the host can still claim what you signed for, ${money(book.standing(0n).signed)} in all; that is taken off.`;
  } finally {
    provider.destroy();
  }
}

/** What the chain says was claimed of the sponsor's channel. */
export async function claimedOnChain(rpc: string, place: Place): Promise<bigint> {
  const provider = new JsonRpcProvider(rpc, place.domain.chainId, { staticNetwork: true });
  try {
    const contract = new Contract(place.domain.contract, x402BatchSettlement.abi, provider);
    const state: readonly bigint[] = await contract.getFunction('channels')(channelOf(place));
    return state[1] ?? 0n;
  } finally {
    provider.destroy();
  }
}
