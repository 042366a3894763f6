// Stakes: kept before they are sent, sent once, and told only when the contract has recorded them.
import { id as keccakText } from 'ethers';
import type { ChatUser, StakeSigned, StakeWish } from '../../payments/chat/index.js';
import type { Bringing } from '../../payments/index.js';
import {
  channelId,
  type Domain,
  depositNonce,
  receiveDigest,
  recover,
  type TokenDomain,
  voucherDigest,
} from '../../payments/typed-data.js';
import { createTurns } from '../../turns.js';
import type { StakeRequest } from '../../vocabulary/predictions.js';
import { Problem } from '../../vocabulary/problems.js';
import type { Hex } from '../../vocabulary/values.js';
import type { Books, Prediction, StakeRow } from './books.js';
import { type StakeFields, stakeChannel } from './channel.js';
import { collectorData, type Escrow } from './escrow.js';

/** Chat purses, as far as a stake needs them; the keys stay there. */
export interface Purses {
  addressOf: (user: ChatUser) => Promise<Hex>;
  checkStake: (user: ChatUser, amount: bigint, staked: bigint) => Promise<void>;
  stake: (user: ChatUser, wish: StakeWish) => Promise<void>;
  collectAt: (address: Hex) => Promise<void>;
}

/** A page's own channels, as far as a stake needs them. */
export type Pages = Bringing;

export interface ChatStake {
  /** The platform's, of the interaction or update. */
  id: string;
  option: number;
  amount: bigint;
}

const dayMs = 24 * 3600_000;
/** Later it may not be mined before the lock. */
const lastMs = 1000;

/** By a page or program; kept as JSON. */
interface Signed extends StakeSigned {
  payerAuthorizer: Hex;
  nonce: Hex;
  /** The channel that lends what lacks. */
  from?: Hex | undefined;
}

