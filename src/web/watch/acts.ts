// What the viewer's buttons do: tip, top up, get the rest back, pause, open another link.

import type { PredictionView } from '../../vocabulary/predictions.js';
import type { Hex } from '../../vocabulary/values.js';
import type { Api } from '../shared/api.js';
import { Refusal } from '../shared/api.js';
import { keyFromText, randomId } from '../shared/bytes.js';
import { money, type Unit } from '../shared/money.js';
import type { Store } from '../shared/store.js';
import { pause } from '../shared/time.js';
import { toast } from '../shared/toasts.js';
import type { Fare } from './fares.js';
import type { House } from './house.js';
import type { FoundWallet } from './injected.js';
import { moment } from './moment.js';
import { sentence } from './sentence.js';
import { stakeable } from './stakes.js';
import type { WatchState } from './state.js';

export interface Tip {
  amount: bigint;
  name: string;
  message: string;
}

export interface Vote {
  poll: string;
  option: number;
  /** 0: the free vote. */
  amount: bigint;
}

/** The page to open for a pasted link, or for a bare key; `null` when it is no watch link. */
export function linkTarget(pasted: string, here: { origin: string; pathname: string }): string | null {
  const text = pasted.trim();
  if (keyFromText(text)) return `${here.origin}${here.pathname}#k=${text}`;
  try {
    const url = new URL(text);
    const key = new URLSearchParams(url.hash.slice(1)).get('k');
    const known = /^https?:$/.test(url.protocol) && /^\/watch\/[a-z0-9-]+\/?$/.test(url.pathname);
    return known && key && keyFromText(key) ? url.href : null;
  } catch {
    return null;
  }
}

/** Steps that come faster are one, ms. */
const stepMs = 250;

const voteName = (poll: string, option: number): string => `vote ${poll} ${option}`;

export type Acts = ReturnType<typeof createActs>;

