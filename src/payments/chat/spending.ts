// What a chat account pays: within its caps, once for each id, from the first of its purses that has it.
import type { Store } from '../../store/index.js';
import { createTurns } from '../../turns.js';
import { Problem } from '../../vocabulary/problems.js';
import type { Charge, ChargeRequest } from '../charges.js';
import type { Ledger } from '../ledger.js';
import { remaining, shutBy } from '../purse.js';
import type { Tip, Tips, TipWish } from '../tips.js';
import type { Account } from './accounts.js';
import { least, most } from './amounts.js';
import { type Caps, dayMs, judgeCaps } from './caps.js';
import type { Pairing } from './pairing.js';
import type { Signer } from './signer.js';

export type ChatCharge = Omit<ChargeRequest, 'payer' | 'durationMs' | 'notBefore'>;
export type ChatTip = Omit<TipWish, 'payer'>;

/** The ledger names the purse that lacks a voucher; between signing and charging another act may use it up. */
const mostTries = 8;

export type Spending = ReturnType<typeof createSpending>;

export function createSpending(needs: {
  store: Store;
  ledger: Ledger;
  tips: Tips;
  signer: Signer;
  capsOf: (account: Account) => Caps;
  pairing: Pairing;
  withdrawing: (account: Account) => boolean;
  shown: (amount: bigint) => string;
  now: () => number;
}) {
  const { store, ledger, tips, signer, shown, now } = needs;
  const turn = createTurns<string>();

  /** Base units that went, or were set aside, within the last 24 hours, whichever purse paid. */
  async function spentToday({ address }: Account): Promise<bigint> {
    const since = now() - dayMs;
    const lists = (['charges', 'holds'] as const).map((table) =>
      store.db.selectFrom(table).select('amount').where('payer', '=', address).where('at', '>', since).execute(),
    );
    const rows = (await Promise.all(lists)).flat();
    return rows.reduce((sum, { amount }) => sum + BigInt(amount), 0n);
  }

  /** The most that one of its purses can pay: nothing is paid from two. */
  function left(account: Account, stream: string): bigint {
    const purses = ledger.pursesOf(account.address, stream).filter((purse) => !shutBy(purse, now()));
    const rooms = purses.map((purse) => least(remaining(purse), remaining(ledger.purse(purse.channel) ?? purse)));
    return rooms.reduce(most, 0n);
  }

  async function check(account: Account, amount: bigint): Promise<void> {
    if (needs.withdrawing(account)) throw new Problem('chat_withdrawing');
    const caps = needs.capsOf(account);
    const spent = await spentToday(account);
    const verdict = judgeCaps(amount, caps, spent);
    if (verdict === 'over_command') throw new Problem('chat_over_command', { most: shown(caps.perCommand) });
    if (verdict === 'over_day') throw new Problem('chat_over_day', { most: shown(caps.perDay), spent: shown(spent) });
  }

  function refusal(account: Account, amount: bigint, stream: string, error: Problem): Problem {
    if (error.code !== 'out_of_credit' && error.code !== 'sponsor_unavailable') return error;
    const linked = needs.pairing.linked(account);
    if (linked && linked.left >= amount && linked.signed < amount)
      return new Problem('chat_link_unsigned', {}, { cause: error });
    const facts = { amount: shown(amount), left: shown(left(account, stream)) };
    return new Problem('chat_top_up_needed', facts, { cause: error });
  }

  /** Does what charges, signing what the ledger says is lacking; the signature is on disk before the charge. */
  async function pay<T>(account: Account, amount: bigint, stream: string, act: () => Promise<T>): Promise<T> {
    await check(account, amount);
    for (let tries = 1; ; tries++) {
      try {
        return await act();
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        const { purse, needed } = error.facts;
        if (error.code !== 'voucher_needed' || tries === mostTries) throw refusal(account, amount, stream, error);
        await signer.signUpTo(account, purse as `0x${string}`, BigInt(needed ?? 0));
      }
    }
  }

  const turnOf = <T>(account: Account, act: () => Promise<T>): Promise<T> =>
    // What repeats need is in the store: nothing of a chat account stays in the ledger's memory.
    turn(account.name, () => act().finally(() => ledger.forget(account.address)));

  async function madeTip({ address }: Account, wish: ChatTip): Promise<Tip | null> {
    const rows = store.db.selectFrom('tips').selectAll().where('payer', '=', address);
    const row = await rows.where('id', '=', wish.id).executeTakeFirst();
    if (!row) return null;
    const { id, stream, amount, name, message, at, event: n } = row;
    const purse = ledger.purse(row.purse);
    const same = stream === wish.stream && BigInt(amount) === wish.amount && message === wish.message;
    if (!purse || !same) throw new Problem('id_reused');
    return { id, n, amount: wish.amount, name, message, at, purse };
  }

  async function madeCharge({ address }: Account, wish: ChatCharge): Promise<Charge | null> {
    const find = (table: 'charges' | 'holds') => {
      const rows = store.db.selectFrom(table).select(['stream', 'kind', 'amount', 'purse']);
      return rows.where('payer', '=', address).where('reason', '=', wish.reason).executeTakeFirst();
    };
    const row = (await find('charges')) ?? (await find('holds'));
    if (!row) return null;
    const same = row.stream === wish.stream && row.kind === wish.kind && BigInt(row.amount) === wish.amount;
    if (!same) throw new Problem('id_reused');
    return { purse: (row.purse && ledger.purse(row.purse)) || null, amount: wish.amount };
  }

  /** Charged or set aside, once for each reason. */
  const once = (account: Account, wish: ChatCharge, put: Ledger['charge']): Promise<Charge> =>
    turnOf(account, async () => {
      const made = await madeCharge(account, wish);
      return (
        made ?? pay(account, wish.amount, wish.stream, () => put({ ...wish, payer: account.address, durationMs: 0 }))
      );
    });

  return {
    spentToday,
    left,
    tip: (account: Account, wish: ChatTip): Promise<Tip> =>
      turnOf(account, async () => {
        const made = await madeTip(account, wish);
        if (made) return made;
        await pay(account, wish.amount, wish.stream, () => tips.tip({ ...wish, payer: account.address }));
        const tip = await madeTip(account, wish);
        if (!tip) throw new Problem('internal');
        return tip;
      }),
    charge: (account: Account, wish: ChatCharge): Promise<Charge> => once(account, wish, ledger.charge),
    hold: (account: Account, wish: ChatCharge): Promise<Charge> => once(account, wish, ledger.hold),
  };
}
