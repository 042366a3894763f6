// A page's stake: what it signs is what the contract and the server make of it, once; and what it says it would bring.
import { describe, expect, it } from 'vitest';
import { addressOf, channelId, randomKey, recover, voucherDigest } from '../../src/payments/typed-data.js';
import { stakeChannel as theServers } from '../../src/polls/predictions/channel.js';
import { divide } from '../../src/polls/predictions/payouts.js';
import type { AiredTip, PredictionEvent } from '../../src/vocabulary/events.js';
import type { PredictionView, StakeRequest } from '../../src/vocabulary/predictions.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { Refusal } from '../../src/web/shared/api.js';
import { createKeep } from '../../src/web/shared/keep.js';
import { createStore } from '../../src/web/shared/store.js';
import { type Flash, flash, ofEvent, ofTip } from '../../src/web/watch/flashes.js';
import { createStaker, signStake, stakeChannel } from '../../src/web/watch/stake-out.js';
import { brings, shownOf, stakeable, stakedBy, wouldBring } from '../../src/web/watch/stakes.js';
import { initialState, type WatchState } from '../../src/web/watch/state.js';
import { createWallet } from '../../src/web/watch/wallet.js';
import { mockTerms } from './mock-money.js';

const bytes = (n: number): Hex => `0x${n.toString(16).padStart(2, '0').repeat(32)}`;
const account = (n: number): Hex => `0x${n.toString(16).padStart(2, '0').repeat(20)}`;
const view = (change: Partial<PredictionView> = {}): PredictionView => ({
  ...{ id: '4', stream: 'main', market: bytes(7), escrow: account(9), question: 'Rain?', options: ['Yes', 'No'] },
  ...{ state: 'open', stakes: 2, pot: '400', totals: ['100', '300'], odds: [4000, 1333], minStake: '10', feeBps: 1000 },
  ...{ openedAt: 0, lockAt: 60_000, resolveBy: 90_000, winner: null, finalAt: null, refunds: false, at: 0, ...change },
});
const key = randomKey();
const wallet = createWallet(key);
const payer = addressOf(key);

describe('what a page signs', () => {
  it('is the channel that the contract makes up, a voucher for all of it, and a deposit until the lock', () => {
    const fields = { market: bytes(7), outcome: 1, payer, payerAuthorizer: payer, nonce: bytes(3) };
    const at = { escrow: account(9), token: mockTerms.token.address as Hex };
    expect(stakeChannel(fields, at)).toEqual(theServers(fields, at));
    const order = { prediction: view(), option: 1, amount: 55n, from: bytes(8) };
    const request = signStake(wallet, mockTerms, order);
    expect(request).toMatchObject({ option: 1, amount: '55', payer, from: bytes(8), deposit: { validBefore: '60' } });
    const domain = { chainId: mockTerms.chainId, contract: mockTerms.contract as Hex };
    const id = channelId(stakeChannel({ ...fields, nonce: request.nonce as Hex }, at), domain);
    expect(recover(voucherDigest(id, 55n, domain), request.signature as Hex)).toBe(payer);
    expect(signStake(wallet, mockTerms, { ...order, from: null })).not.toHaveProperty('from');
  });
});

describe('a stake under way', () => {
  function openStaker(answers: (() => unknown)[]) {
    const sent: StakeRequest[] = [];
    const kept = new Map<string, string>();
    const storage = {
      getItem: (name: string) => kept.get(name) ?? null,
      setItem: (name: string, value: string) => void kept.set(name, value),
      removeItem: (name: string) => void kept.delete(name),
    } as unknown as Storage;
    const api = async (_name: string, { body }: { body: StakeRequest }) => {
      sent.push(body);
      const answer = answers.shift()?.();
      if (answer instanceof Error) throw answer;
      return { id: body.id, option: body.option, amount: body.amount, prediction: view() };
    };
    const open = () => createStaker({ api: api as never, keep: createKeep(() => storage), wallet, terms: mockTerms });
    return { open, sent };
  }
  const offline = () => new Refusal('offline', '', 0);
  const order = { prediction: view(), option: 0, amount: 20n, from: null };

  it('is sent again as it is until it is answered, over reloads, and is never signed twice', async () => {
    const { open, sent } = openStaker([offline, () => new Refusal('stake_pending', '', 503), () => undefined]);
    await expect(open().stake(order)).rejects.toThrow();
    const staker = open();
    await expect(staker.finish()).rejects.toThrow();
    expect(staker.unfinished()).not.toBeNull();
    // The viewer's second tap for the same is the first one's.
    await staker.stake(order);
    expect(new Set(sent.map((body) => JSON.stringify(body))).size).toBe(1);
    expect(sent).toHaveLength(3);
    expect(open().unfinished()).toBeNull();
    await open().stake(order);
    expect(sent[3]?.id).not.toBe(sent[0]?.id);
  });

  it('goes before another one, and is forgotten when it was refused for good', async () => {
    const { open, sent } = openStaker([offline, () => undefined, () => undefined]);
    await expect(open().stake(order)).rejects.toThrow();
    await open().stake({ ...order, option: 1 });
    expect(sent.map(({ option }) => option)).toEqual([0, 0, 1]);
    const late = openStaker([() => new Refusal('prediction_locked', '', 409)]);
    await expect(late.open().stake(order)).rejects.toThrow();
    expect(late.open().unfinished()).toBeNull();
  });

  it('two taps at once are one', async () => {
    const { open, sent } = openStaker([]);
    const staker = open();
    const [a, b] = await Promise.all([staker.stake(order), staker.stake(order)]);
    expect([a.id, sent.length]).toEqual([b.id, 1]);
  });
});

