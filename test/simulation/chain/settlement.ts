// The settlement contract's rules, and the token's, written once more as a plain model (contracts/X402BatchSettlement.sol).
import { AbiCoder } from 'ethers';
import { openSignatures } from '../../../src/payments/signatures.js';
import {
  type ChannelFields,
  channelId,
  claimBatchDigest,
  type Domain,
  depositNonce,
  receiveDigest,
  refundDigest,
  transferDigest,
  voucherDigest,
} from '../../../src/payments/typed-data.js';
import type { Hex } from '../../../src/vocabulary/values.js';

export interface State {
  channels: Map<Hex, { balance: bigint; claimed: bigint }>;
  withdrawals: Map<Hex, { amount: bigint; at: number }>;
  refundNonces: Map<Hex, bigint>;
  receivers: Map<Hex, { claimed: bigint; settled: bigint }>;
  tokens: Map<Hex, bigint>;
  /** EIP-3009 nonces that were used. */
  used: Set<string>;
}

const copy = <K, V>(map: Map<K, V>): Map<K, V> => new Map(Array.from(map, ([key, value]) => [key, { ...value }]));

export const clone = (state: State): State => ({
  channels: copy(state.channels),
  withdrawals: copy(state.withdrawals),
  refundNonces: new Map(state.refundNonces),
  receivers: copy(state.receivers),
  tokens: new Map(state.tokens),
  used: new Set(state.used),
});

export const empty = (): State => ({
  channels: new Map(),
  withdrawals: new Map(),
  refundNonces: new Map(),
  receivers: new Map(),
  tokens: new Map(),
  used: new Set(),
});

export class Revert extends Error {}
const refuse = (name: string): never => {
  throw new Revert(name);
};

export interface Told {
  name: string;
  args: unknown[];
}

/** A call as it was decoded: `who` sends it. */
export interface Call {
  who: Hex;
  to: Hex;
  method: string;
  args: readonly unknown[];
}

export interface Place {
  domain: Domain;
  token: { address: Hex; name: string; version: string };
  collector: Hex;
}

const low = (text: unknown): Hex => String(text).toLowerCase() as Hex;
const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** A channel's configuration as ethers decodes it. */
export function fields(config: unknown): ChannelFields {
  const [payer, payerAuthorizer, receiver, receiverAuthorizer, token, delay, salt] = config as unknown[];
  return {
    ...{ payer: low(payer), payerAuthorizer: low(payerAuthorizer), receiver: low(receiver) },
    ...{ receiverAuthorizer: low(receiverAuthorizer), token: low(token) },
    ...{ withdrawDelay: Number(delay), salt: low(salt) },
  };
}

/** In the order of the configuration's fields, for events. */
export const words = (c: ChannelFields): unknown[] => [
  ...[c.payer, c.payerAuthorizer, c.receiver, c.receiverAuthorizer, c.token, c.withdrawDelay, c.salt],
];

export type Contract = Awaited<ReturnType<typeof createContract>>;

