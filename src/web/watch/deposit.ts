// Puts the viewer's own money in: an x402 deposit into the page's channel, and the way back out.
import { type ChannelFields, channelId, type Domain, depositNonce } from '../../payments/typed-data.js';
import type { DepositRequest, Sent, StreamInfo } from '../../vocabulary/api.js';
import type { PurseState } from '../../vocabulary/events.js';
import type { Hex } from '../../vocabulary/values.js';
import type { Api } from '../shared/api.js';
import { randomHex } from '../shared/bytes.js';
import type { Keep } from '../shared/keep.js';
import type { Clock } from './clock.js';
import type { Purse } from './purses.js';
import type { Wallet } from './wallet.js';

type Terms = StreamInfo['terms'];

export const domainOf = (terms: Terms): Domain => ({ chainId: terms.chainId, contract: terms.contract });

/** The channel of this page to this host; the same salt gives the same channel. */
export function channelOf(payer: Hex, terms: Terms, salt: Hex): ChannelFields {
  return {
    payer,
    payerAuthorizer: payer,
    receiver: terms.payTo,
    receiverAuthorizer: terms.receiverAuthorizer,
    token: terms.token.address,
    withdrawDelay: terms.withdrawDelay,
    salt,
  };
}

/** Signed x402 `deposit` payload of `amount` base units; `now` in ms, `authorized` what the channel's voucher promises. */
export function depositPayload(needs: {
  wallet: Wallet;
  terms: Terms;
  salt: Hex;
  once: Hex;
  amount: bigint;
  authorized: bigint;
  now: number;
}): DepositRequest {
  const { wallet, terms, salt, once, amount, authorized, now } = needs;
  const channelConfig = channelOf(wallet.address, terms, salt);
  const id = channelId(channelConfig, domainOf(terms));
  const validBefore = Math.floor(now / 1000) + 3600;
  const authorization = {
    from: wallet.address,
    to: terms.depositCollector,
    value: amount,
    validAfter: 0n,
    validBefore: BigInt(validBefore),
    nonce: depositNonce(id, once),
  };
  const { name, version, address } = terms.token;
  const signature = wallet.receive(authorization, { name, version, chainId: terms.chainId, address });
  return {
    type: 'deposit',
    channelConfig,
    voucher: {
      channelId: id,
      maxClaimableAmount: `${authorized}`,
      signature: wallet.voucher(id, authorized, domainOf(terms)),
    },
    deposit: {
      amount: `${amount}`,
      authorization: {
        erc3009Authorization: { validAfter: '0', validBefore: `${validBefore}`, salt: once, signature },
      },
    },
  };
}

/** The signed wish to close a channel. */
export function closePayload(wallet: Wallet, channel: Hex, issuedAt: number, terms: Terms): Sent<'closeChannel'> {
  return { issuedAt, signature: wallet.close(channel, issuedAt, domainOf(terms)) };
}

/** Tops up and closes the page's channel; remembers its salt, and test tokens drawn but not yet paid in. */
export function createDeposits(needs: { api: Api; wallet: Wallet; terms: Terms; keep: Keep; clock: Clock }) {
  const { api, wallet, terms, keep, clock } = needs;
  const host = `${wallet.address}.${terms.chainId}.${terms.payTo}.${terms.receiverAuthorizer}.${terms.token.address}`;

  function salt(): Hex {
    const kept = keep.get(`salt.${host}`) as Hex | null;
    const found = kept ?? randomHex(32);
    if (!kept) keep.set(`salt.${host}`, found);
    return found;
  }

  async function draw(): Promise<bigint> {
    const waiting = keep.get(`drawn.${host}`);
    if (waiting) return BigInt(waiting);
    const { amount } = await api('postFaucet', { body: { address: wallet.address } });
    keep.set(`drawn.${host}`, amount);
    return BigInt(amount);
  }

  return {
    /** Test tokens from the faucet into the channel. Throws `Refusal`. */
    async topUp(purses: readonly Purse[]): Promise<PurseState> {
      const amount = await draw();
      const id = channelId(channelOf(wallet.address, terms, salt()), domainOf(terms));
      const authorized = purses.find((purse) => purse.id === id)?.authorized ?? 0n;
      const once = randomHex(32);
      const body = depositPayload({ wallet, terms, salt: salt(), once, amount, authorized, now: clock.now() });
      const { purse } = await api('postDeposit', { body });
      keep.set(`drawn.${host}`, null);
      return purse;
    },
    /** Everything unspent back to the payer; the next top-up opens a new channel. Throws `Refusal`. */
    async close(channel: Hex): Promise<{ refunded: bigint }> {
      const body = closePayload(wallet, channel, clock.now(), terms);
      const { refunded } = await api('closeChannel', { params: { purse: channel }, body });
      keep.set(`salt.${host}`, null);
      return { refunded: BigInt(refunded) };
    },
  };
}
export type Deposits = ReturnType<typeof createDeposits>;
