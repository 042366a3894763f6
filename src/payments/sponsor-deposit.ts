// How a sponsor funds the channel behind its links: its salt, and the signed x402 deposit. Pure but for fresh randomness.
import { keccak_256 } from '@noble/hashes/sha3.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { DepositRequest } from '../vocabulary/channels.js';
import type { Hex } from '../vocabulary/values.js';
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

const validSeconds = 3600;

/** The salt of every sponsor's channel for a stream: it tells whose links of which stream a channel is behind. */
export const sponsorSalt = (stream: string): Hex =>
  `0x${bytesToHex(keccak_256(utf8ToBytes(`dtok sponsor of ${stream}`)))}`;

/** A deposit of `amount` base units by `key`, which anyone may send within the hour; `now` in ms. */
export function sponsorDeposit(needs: {
  key: Hex;
  config: ChannelFields;
  amount: bigint;
  domain: Domain;
  depositCollector: Hex;
  token: { address: Hex; name: string; version: string };
  now: number;
}): DepositRequest {
  const { key, config, amount, domain, token } = needs;
  const channel = channelId(config, domain);
  const salt = randomKey();
  const validBefore = Math.floor(needs.now / 1000) + validSeconds;
  const authorization = {
    from: addressOf(key),
    to: needs.depositCollector,
    value: amount,
    validAfter: 0n,
    validBefore: BigInt(validBefore),
    nonce: depositNonce(channel, salt),
  };
  const signature = sign(receiveDigest(authorization, { ...token, chainId: domain.chainId }), key);
  const nothing = sign(voucherDigest(channel, 0n, domain), key);
  return {
    type: 'deposit',
    channelConfig: config,
    voucher: { channelId: channel, maxClaimableAmount: '0', signature: nothing },
    deposit: {
      amount: `${amount}`,
      authorization: {
        erc3009Authorization: { validAfter: '0', validBefore: `${validBefore}`, salt, signature },
      },
    },
  };
}
