// The house sponsor: one channel per stream behind all its watch links, its vouchers signed as the links spend.
import { id as keccakText } from 'ethers';
import type { DepositRequest } from '../vocabulary/api.js';
import { Problem } from '../vocabulary/problems.js';
import type { Hex } from '../vocabulary/values.js';
import type { Chain } from './chain.js';
import type { Channels, Terms } from './channels.js';
import type { Ledger } from './ledger.js';
import { createTurns } from './turns.js';
import {
  addressOf,
  type ChannelFields,
  channelId,
  type Domain,
  depositNonce,
  randomKey,
  receiveDigest,
  sign,
  voucherDigest,
} from './typed-data.js';

/** A voucher is signed this many times further ahead than was asked for, so that not every key needs a signature. */
const ahead = 30n;
const depositValidSeconds = 3600;

export type Sponsor = ReturnType<typeof createSponsor>;

export function createSponsor(needs: {
  key: Hex;
  ledger: Ledger;
  channels: Channels;
  chain: Chain;
  domain: Domain;
  terms: Terms;
  now: () => number;
}) {
  const { key, ledger, channels, chain, domain, terms, now } = needs;
  const address = addressOf(key);
  const turn = createTurns<Hex>();

  const config = (stream: string): ChannelFields => ({
    payer: address,
    payerAuthorizer: address,
    ...terms,
    salt: keccakText(`dtok sponsor of ${stream}`) as Hex,
  });

  const channelOf = (stream: string): Hex => channelId(config(stream), domain);

  /** Deposits `amount` of the sponsor's own tokens into the stream's channel. */
  async function fund(stream: string, amount: bigint): Promise<void> {
    const channelConfig = config(stream);
    const channel = channelId(channelConfig, domain);
    const salt = randomKey();
    const validBefore = Math.floor(now() / 1000) + depositValidSeconds;
    const digest = receiveDigest(
      {
        from: address,
        to: chain.depositCollector,
        value: amount,
        validAfter: 0n,
        validBefore: BigInt(validBefore),
        nonce: depositNonce(channel, salt),
      },
      { ...chain.token, chainId: domain.chainId },
    );
    const request: DepositRequest = {
      type: 'deposit',
      channelConfig,
      voucher: {
        channelId: channel,
        maxClaimableAmount: '0',
        signature: sign(voucherDigest(channel, 0n, domain), key),
      },
      deposit: {
        amount: amount.toString(),
        authorization: {
          erc3009Authorization: {
            validAfter: '0',
            validBefore: String(validBefore),
            salt,
            signature: sign(digest, key),
          },
        },
      },
    };
    await channels.deposit(request);
  }

  async function signUpTo(channel: Hex, total: bigint): Promise<void> {
    const purse = ledger.purse(channel);
    if (!purse || purse.signer !== address) throw new Problem('sponsor_unavailable');
    if (purse.authorized >= total) return;
    const wanted = total + (total - purse.spent) * ahead;
    const amount = wanted < purse.limit ? wanted : purse.limit;
    if (amount < total) throw new Problem('sponsor_unavailable');
    await ledger.acceptVoucher(channel, amount, sign(voucherDigest(channel, amount, domain), key));
  }

  /** Signs the channel's voucher for at least `total`; one signature at a time. Problem: sponsor_unavailable. */
  const extend = (channel: Hex, total: bigint): Promise<void> => turn(channel, () => signUpTo(channel, total));

  return { address, channelOf, fund, extend };
}