export async function createContract({ domain, token, collector }: Place) {
  const { recover } = await openSignatures({});
  const tokenDomain = { ...token, chainId: domain.chainId };

  const channelOf = (state: State, id: Hex) => state.channels.get(id) ?? { balance: 0n, claimed: 0n };
  const unclaimed = (state: State, id: Hex): bigint => channelOf(state, id).balance - channelOf(state, id).claimed;
  const held = (state: State, who: Hex): bigint => state.tokens.get(who) ?? 0n;

  function move(state: State, from: Hex, to: Hex, amount: bigint): void {
    if (held(state, from) < amount) refuse('ERC20InsufficientBalance');
    state.tokens.set(from, held(state, from) - amount);
    state.tokens.set(to, held(state, to) + amount);
  }

  function useAuthorization(state: State, from: Hex, nonce: Hex, after: bigint, until: bigint, time: number): void {
    if (BigInt(time) <= after || BigInt(time) >= until) refuse('ERC3009InvalidAuthorizationTime');
    if (state.used.has(`${from} ${nonce}`)) refuse('ERC3009UsedAuthorization');
    state.used.add(`${from} ${nonce}`);
  }

  function deposit(state: State, { who, args }: Call, time: number): Told[] {
    const [config, amount] = [fields(args[0]), args[1] as bigint];
    if (config.withdrawDelay < 900 || config.withdrawDelay > 2_592_000) refuse('WithdrawDelayOutOfRange');
    if (amount === 0n) refuse('ZeroDeposit');
    const id = channelId(config, domain);
    const { balance, claimed } = channelOf(state, id);
    const [validAfter, validBefore, salt, signature] = AbiCoder.defaultAbiCoder().decode(
      ['uint256', 'uint256', 'uint256', 'bytes'],
      args[3] as string,
    );
    const nonce = depositNonce(id, `0x${(salt as bigint).toString(16).padStart(64, '0')}`);
    const signed = { from: config.payer, to: collector, value: amount, validAfter, validBefore, nonce };
    if (recover(receiveDigest(signed, tokenDomain), signature) !== config.payer) refuse('ERC3009InvalidSignature');
    useAuthorization(state, config.payer, nonce, validAfter, validBefore, time);
    move(state, config.payer, domain.contract, amount);
    state.channels.set(id, { balance: balance + amount, claimed });
    const opened = balance === 0n && claimed === 0n ? [{ name: 'ChannelCreated', args: [id, words(config)] }] : [];
    return [...opened, { name: 'Deposited', args: [id, who, amount, balance + amount] }];
  }

  function claimOne(state: State, who: Hex, row: unknown): Told[] {
    const [[configWords, ceiling], signature, total] = row as [[unknown, bigint], Hex, bigint];
    const config = fields(configWords);
    const id = channelId(config, domain);
    const { balance, claimed } = channelOf(state, id);
    if (total <= claimed) return [];
    if (total > ceiling) refuse('ClaimExceedsCeiling');
    if (total > balance) refuse('ClaimExceedsBalance');
    if (recover(voucherDigest(id, ceiling, domain), signature) !== config.payerAuthorizer) refuse('InvalidSignature');
    state.channels.set(id, { balance, claimed: total });
    const earned = state.receivers.get(config.receiver) ?? { claimed: 0n, settled: 0n };
    state.receivers.set(config.receiver, { ...earned, claimed: earned.claimed + total - claimed });
    return [{ name: 'Claimed', args: [id, who, total - claimed, total] }];
  }

  function claim(state: State, { who, args }: Call): Told[] {
    const rows = [...(args[0] as [[unknown, bigint], Hex, bigint][])];
    const first = rows[0] ?? refuse('EmptyBatch');
    const authorizer = fields(first[0][0]).receiverAuthorizer;
    const entries = rows.map(([[config, maxClaimableAmount], , totalClaimed]) => ({
      channelId: channelId(fields(config), domain),
      ...{ maxClaimableAmount, totalClaimed },
    }));
    if (recover(claimBatchDigest(entries, domain), args[1] as Hex) !== authorizer) refuse('InvalidSignature');
    return rows.flatMap((row) => {
      if (fields(row[0][0]).receiverAuthorizer !== authorizer) refuse('NotReceiverAuthorizer');
      return claimOne(state, who, row);
    });
  }

  function settle(state: State, { who, args }: Call): Told[] {
    const receiver = low(args[0]);
    const { claimed, settled } = state.receivers.get(receiver) ?? { claimed: 0n, settled: 0n };
    if (claimed === settled) return [];
    state.receivers.set(receiver, { claimed, settled: claimed });
    move(state, domain.contract, receiver, claimed - settled);
    return [{ name: 'Settled', args: [receiver, low(args[1]), who, claimed - settled] }];
  }

  /** Out of the channel, to its payer. */
  function payBack(state: State, id: Hex, config: ChannelFields, amount: bigint): Told[] {
    const { balance, claimed } = channelOf(state, id);
    state.channels.set(id, { balance: balance - amount, claimed });
    if (amount > 0n) move(state, domain.contract, config.payer, amount);
    return balance === amount && claimed === 0n ? [{ name: 'ChannelClosed', args: [id, words(config)] }] : [];
  }

  function refund(state: State, { who, args }: Call): Told[] {
    const [config, amount, nonce, signature] = [fields(args[0]), args[1] as bigint, args[2] as bigint, args[3] as Hex];
    const id = channelId(config, domain);
    if (nonce !== (state.refundNonces.get(id) ?? 0n)) refuse('InvalidRefundNonce');
    const signer = recover(refundDigest(id, nonce, amount, domain), signature);
    if (signer !== config.receiverAuthorizer) refuse('InvalidSignature');
    if (amount === 0n) refuse('ZeroRefund');
    state.refundNonces.set(id, nonce + 1n);
    const given = least(amount, unclaimed(state, id));
    if (given === 0n) return [];
    const pending = state.withdrawals.get(id);
    if (pending && given >= pending.amount) state.withdrawals.delete(id);
    else if (pending) pending.amount -= given;
    return [{ name: 'Refunded', args: [id, who, given] }, ...payBack(state, id, config, given)];
  }

  function initiateWithdraw(state: State, { who, args }: Call, time: number): Told[] {
    const [config, amount] = [fields(args[0]), args[1] as bigint];
    const id = channelId(config, domain);
    if (who !== config.payer && who !== config.payerAuthorizer) refuse('InvalidChannel');
    if (amount === 0n) refuse('NothingToWithdraw');
    if (state.withdrawals.has(id)) refuse('WithdrawalAlreadyPending');
    if (amount > unclaimed(state, id)) refuse('WithdrawAmountExceedsAvailable');
    state.withdrawals.set(id, { amount, at: time });
    return [{ name: 'WithdrawInitiated', args: [id, amount, time + config.withdrawDelay] }];
  }

  function finalizeWithdraw(state: State, { who, args }: Call, time: number): Told[] {
    const config = fields(args[0]);
    const id = channelId(config, domain);
    if (who !== config.payer && who !== config.payerAuthorizer) refuse('NotAuthorizedToFinalizeWithdraw');
    const pending = state.withdrawals.get(id) ?? refuse('WithdrawalNotPending');
    if (time < pending.at + config.withdrawDelay) refuse('WithdrawDelayNotElapsed');
    const amount = least(pending.amount, unclaimed(state, id));
    state.withdrawals.delete(id);
    return [{ name: 'WithdrawFinalized', args: [id, who, amount] }, ...payBack(state, id, config, amount)];
  }

  function transferSigned(state: State, { args }: Call, time: number): Told[] {
    const [from, to] = [low(args[0]), low(args[1])];
    const [value, validAfter, validBefore] = args.slice(2, 5) as [bigint, bigint, bigint];
    const nonce = low(args[5]);
    const digest = transferDigest({ from, to, value, validAfter, validBefore, nonce }, tokenDomain);
    if (recover(digest, low(args[6])) !== from) refuse('ERC3009InvalidSignature');
    useAuthorization(state, from, nonce, validAfter, validBefore, time);
    move(state, from, to, value);
    return [];
  }

  const methods: Record<string, (state: State, call: Call, time: number) => Told[]> = {
    ...{ deposit, claimWithSignature: claim, settle, refundWithSignature: refund, initiateWithdraw, finalizeWithdraw },
    transferWithAuthorization: transferSigned,
    mint: (state, { args }) => {
      state.tokens.set(low(args[0]), held(state, low(args[0])) + (args[1] as bigint));
      return [];
    },
    transfer: (state, { who, args }) => {
      move(state, who, low(args[0]), args[1] as bigint);
      return [];
    },
  };

  /** Changes `state` and says what it told; throws Revert, and then the state is to be thrown away. `time` in seconds. */
  const run = (state: State, call: Call, time: number): Told[] =>
    (methods[call.method] ?? refuse('no such function'))(state, call, time);

  return { run, channelOf, held };
}
