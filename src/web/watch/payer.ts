// Keeps what is authorized ahead of what is spent: signs vouchers, hands them in, one at a time for each purse.
import type { PurseState } from '../../vocabulary/events.js';
import type { Hex } from '../../vocabulary/values.js';
import { type Api, Refusal } from '../shared/api.js';
import { balanceOf, engaged, fromState, higher, lower, merge, type Purse, payerOf, plan } from './purses.js';

/** Seconds of watching authorized at least, and signed for when it gets less. */
const least = 10n;
const most = 16n;
/** A single key may not make this page sign for more seconds than this. */
const ceiling = 60n;

export interface Rate {
  /** Base units a second. */
  price: bigint;
  keyPeriodMs: number;
}

export interface PayerNeeds {
  api: Api;
  sign: (purse: Hex, total: bigint) => Hex;
  rate: () => Rate;
  onChange: () => void;
}

export type Payer = ReturnType<typeof createPayer>;

export function createPayer({ api, sign, rate, onChange }: PayerNeeds) {
  const purses = new Map<Hex, Purse>();
  const inFlight = new Map<Hex, Promise<void>>();
  const list = (): Purse[] => [...purses.values()];

  const keyCost = (): bigint => (rate().price * BigInt(rate().keyPeriodMs)) / 1000n;

  function learn(states: readonly PurseState[]): void {
    for (const state of states) purses.set(state.id, merge(purses.get(state.id), fromState(state)));
    onChange();
  }

  /** What the gate reported with a key; unknown purses are for the session to fetch. */
  function report(id: Hex, spent: bigint, authorized: bigint): boolean {
    const known = purses.get(id);
    if (!known) return false;
    purses.set(id, merge(known, { ...known, spent, authorized }));
    onChange();
    return true;
  }

  async function post(id: Hex, total: bigint): Promise<void> {
    const body = { channelId: id, maxClaimableAmount: `${total}`, signature: sign(id, total) };
    try {
      learn([await api('postVoucher', { body })]);
    } catch (error) {
      // Another tab of this purse signed higher: as good.
      const known = purses.get(id);
      const accepted = error instanceof Refusal && error.code === 'voucher_too_low' ? error.facts.authorized : null;
      if (!known || accepted === null || accepted === undefined || BigInt(accepted) < total) throw error;
      learn([{ ...stateOf(known), authorized: `${accepted}` }]);
    }
  }

  /** Resolves when the server has a voucher of at least `total`. Throws `Refusal`; RangeError above the limit. */
  async function authorize(id: Hex, total: bigint): Promise<void> {
    for (;;) {
      const purse = purses.get(id);
      if (!purse) throw new Refusal('unknown_purse', 'This purse is not known to the page.', 404);
      if (purse.authorized >= total) return;
      if (total > purse.limit) throw new RangeError('a voucher above the purse’s limit');
      const busy = inFlight.get(id);
      if (busy) {
        await busy.catch(() => {});
        continue;
      }
      const sending = post(id, total).finally(() => inFlight.delete(id));
      inFlight.set(id, sending);
      await sending;
    }
  }

  return {
    list,
    learn,
    report,
    authorize,
    keyCost,
    balance: () => balanceOf(list()),
    canWatch: () => payerOf(list(), keyCost()) !== undefined,
    forget(id: Hex): void {
      purses.delete(id);
      onChange();
    },

    /** Signs ahead of need; failures wait for the next key. */
    keepAhead(): void {
      const { price } = rate();
      const cost = keyCost();
      for (const { id, total } of plan(list(), { least: price * least, most: price * most, cost })) {
        if (!inFlight.has(id)) authorize(id, total).catch(() => {});
      }
    },

    /** Waits for a voucher that is on its way, when the next key needs it. */
    async ready(): Promise<void> {
      const purse = payerOf(list(), keyCost());
      if (purse && purse.authorized < engaged(purse) + keyCost()) await inFlight.get(purse.id)?.catch(() => {});
    },

    /** What the gate asks for to hand out a key; false when it is more than watching can cost. */
    async authorizeKey(id: Hex, needed: bigint): Promise<boolean> {
      const purse = purses.get(id);
      const { price } = rate();
      if (!purse || needed > purse.limit) return false;
      if (needed > higher(engaged(purse), purse.authorized) + price * ceiling) return false;
      await authorize(id, lower(higher(needed, engaged(purse) + price * most), purse.limit));
      return true;
    },

    /** Makes sure that a tip can be charged to the purse the server will take; false: no purse has that much. */
    async authorizeTip(amount: bigint): Promise<boolean> {
      const purse = payerOf(list(), amount);
      if (!purse) return false;
      const total = engaged(purse) + amount + rate().price * least;
      await authorize(purse.id, lower(total, purse.limit));
      return true;
    },
  };
}

const stateOf = (purse: Purse): PurseState => ({
  id: purse.id,
  kind: purse.kind,
  limit: `${purse.limit}`,
  authorized: `${purse.authorized}`,
  spent: `${purse.spent}`,
  ...(purse.held !== undefined && { held: `${purse.held}` }),
});
