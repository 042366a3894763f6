// Puts the viewer's own money in: an x402 deposit into the page's channel, and the way back out.
import {
  type ChannelFields,
  channelId,
  type Domain,
  depositNonce,
  type ReceiveAuthorization,
  type TokenDomain,
} from '../../payments/typed-data.js';
import type { Sent } from '../../vocabulary/api.js';
import type { DepositRequest } from '../../vocabulary/channels.js';
import type { PurseState } from '../../vocabulary/events.js';
import type { StreamInfo } from '../../vocabulary/streams.js';
import type { Hex } from '../../vocabulary/values.js';
import { type Api, Refusal } from '../shared/api.js';
import { randomHex } from '../shared/bytes.js';
import type { Keep } from '../shared/keep.js';
import type { Clock } from './clock.js';
import type { Purse } from './purses.js';
import type { Wallet } from './wallet.js';

type Terms = StreamInfo['terms'];

export const domainOf = (terms: Terms): Domain => ({ chainId: terms.chainId, contract: terms.contract });

/** Whose tokens a deposit is of, and who signs for them: this page's key, or a wallet. */
export interface Depositor {
  address: Hex;
  receive(authorization: ReceiveAuthorization, token: TokenDomain): Hex | Promise<Hex>;
}

/** The channel of this page to this host; the same salt gives the same channel. Vouchers are signed by `authorizer`. */
export function channelOf(payer: Hex, terms: Terms, salt: Hex, authorizer: Hex = payer): ChannelFields {
  return {
    payer,
    payerAuthorizer: authorizer,
    receiver: terms.payTo,
    receiverAuthorizer: terms.receiverAuthorizer,
    token: terms.token.address,
    withdrawDelay: terms.withdrawDelay,
    salt,
  };
}

interface DepositWish {
  wallet: Wallet;
  terms: Terms;
  salt: Hex;
  once: Hex;
  amount: bigint;
  authorized: bigint;
  now: number;
}

/** What the payer is to sign, and the whole payload around his signature. */
function draft({ wallet, terms, salt, once, amount, authorized, now }: DepositWish, payer: Hex) {
  const channelConfig = channelOf(payer, terms, salt, wallet.address);
  const id = channelId(channelConfig, domainOf(terms));
  const validBefore = Math.floor(now / 1000) + 3600;
  const { name, version, address } = terms.token;
  const authorization: ReceiveAuthorization = {
    from: payer,
    to: terms.depositCollector,
    value: amount,
    validAfter: 0n,
    validBefore: BigInt(validBefore),
    nonce: depositNonce(id, once),
  };
  const payload = (signature: Hex): DepositRequest => ({
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
  });
  return { authorization, token: { name, version, chainId: terms.chainId, address }, payload };
}

/** Signed x402 `deposit` payload of `amount` base units; `now` in ms, `authorized` what the channel's voucher promises. */
export function depositPayload(wish: DepositWish): DepositRequest {
  const { authorization, token, payload } = draft(wish, wish.wallet.address);
  return payload(wish.wallet.receive(authorization, token));
}

/** The signed wish to close a channel. */
export function closePayload(wallet: Wallet, channel: Hex, issuedAt: number, terms: Terms): Sent<'closeChannel'> {
  return { issuedAt, signature: wallet.close(channel, issuedAt, domainOf(terms)) };
}

/** Refusals after which the same deposit can never be taken. */
const final: readonly Refusal['code'][] = ['bad_request', 'channel_not_ours', 'wrong_signer', 'chain_refused'];

const expiry = (body: DepositRequest): number =>
  Number(body.deposit.authorization.erc3009Authorization.validBefore) * 1000;

/**
 * Tops up and closes the page's channel. Remembers its salt, test tokens drawn but not yet paid in, and the signed
 * deposit until the server has answered for it: what was sent and not answered is sent again, never signed again.
 * `payer` is whose tokens they are: this page's key unless a wallet is given. One thing is done at a time.
 */