export function createStakes(needs: {
  books: Books;
  escrow: Escrow;
  domain: Domain;
  token: TokenDomain;
  purses: Purses;
  pages: Pages;
  /** Problem: prediction_crew. */
  mayStake: (one: Prediction, members: readonly string[]) => void;
  say: (amount: bigint) => string;
  now: () => number;
}) {
  const { books, escrow, domain, token, purses, pages, now } = needs;
  const turn = createTurns<string>();
  /** What is freed for one stake is not taken for another. */
  const moneyTurn = createTurns<Hex>();

  function check(one: Prediction, option: number, amount: bigint): void {
    if (one.state !== 'open' || now() + lastMs >= one.terms.lockAt * 1000) throw new Problem('prediction_locked');
    if (option >= one.options.length) throw new Problem('prediction_no_option');
    const { minStake } = one.terms;
    if (amount < minStake) throw new Problem('stake_too_small', { minimum: needs.say(minStake) });
  }

  async function found(payer: Hex, wish: { id: string; option: number; amount: bigint }, n: number) {
    const row = await books.stake(payer, wish.id);
    if (!row) return null;
    const same = row.prediction === n && row.option === wish.option && BigInt(row.amount) === wish.amount;
    if (!same) throw new Problem('id_reused');
    return row;
  }

  /** What was signed for a stake, by the page or, as it would be again, by the chat purse. */
  const signedOf = (row: StakeRow): Pick<Signed, 'payerAuthorizer' | 'nonce'> & Partial<Signed> =>
    row.signed === null ? { payerAuthorizer: row.payer, nonce: nonceOf(row) } : JSON.parse(row.signed);

  const fieldsOf = (row: StakeRow, { market }: Prediction): StakeFields => {
    const { payerAuthorizer, nonce } = signedOf(row);
    return { market, outcome: row.option, payer: row.payer, payerAuthorizer, nonce };
  };

  /** Sends it, unless it is staked; its deposit alone may have been sent by anybody. Resolves to the transaction, or ''. */
  async function send(row: StakeRow, one: Prediction, signed: StakeSigned): Promise<string> {
    const amount = BigInt(row.amount);
    const { staked, unclaimed } = await escrow.channel(row.channel);
    if (staked) return '';
    return escrow.stake(row.channel, { ...fieldsOf(row, one), amount, ...signed }, unclaimed >= amount);
  }

  /** What its refusal means: staked by somebody else meanwhile, deposited by somebody else, too late, or not covered. */
  async function sendSurely(row: StakeRow, one: Prediction, signed: StakeSigned): Promise<string> {
    try {
      return await send(row, one, signed).catch(unlessRefused(() => send(row, one, signed)));
    } catch (error) {
      if (!isRefused(error)) throw error;
      throw new Problem(now() >= one.terms.lockAt * 1000 ? 'prediction_locked' : 'stake_failed', {}, { cause: error });
    }
  }

  /** A refusal ends a stake; what only waits for the chain goes on later. */
  async function settled(row: StakeRow, act: () => Promise<string>): Promise<StakeRow> {
    try {
      return await books.changeStake(row, { state: 'placed', tx: await act() });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error.status >= 500) throw new Problem('stake_pending', {}, { cause: error });
      await books.changeStake(row, { state: 'failed' });
      throw error;
    }
  }

  const nonceOf = ({ payer, id }: StakeRow): Hex => keccakText(`dtok stake ${payer} ${id}`) as Hex;

  function placeFromChat(row: StakeRow, one: Prediction): Promise<StakeRow> {
    let tx = '';
    const wish: StakeWish = {
      config: stakeChannel(fieldsOf(row, one), { escrow: escrow.address, token: token.address }),
      ...{ amount: BigInt(row.amount), salt: nonceOf(row), validBefore: one.terms.lockAt },
      placed: async () => (await escrow.channel(row.channel)).staked,
      place: async (signed) => {
        tx = await sendSurely(row, one, signed);
      },
    };
    return settled(row, async () => {
      await purses.stake(userOf(row.member), wish);
      return tx;
    });
  }

  /** Its deposit may be in its channel already, sent by anybody, or by an earlier run only now: then nothing is freed for it. */
  async function bring(row: StakeRow, from: Hex): Promise<void> {
    const amount = BigInt(row.amount);
    const isDeposited = async (): Promise<boolean> => {
      const { staked, unclaimed } = await escrow.channel(row.channel);
      return staked || unclaimed >= amount;
    };
    if (await isDeposited()) return;
    await pages.bring({ payer: row.payer, channel: from, amount }, undefined, isDeposited);
  }

  const placeSigned = (row: StakeRow, one: Prediction): Promise<StakeRow> => {
    const { voucherSignature = '0x', collectorData: data = '0x', from } = signedOf(row);
    return settled(row, () =>
      moneyTurn(row.payer, async () => {
        // Nothing is freed for what can no longer be staked.
        if (from && now() < one.terms.lockAt * 1000) await bring(row, from);
        return sendSurely(row, one, { voucherSignature, collectorData: data });
      }),
    );
  };

  /** Again, and after a restart, it is the same stake. Problems: stake_failed; after stake_pending it goes on by itself. */
  const place = (row: StakeRow, one: Prediction): Promise<StakeRow> =>
    turn(`${row.payer}/${row.id}`, async () => {
      const known = (await books.stake(row.payer, row.id)) ?? row;
      if (known.state === 'failed') throw new Problem('stake_failed');
      if (known.state === 'placed') return known;
      return known.signed === null ? placeFromChat(known, one) : placeSigned(known, one);
    });

  /** Keeps it first; a second request with its id meanwhile finds it. */
  const once = (row: StakeRow, one: Prediction, allowed: () => Promise<void>): Promise<StakeRow> =>
    turn(`${row.payer}/${row.id}/new`, async () => {
      const before = await found(row.payer, { ...row, amount: BigInt(row.amount) }, one.n);
      if (before) return before;
      check(one, row.option, BigInt(row.amount));
      await allowed();
      await books.addStake(row);
      return row;
    });

  const rowOf = (one: Prediction, row: Omit<StakeRow, 'prediction' | 'state' | 'tx' | 'at'>): StakeRow => ({
    ...row,
    ...{ prediction: one.n, state: 'wanted', tx: '', at: now() },
  });

  function checkSigned(request: StakeRequest, channel: Hex, lockAt: number): void {
    const { payer, payerAuthorizer, deposit } = request;
    const amount = BigInt(request.amount);
    if (recover(voucherDigest(channel, amount, domain), request.signature) !== payerAuthorizer)
      throw new Problem('voucher_wrong_signature', { chainId: domain.chainId });
    const validBefore = BigInt(deposit.validBefore);
    if (validBefore * 1000n <= now()) throw new Problem('bad_request', { reason: 'the deposit is not valid any more' });
    if (validBefore > BigInt(lockAt))
      throw new Problem('bad_request', { reason: 'the deposit must not be valid after the lock' });
    const times = { validAfter: 0n, validBefore };
    const nonce = depositNonce(channel, deposit.salt);
    const transfer = { from: payer, to: escrow.collector, value: amount, ...times, nonce };
    if (recover(receiveDigest(transfer, token), deposit.signature) !== payer) throw new Problem('wrong_signer');
  }

  return {
    /** By a page or program with keys of its own. */
    async signed(one: Prediction, request: StakeRequest): Promise<StakeRow> {
      const { id, option, payer, payerAuthorizer, nonce, deposit, from } = request;
      const fields = { market: one.market, outcome: option, payer, payerAuthorizer, nonce };
      const channel = channelId(stakeChannel(fields, { escrow: escrow.address, token: token.address }), domain);
      const data = collectorData({ ...deposit, validBefore: BigInt(deposit.validBefore) });
      const signed: Signed = { payerAuthorizer, nonce, voucherSignature: request.signature, collectorData: data, from };
      const row = { payer, id, member: payer, option, amount: request.amount, channel, signed: JSON.stringify(signed) };
      const kept = await once(rowOf(one, row), one, async () => {
        needs.mayStake(one, [payer, payerAuthorizer]);
        checkSigned(request, channel, one.terms.lockAt);
        if (from) await pages.check({ payer, channel: from, amount: BigInt(request.amount) });
      });
      return place(kept, one);
    },
    /** Out of a chat purse. */
    async fromChat(one: Prediction, user: ChatUser, { id, option, amount }: ChatStake): Promise<StakeRow> {
      const payer = await purses.addressOf(user);
      const member = `${user.platform}:${user.user}`;
      const row = rowOf(one, { payer, id, member, option, amount: `${amount}`, channel: '0x', signed: null });
      const fields = { market: one.market, outcome: option, payer, payerAuthorizer: payer, nonce: nonceOf(row) };
      row.channel = channelId(stakeChannel(fields, { escrow: escrow.address, token: token.address }), domain);
      const kept = await once(row, one, async () => {
        needs.mayStake(one, [member, payer]);
        await purses.checkStake(user, amount, await books.stakedSince(payer, now() - dayMs));
      });
      return place(kept, one);
    },
    place,
    /** What was deposited for a stake and is none goes back to who deposited it. */
    async release(one: Prediction): Promise<void> {
      for (const row of await books.stakesOf(one.n)) {
        if (row.state === 'placed' || (await escrow.channel(row.channel)).unclaimed === 0n) continue;
        await escrow.release(row.channel, fieldsOf(row, one));
        await purses.collectAt(row.payer);
      }
    },
  };
}

const isRefused = (error: unknown): boolean => error instanceof Problem && error.code === 'chain_refused';
const unlessRefused =
  <T>(again: () => Promise<T>) =>
  (error: unknown): Promise<T> =>
    isRefused(error) ? again() : Promise.reject(error);

function userOf(member: string): ChatUser {
  const [platform, user = ''] = member.split(':');
  return { platform: platform as ChatUser['platform'], user };
}