describe('what a stake would bring', () => {
  it('is what the payout then is, but for the unit that is shared out last', () => {
    for (const [amount, option] of [
      [50n, 0],
      [1n, 1],
      [777n, 0],
    ] as const) {
      const stakes = [100n, 300n].map((one, outcome) => ({ amount: one, outcome }));
      const { payouts } = divide([...stakes, { amount, outcome: option }], option, 1000);
      const would = wouldBring(view(), option, amount);
      expect((payouts[2] ?? 0n) - would).toBeGreaterThanOrEqual(0n);
      expect((payouts[2] ?? 0n) - would).toBeLessThanOrEqual(1n);
    }
    expect(brings(5n, 0, [5n, 0n], 1000)).toBe(5n);
    expect(wouldBring(view({ totals: ['0', '0'] }), 0, 9n)).toBe(9n);
  });

  it('is made of what lies at the address and the page’s own channel, never of a link or a wallet’s money', () => {
    const purse = (id: number, limit: bigint, kind: 'channel' | 'pass' = 'channel') => ({
      ...{ id: bytes(id), kind, limit, authorized: 0n, spent: 0n },
    });
    const channel = (id: number, of: Hex) => ({ id: bytes(id), config: { payer: of } });
    const state = {
      ...{ ...initialState, me: { address: payer, fromLink: false }, lying: 3n },
      purses: [purse(1, 50n), purse(2, 90n), purse(3, 900n), purse(4, 9000n, 'pass')],
      channels: [channel(1, payer), channel(2, payer), channel(3, account(5))],
    } as unknown as WatchState;
    expect(stakeable(state)).toMatchObject({ most: 93n, from: { id: bytes(2) } });
    expect(stakeable({ ...state, channels: [] })).toEqual({ most: 3n, from: null });
  });
});

describe('what is shown', () => {
  const live = (change: Partial<PredictionView> = {}) => ({ prediction: view(change), heard: 0, endedAt: null });
  const stake = { id: 'a', option: 1, amount: '7', state: 'placed' as const, transaction: '', at: 0 };
  const mine = { stakes: [stake, { ...stake, id: 'b', state: 'failed' as const }], payout: null };

  it('is the newest, or the last one this page has staked in, which stays until it is done with', () => {
    const over = live({ state: 'paid' });
    expect(shownOf({ prediction: over, staked: null }, () => 70_000)).toBeNull();
    expect(shownOf({ prediction: over, staked: null }, () => 10_000)).toEqual({ live: over, mine: null });
    const staked = { prediction: view({ state: 'paid' }), heard: 0, mine };
    expect(shownOf({ prediction: over, staked }, () => 70_000)).toEqual({ live: over, mine });
    expect(shownOf({ prediction: null, staked }, () => null)).toMatchObject({ mine });
    const next = live({ id: '5' });
    expect(shownOf({ prediction: next, staked }, () => null)).toEqual({ live: next, mine: null });
    expect(stakedBy(mine, 2)).toEqual([0n, 7n]);
  });

  it('over the picture is what has just happened, three at most, and of payouts nothing', () => {
    const unit = { symbol: 'DAI', decimals: 0 };
    const tip: AiredTip = { n: 1, at: 0, name: '', message: 'hi', amount: '5' };
    const store = createStore<{ flashes: readonly Flash[] }>({ flashes: [] });
    for (let i = 0; i < 5; i++) flash(store, ofTip({ ...tip, message: `${i}` }, unit));
    expect(store.get().flashes.map(({ title, text }) => `${title} ${text}`)).toEqual(
      [2, 3, 4].map((i) => `Somebody ${i}`),
    );
    const event = (what: PredictionEvent['data']['what'], change: Partial<PredictionView> = {}): PredictionEvent => {
      return { n: 1, at: 0, stream: 'main', type: 'prediction', data: { what, prediction: view(change) } };
    };
    expect(ofEvent(event('resolved', { state: 'resolved', winner: 0 }), unit)?.title).toBe('Yes wins');
    expect(ofEvent(event('paid', { state: 'paid', winner: 0 }), unit)).toBeNull();
  });
});