export function createActs(needs: { api: Api; store: Store<WatchState>; house: Promise<House | null> }) {
  const { api, store } = needs;
  const unit = (): Unit => store.get().info?.terms.token ?? { symbol: '', decimals: 18 };
  /** Of tips, and of votes for each option: what is done in between leaves an act that failed its id. */
  const attempts = new Map<string, { id: string; of: string }>();

  /** Runs one act at a time; says what went wrong. */
  async function busy(what: NonNullable<WatchState['busy']>, act: (house: House) => Promise<void>): Promise<boolean> {
    const house = await needs.house;
    if (!house || store.get().busy) return false;
    const byWallet = what === 'wallet' || what === 'leave';
    store.set({ busy: what, walletTrouble: null });
    try {
      await act(house);
      return true;
    } catch (error) {
      if (byWallet) store.set({ walletTrouble: sentence(error) });
      else toast(store, 'bad', sentence(error));
      return false;
    } finally {
      store.set({ busy: null });
    }
  }

  /** What is sent again after a failure keeps its id, so that it is paid once. */
  function idOf(what: string, of: string): string {
    const known = attempts.get(what);
    if (known?.of === of) return known.id;
    const made = { id: randomId(), of };
    attempts.set(what, made);
    return made.id;
  }

  /** Signs for the amount, then acts; once more when the server wants a higher voucher, or could not be reached. */
  async function paying<T>(house: House, amount: bigint, act: (token: string) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      const signed = amount === 0n || (await house.payer.authorizeTip(amount));
      if (!signed) throw new Refusal('out_of_credit', tooLittle, 402);
      try {
        return await house.session.with(act);
      } catch (error) {
        const again = error instanceof Refusal && ['voucher_needed', 'offline', 'internal'].includes(error.code);
        if (!again || tries === 3) throw error;
        await pause(400 * tries);
        await house.session.refresh().catch(() => {});
      }
    }
  }

  async function send(house: House, tip: Tip): Promise<void> {
    const id = idOf('tip', JSON.stringify([`${tip.amount}`, tip.name, tip.message]));
    const body = { id, amount: `${tip.amount}`, name: tip.name, message: tip.message };
    const { purse } = await paying(house, tip.amount, (token) => api('postTip', { body, token }));
    house.payer.learn([purse]);
  }

  async function castVote(house: House, { poll, option, amount }: Vote): Promise<void> {
    const body = { id: idOf(voteName(poll, option), `${amount}`), option, amount: `${amount}` };
    const receipt = await paying(house, amount, (token) => api('postVote', { params: { poll }, body, token }));
    house.payer.learn(receipt.purses);
    house.polls.answered(receipt.poll);
    store.set({ own: { poll, vote: receipt.own } });
  }

  /** Where steps after each other lead, before any of it is loaded, and paid for. */
  let wish: { behind: number; timer: ReturnType<typeof setTimeout> } | null = null;

  async function goBy(seconds: number): Promise<void> {
    const house = await needs.house;
    const { dvr } = store.get();
    if (!dvr || !house) return;
    clearTimeout(wish?.timer);
    const behind = Math.min(dvr.length, Math.max(0, (wish?.behind ?? dvr.behind) + seconds));
    wish = { behind, timer: setTimeout(goBack, stepMs, behind) };
    store.set({ went: { behind, fare: house.goingBack.fare(behind) } });
  }

  /** To so many seconds behind live; 0 is live, and plays. */
  async function goBack(behind: number): Promise<void> {
    clearTimeout(wish?.timer);
    wish = null;
    const house = await needs.house;
    if (!house?.player) return;
    // The key that comes next is for who is live.
    house.ahead.drop();
    store.set({ went: { behind, fare: house.goingBack.fare(behind) } });
    house.player.goBack(behind);
    if (behind > 0 || !store.get().paused) return;
    store.set({ paused: false });
    if (!house.gate.isHeld()) house.player.resume();
  }

  const told = ({ amount, to }: { amount: bigint; to: Hex }, name: string | null) =>
    toast(store, 'good', `${money(amount, unit())} is at ${name ?? short(to)} now.`);

  return {
    tip: (tip: Tip) =>
      busy('tip', async (house) => {
        await send(house, tip);
        attempts.delete('tip');
        toast(store, 'good', `Your tip of ${money(tip.amount, unit())} is on its way to the stage.`);
      }),
    vote: (vote: Vote) =>
      busy('vote', async (house) => {
        await castVote(house, vote);
        attempts.delete(voteName(vote.poll, vote.option));
      }),
    /** Signed with this page's own key; once for each tap, whatever is sent again. */
    stake: (prediction: PredictionView, option: number, amount: bigint) =>
      busy('stake', async (house) => {
        await house.money.look();
        const { most, from } = stakeable(store.get());
        if (amount > most) throw new Refusal('out_of_credit', tooLittleToStake, 402);
        const lacks = amount > store.get().lying;
        // What is waited for at the address would take what is freed for the stake.
        house.money.arrivals.stop();
        const order = { prediction, option, amount, from: lacks && from ? from.id : null };
        const receipt = await house.staker.stake(order).finally(() => {
          house.gate.release();
          // What has no answer yet is asked for until there is one.
          void house.goOnStaking();
          void house.predictions.lookAt(prediction);
          // Refused or not, what was freed for it may lie at the address.
          house.money.look().catch(() => {});
        });
        house.predictions.answered(receipt.prediction);
        const on = receipt.prediction.options[receipt.option];
        toast(store, 'good', `${money(BigInt(receipt.amount), unit())} are staked on “${on}”.`);
      }),
    /** What lies at the page's address goes into its channel, all of it. */
    putIn: () =>
      busy('topup', async (house) => {
        const { payer, money: purses } = house;
        const lying = async () =>
          BigInt((await api('getAddress', { params: { address: purses.deposits.payer } })).token);
        const purse = await purses.deposits.payIn(payer.list, lying);
        if (purse) payer.learn([purse]);
        await purses.look().catch(() => {});
      }),
    async doneWith(prediction: PredictionView): Promise<void> {
      (await needs.house)?.predictions.done(prediction);
    },
    topUp: () =>
      busy('topup', async (house) => {
        const purse = await house.money.deposits.topUp(house.payer.list());
        house.payer.learn([purse]);
        toast(store, 'good', 'Topped up.');
      }),
    getBack: (id: Hex) =>
      busy('close', async (house) => {
        const { refunded, to } = await house.money.close(id);
        const where = to === store.get().me?.address ? 'your address' : `your wallet, ${short(to)}`;
        toast(store, 'good', `${money(refunded, unit())} went back to ${where}.`);
        await house.money.look().catch(() => {});
      }),
    /** Opens or closes the money dialog; tokens are waited for only while somebody asked for that. */
    async show(panel: WatchState['panel']): Promise<void> {
      store.set({ panel, walletTrouble: null });
      if (panel === 'out') await (await needs.house)?.money.look().catch(() => {});
    },
    async look(): Promise<void> {
      const house = await needs.house;
      if (!store.get().busy) await house?.money.look().catch(() => {});
    },
    async await(on: boolean): Promise<void> {
      const arrivals = (await needs.house)?.money.arrivals;
      if (on) arrivals?.start();
      else arrivals?.stop();
    },
    payFromWallet: (wallet: FoundWallet, amount: bigint) =>
      busy('wallet', async (house) => {
        await house.money.payFromWallet(wallet, amount);
        toast(store, 'good', `${money(amount, unit())} is in. Watching asks your wallet nothing more.`);
      }),
    /** Begins to leave by the chain alone, or finishes; says when the money comes. */
    leave: (wallet: FoundWallet, id: Hex) =>
      busy('leave', async (house) => {
        const { did, standing } = await house.money.leaveBy(wallet, id);
        toast(store, 'good', leaving[did](standing.readyAt ?? 0));
      }),
    /** Looks an address or a name up; null, with the reason told, when it leads nowhere. */
    async where(text: string) {
      const house = await needs.house;
      return house?.money.cashOuts.where(text);
    },
    sendOn: (to: Hex, name: string | null) =>
      busy('send', async (house) => {
        try {
          told(await house.money.cashOuts.send(to, name), name);
        } finally {
          await house.money.look().catch(() => store.set({ cashOut: house.money.cashOuts.kept() }));
        }
      }),
    sendOnAgain: () =>
      busy('send', async (house) => {
        try {
          const { kept, resume } = house.money.cashOuts;
          const name = kept()?.name ?? null;
          const sent = await resume();
          if (sent) told(sent, name);
        } finally {
          await house.money.look().catch(() => store.set({ cashOut: house.money.cashOuts.kept() }));
        }
      }),
    async giveUpSending(): Promise<void> {
      (await needs.house)?.money.cashOuts.giveUp();
      store.set({ cashOut: null });
    },
    /** Pausing asks for no more keys, so it costs nothing. */
    async pausePlay(): Promise<void> {
      const house = await needs.house;
      if (!house?.player) return;
      const paused = !store.get().paused;
      store.set({ paused });
      if (paused) {
        house.player.pause();
        house.ahead.drop();
      } else if (!house.gate.isHeld()) house.player.resume();
    },
    goBack,
    /** So much further back, s, or on. */
    goBy,
    /** What that would cost; null: not known. */
    async fare(behind: number): Promise<Fare | null> {
      return (await needs.house)?.goingBack.askedFare(behind) ?? null;
    },
    async cam(id: string): Promise<void> {
      store.set({ cam: id });
      (await needs.house)?.showCam();
    },
    async quality(height: number | null): Promise<void> {
      store.set({ quality: height });
      (await needs.house)?.player?.choose(height);
    },
    async caption(on: boolean): Promise<void> {
      store.set({ captions: { ...store.get().captions, on } });
      (await needs.house)?.player?.caption(on);
    },
  };
}

export const short = (address: string): string => `${address.slice(0, 6)}…${address.slice(-4)}`;

const leaving: Record<'begun' | 'waits' | 'finished', (readyAt: number) => string> = {
  begun: (at) => `Leaving has begun. Come back ${moment(at)} to finish it.`,
  waits: (at) => `It can be finished ${moment(at)}. Nothing is lost by coming later.`,
  finished: () => 'The money is in your wallet now.',
};

const tooLittleToStake = 'You have less than that of your own. Put money in, or stake less.';
const tooLittle = 'Your balance is too small for this tip. Top up, or tip less.';
