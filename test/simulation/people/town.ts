// What all people of a schedule share: the world around them, and how they sign deposits.
import { AbiCoder } from 'ethers';
import {
  type ChannelFields,
  channelId,
  depositNonce,
  receiveDigest,
  voucherDigest,
} from '../../../src/payments/typed-data.js';
import type { Hex } from '../../../src/vocabulary/values.js';
import type { Random } from '../../support/random.js';
import type { Books } from '../books.js';
import type { Node } from '../chain/node.js';
import { type Place, words } from '../chain/settlement.js';
import type { Clock } from '../clock.js';
import type { Request } from '../house/requests.js';
import type { Ask } from '../network.js';
import type { Trace } from '../trace.js';
import type { Signer } from './keys.js';

export interface Town {
  clock: Clock;
  random: Random;
  trace: Trace;
  ask: Ask;
  node: Node;
  place: Place;
  terms: { receiver: Hex; receiverAuthorizer: Hex; token: Hex; withdrawDelay: number };
  books: Books;
  /** Numbers of the newest keys, and what each costs. */
  newest: () => readonly number[];
  costOf: (n: number) => bigint;
  /** What a schedule has in it. */
  plan: { withdrawals: boolean; pace: number; ownDeposits: boolean; links: boolean };
  /** Nobody begins anything new any more. */
  over: () => boolean;
}

/** Calls `act` now and then until it is over. */
export function live(town: Town, who: string, pace: number, act: () => void): void {
  const { clock, random } = town;
  const turn = (): void => {
    if (town.over()) return;
    act();
    clock.after(random.wait(300, pace), `${who} thinks`, turn, { quiet: true });
  };
  clock.after(random.wait(10, pace), `${who} comes`, turn, { quiet: true });
}

export type DepositAsked = Extract<Request, { do: 'deposit' }>;

/** A deposit as a page signs it; known to the books from here on. */
export function signDeposit(town: Town, signer: Signer, config: ChannelFields, amount: bigint): DepositAsked {
  const { place, books, clock, random } = town;
  const id = channelId(config, place.domain);
  const bytes = new Uint8Array(32);
  random.bytes(bytes);
  const salt: Hex = `0x${Buffer.from(bytes).toString('hex')}`;
  const nonce = depositNonce(id, salt);
  const validBefore = BigInt(Math.floor(clock.now() / 1000) + 86_400);
  const signed = { from: signer.address, to: place.collector, value: amount, validAfter: 0n, validBefore, nonce };
  const signature = signer.sign(receiveDigest(signed, { ...place.token, chainId: place.domain.chainId }));
  const erc3009Authorization = { validAfter: '0', validBefore: `${validBefore}`, salt, signature };
  books.deposits.set(nonce, { channel: id, payer: signer.address, nonce, salt, amount, answered: false });
  const nothing = signer.sign(voucherDigest(id, 0n, place.domain));
  return {
    do: 'deposit',
    id,
    nonce,
    request: {
      type: 'deposit',
      channelConfig: config,
      voucher: { channelId: id, maxClaimableAmount: '0', signature: nothing },
      deposit: { amount: `${amount}`, authorization: { erc3009Authorization } },
    },
  };
}

/** The same deposit as its payer sends it to the contract by himself. */
export function sendDeposit(town: Town, { request }: DepositAsked): void {
  const { channelConfig: config, deposit } = request;
  const auth = deposit.authorization.erc3009Authorization;
  const data = AbiCoder.defaultAbiCoder().encode(
    ['uint256', 'uint256', 'uint256', 'bytes'],
    [BigInt(auth.validAfter), BigInt(auth.validBefore), BigInt(auth.salt), auth.signature],
  );
  const args = [words(config), BigInt(deposit.amount), town.place.collector, data];
  town.node.send({ who: config.payer, to: town.place.domain.contract, method: 'deposit', args });
}