export function createDeposits(needs: {
  api: Api;
  wallet: Wallet;
  payer?: Depositor;
  terms: Terms;
  keep: Keep;
  clock: Clock;
}) {
  const { api, wallet, payer = wallet, terms, keep, clock } = needs;
  const through = payer.address === wallet.address ? '' : `${wallet.address}.`;
  const host = `${through}${payer.address}.${terms.chainId}.${terms.payTo}.${terms.receiverAuthorizer}.${terms.token.address}`;
  const turn = createTurn();

  function salt(): Hex {
    const kept = keep.get(`salt.${host}`) as Hex | null;
    const found = kept ?? randomHex(32);
    if (!kept) keep.set(`salt.${host}`, found);
    return found;
  }

  const id = (): Hex => channelId(channelOf(payer.address, terms, salt(), wallet.address), domainOf(terms));

  async function draw(): Promise<bigint> {
    const waiting = keep.get(`drawn.${host}`);
    if (waiting) return BigInt(waiting);
    const { amount } = await api('postFaucet', { body: { address: payer.address } });
    keep.set(`drawn.${host}`, amount);
    return BigInt(amount);
  }

  function signed(): DepositRequest | null {
    const kept = keep.get(`deposit.${host}`);
    return kept === null ? null : (JSON.parse(kept) as DepositRequest);
  }

  async function sign(purses: readonly Purse[], amount: bigint): Promise<DepositRequest> {
    const channel = id();
    const authorized = purses.find((purse) => purse.id === channel)?.authorized ?? 0n;
    const once = randomHex(32);
    const now = clock.now();
    const wish = { wallet, terms, salt: salt(), once, amount, authorized, now };
    const { authorization, token, payload } = draft(wish, payer.address);
    const body = payload(await payer.receive(authorization, token));
    keep.set(`deposit.${host}`, JSON.stringify(body));
    return body;
  }

  /** A refusal by the chain may be of a second sending while the first was on its way: only the second one counts. */
  async function post(body: DepositRequest): Promise<PurseState> {
    const send = () => api('postDeposit', { body });
    const again = (error: unknown) => (codeOf(error) === 'chain_refused' ? send() : Promise.reject(error));
    try {
      const { purse } = await send().catch(again);
      forget(true);
      return purse;
    } catch (error) {
      if (final.some((code) => code === codeOf(error))) forget(clock.now() < expiry(body));
      throw error;
    }
  }

  /** Also the tokens that the deposit was of, when they are paid in, or not there. */
  function forget(tokens: boolean): void {
    keep.set(`deposit.${host}`, null);
    if (tokens) keep.set(`drawn.${host}`, null);
  }

  /** Sends what was signed before; `null` when there is nothing, or it is too late for it. */
  async function finish(): Promise<PurseState | null> {
    const body = signed();
    if (!body) return null;
    return post(body).catch((error: unknown) => {
      if (signed()) throw error;
      return null;
    });
  }

  return {
    payer: payer.address,
    /** Something signed has not been answered for. */
    unfinished: (): boolean => signed() !== null,
    finish: () => turn(finish),
    /** Test tokens from the faucet into the channel. Throws `Refusal`. */
    topUp: (purses: readonly Purse[]): Promise<PurseState> =>
      turn(async () => (await finish()) ?? post(await sign(purses, await draw()))),
    /** Puts in what `amount` says when its turn comes; null when that is nothing. Throws `Refusal`, and what a wallet throws. */
    payIn: (purses: () => readonly Purse[], amount: () => Promise<bigint>): Promise<PurseState | null> =>
      turn(async () => {
        const before = await finish();
        if (before) return before;
        const value = await amount();
        return value > 0n ? post(await sign(purses(), value)) : null;
      }),
    /** Everything unspent back to the payer; the next top-up opens a new channel. Throws `Refusal`. */
    close: (channel: Hex): Promise<{ refunded: bigint }> =>
      turn(async () => {
        const body = closePayload(wallet, channel, clock.now(), terms);
        const { refunded } = await api('closeChannel', { params: { purse: channel }, body });
        if (channel === id()) {
          // Paid in or not, the tokens are the payer's again.
          forget(false);
          keep.set(`salt.${host}`, null);
        }
        return { refunded: BigInt(refunded) };
      }),
  };
}
export type Deposits = ReturnType<typeof createDeposits>;

/** Runs one after the other, whatever became of the one before. */
function createTurn(): <T>(act: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (act) => {
    const next = last.then(act, act);
    last = next.catch(() => {});
    return next;
  };
}

const codeOf = (error: unknown): Refusal['code'] | null => (error instanceof Refusal ? error.code : null);
