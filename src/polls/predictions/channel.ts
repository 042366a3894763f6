// The payment channel of one stake, as contracts/PredictionEscrow.sol makes it up, and the id of a market (no I/O).
import { AbiCoder, keccak256 } from 'ethers';
import type { ChannelFields } from '../../payments/typed-data.js';
import type { Hex } from '../../vocabulary/values.js';

/** What a market is, for good; see contracts/interfaces/IPredictionEscrow.sol. */
export interface Terms {
  host: Hex;
  feeBps: number;
  resolver: Hex;
  outcomes: number;
  token: Hex;
  /** Times in seconds. */
  lockAt: number;
  resolveBy: number;
  disputeSeconds: number;
  minStake: bigint;
  question: Hex;
}

export interface StakeFields {
  market: Hex;
  outcome: number;
  payer: Hex;
  payerAuthorizer: Hex;
  nonce: Hex;
}

const withdrawDelay = 15 * 60;
const coder = AbiCoder.defaultAbiCoder();
const termTypes = [
  'address',
  'uint16',
  'address',
  'uint8',
  'address',
  'uint40',
  'uint40',
  'uint32',
  'uint128',
  'bytes32',
];

/** A market's id: the hash of its terms. */
export function marketId(t: Terms): Hex {
  const { host, feeBps, resolver, outcomes, token, lockAt, resolveBy, disputeSeconds, minStake, question } = t;
  const values = [host, feeBps, resolver, outcomes, token, lockAt, resolveBy, disputeSeconds, minStake, question];
  return keccak256(coder.encode(termTypes, values)) as Hex;
}

/** Receiver and receiver's authorizer are the escrow, so that nobody else can claim. */
export function stakeChannel(stake: StakeFields, at: { escrow: Hex; token: Hex }): ChannelFields {
  const { market, outcome, payer, payerAuthorizer, nonce } = stake;
  const salt = keccak256(coder.encode(['bytes32', 'uint8', 'bytes32'], [market, outcome, nonce])) as Hex;
  const { escrow, token } = at;
  return { payer, payerAuthorizer, receiver: escrow, receiverAuthorizer: escrow, token, withdrawDelay, salt };
}
