// A house of the chat tests with predictions on it: people with purses, a page with a key, and time that passes at once.
import { JsonRpcProvider } from 'ethers';
import { openFeed } from '../../src/feed/index.js';
import type { ChatUser } from '../../src/payments/chat/index.js';
import { remaining } from '../../src/payments/index.js';
import {
  addressOf,
  channelId,
  depositNonce,
  randomKey,
  receiveDigest,
  sign,
  voucherDigest,
} from '../../src/payments/typed-data.js';
import { stakeChannel } from '../../src/polls/predictions/channel.js';
import { openPredictions, type PredictionNeeds, type Predictions } from '../../src/polls/predictions/index.js';
import type { FeedEvent } from '../../src/vocabulary/events.js';
import type { OddsMessage, PredictionView, StakeRequest } from '../../src/vocabulary/predictions.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { dai, type House, openPage, startHouse } from '../support/chat-house.js';
import { silent } from '../support/payments.js';

export const minute = 60_000;

export interface Room extends House {
  predictions: Predictions;
  /** Numbered events of `main`, in order. */
  events: FeedEvent[];
  odds: OddsMessage[];
  /** Looks after what is due until the test stops it. */
  stop: () => Promise<void>;
}

export async function startPredictionHouse(settings: Partial<PredictionNeeds['settings']> = {}) {
  const house = await startHouse();
  const { now, place, clock } = house;
  let room: Room | null = null;

  async function on(opened: House): Promise<Room> {
    const { store, chain, payments, chat } = opened;
    const feed = await openFeed({ store, log: silent, now });
    const events: FeedEvent[] = [];
    const odds: OddsMessage[] = [];
    await feed.follow('main', 0, (event) => events.push(event));
    const predictions = await openPredictions({
      ...{ store, feed, chain, domain: payments.domain, log: silent, now },
      token: { ...chain.token, chainId: chain.chainId },
      purses: chat,
      pages: payments.bringing,
      personOf: (member) => (member === 'host' ? member : chat.personOf(memberOf(member))),
      minStake: () => dai / 10n,
      say: (amount) => `${amount}`,
      onOdds: (_stream, message) => odds.push(message),
      settings: { on: true, feeBps: 0, host: place.host, resolver: chain.relayer, everyMs: 20, ...settings },
    });
    const running = predictions.start();
    room = { ...opened, predictions, events, odds, stop: running.stop };
    return room;
  }

  return {
    ...house,
    open: async () => on(await house.open()),
    /** Ends this run wherever it is; the next goes on from what is on disk. */
    async reopen(): Promise<Room> {
      house.killAt(1, 'before');
      await room?.stop();
      return on(await house.reopen());
    },
    /** The clock of the house and the chain's. */
    async pass(ms: number): Promise<void> {
      clock.ahead += ms;
      const provider = new JsonRpcProvider(place.rpcUrl, undefined, { staticNetwork: true });
      await provider.send('evm_increaseTime', [Math.ceil(ms / 1000)]);
      await provider.send('evm_mine', []);
      provider.destroy();
    },
    async stop(): Promise<void> {
      await room?.stop();
      await house.stop();
    },
  };
}

const memberOf = (member: string): ChatUser | Hex => {
  const [platform, user] = member.split(':');
  return user === undefined ? (member as Hex) : { platform: platform as ChatUser['platform'], user };
};

let last = 5000;
/** A chat account with 5 Dai in its purse. */
export async function fan({ chat }: Room): Promise<ChatUser> {
  const user: ChatUser = { platform: 'discord', user: `${++last}` };
  await chat.fromFaucet(user);
  return user;
}

export const own = async ({ chat }: Room, user: ChatUser): Promise<bigint> => (await chat.account(user)).own.left;

let wishes = 0;
export const wish = (change: object = {}) => ({
  ...{ id: `wish-${++wishes}-0000`, question: 'Will the encore be Blue?', options: ['Yes', 'No', 'None'] },
  ...{ openMs: 10 * minute, disputeMs: 5 * minute, ...change },
});

interface Signing {
  option: number;
  amount: bigint;
  chainId: number;
  contract: Hex;
  depositCollector: Hex;
  token: { address: Hex; name: string; version: string };
}

/** What a page signs to stake: one voucher for all of it, and the deposit, valid until the lock. */
export function signStake(key: Hex, view: PredictionView, { option, amount, ...terms }: Signing): StakeRequest {
  const payer = addressOf(key);
  const [nonce, salt] = [randomKey(), randomKey()];
  const fields = { market: view.market as Hex, outcome: option, payer, payerAuthorizer: payer, nonce };
  const config = stakeChannel(fields, { escrow: view.escrow as Hex, token: terms.token.address });
  const channel = channelId(config, terms);
  const validBefore = Math.floor(view.lockAt / 1000);
  const times = { validAfter: 0n, validBefore: BigInt(validBefore) };
  const transfer = { from: payer, to: terms.depositCollector, value: amount, ...times };
  const token = { ...terms.token, chainId: terms.chainId };
  const digest = receiveDigest({ ...transfer, nonce: depositNonce(channel, salt) }, token);
  return {
    ...{ id: `stake-${nonce.slice(2, 20)}`, option, amount: `${amount}`, payer, payerAuthorizer: payer, nonce },
    signature: sign(voucherDigest(channel, amount, terms), key),
    deposit: { validBefore: `${validBefore}`, salt, signature: sign(digest, key) },
  };
}

/** A page with tokens at its key's address. */
export async function page({ chain }: Room, tokens = 5n * dai) {
  const key = randomKey();
  const payer = addressOf(key);
  await chain.mint(payer, tokens);
  const request = (view: PredictionView, option: number, amount: bigint): StakeRequest =>
    signStake(key, view, { ...chain, option, amount });
  return { key, payer, request };
}

/** A page whose money is in its own channel, as a viewer's is; `request` stakes out of it. */
export async function payingPage(room: Room, now: number) {
  const opened = await openPage(room, 5n * dai, undefined, now);
  const { key, payer, channel } = opened;
  const request = (view: PredictionView, option: number, stake: bigint): StakeRequest => {
    const signed = signStake(key, view, { ...room.chain, option, amount: stake });
    return { ...signed, from: channel };
  };
  const left = ({ payments }: Room): bigint => {
    const purse = payments.ledger.purse(channel);
    return purse ? remaining(purse) : 0n;
  };
  return { ...opened, payer, request, left };
}

/** Polls until it is so, at most ten seconds. */
export async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 10_000;
  while (!(await what())) {
    if (Date.now() > end) throw new Error(`it did not come to that: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
