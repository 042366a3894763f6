// What the viewer's buttons do: tip, top up, get the rest back, pause, open another link.

import type { Api } from '../shared/api.js';
import { Refusal } from '../shared/api.js';
import { keyFromText, randomId } from '../shared/bytes.js';
import { money, type Unit } from '../shared/money.js';
import type { Store } from '../shared/store.js';
import { pause } from '../shared/time.js';
import { toast } from '../shared/toasts.js';
import { type House, sentence } from './house.js';
import type { Purse } from './purses.js';
import type { WatchState } from './state.js';

export interface Tip {
  amount: bigint;
  name: string;
  message: string;
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

export type Acts = ReturnType<typeof createActs>;

export function createActs(needs: { api: Api; store: Store<WatchState>; house: Promise<House | null> }) {
  const { api, store } = needs;
  const unit = (): Unit => store.get().info?.terms.token ?? { symbol: '', decimals: 18 };
  let attempt: { id: string; of: string } | null = null;

  /** Runs one act at a time; says what went wrong. */
  async function busy(what: NonNullable<WatchState['busy']>, act: (house: House) => Promise<void>): Promise<boolean> {
    const house = await needs.house;
    if (!house || store.get().busy) return false;
    store.set({ busy: what });
    try {
      await act(house);
      return true;
    } catch (error) {
      toast(store, 'bad', sentence(error));
      return false;
    } finally {
      store.set({ busy: null });
    }
  }

  /** The same tip sent again after a failure keeps its id, so that it is paid once. */
  function idOf(tip: Tip): string {
    const of = JSON.stringify([`${tip.amount}`, tip.name, tip.message]);
    if (attempt?.of !== of) attempt = { id: randomId(), of };
    return attempt.id;
  }

  async function send(house: House, tip: Tip): Promise<void> {
    const body = { id: idOf(tip), amount: `${tip.amount}`, name: tip.name, message: tip.message };
    for (let tries = 1; ; tries++) {
      if (!(await house.payer.authorizeTip(tip.amount))) throw new Refusal('out_of_credit', tooLittle, 402);
      try {
        const receipt = await house.session.with((token) => api('postTip', { body, token }));
        house.payer.learn([receipt.purse]);
        return;
      } catch (error) {
        const again = error instanceof Refusal && ['voucher_needed', 'offline', 'internal'].includes(error.code);
        if (!again || tries === 3) throw error;
        await pause(400 * tries);
        await house.session.refresh().catch(() => {});
      }
    }
  }

  return {
    tip: (tip: Tip) =>
      busy('tip', async (house) => {
        await send(house, tip);
        attempt = null;
        toast(store, 'good', `Your tip of ${money(tip.amount, unit())} is on its way to the stage.`);
      }),
    topUp: () =>
      busy('topup', async (house) => {
        const purse = await house.deposits.topUp(house.payer.list());
        house.payer.learn([purse]);
        toast(store, 'good', 'Topped up.');
      }),
    getBack: (purse: Purse) =>
      busy('close', async (house) => {
        const { refunded } = await house.deposits.close(purse.id);
        house.payer.forget(purse.id);
        await house.session.refresh().catch(() => {});
        toast(store, 'good', `${money(refunded, unit())} went back to your address.`);
      }),
    /** Pausing asks for no more keys, so it costs nothing. */
    async pausePlay(): Promise<void> {
      const house = await needs.house;
      const video = document.querySelector('video');
      if (!house?.player || !video) return;
      const paused = !store.get().paused;
      store.set({ paused });
      if (paused) {
        house.player.hold();
        video.pause();
      } else if (!house.gate.isHeld()) house.player.resume();
    },
  };
}

const tooLittle = 'Your balance is too small for this tip. Top up, or tip less.';
