// Tokens sent to this page's address: seen when they arrive, and put into the channel at once.
import type { PurseState } from '../../vocabulary/events.js';
import { type Api, Refusal } from '../shared/api.js';
import type { Keep } from '../shared/keep.js';
import type { Deposits } from './deposit.js';
import type { Purse } from './purses.js';

/** What the page says about it. */
export interface Arrival {
  step: 'waiting' | 'paying-in' | 'paid-in' | 'trouble';
  /** Base units: what is being put in, or was last. */
  amount: bigint;
  /** Wei of the chain's own coin at the address: it cannot pay for watching. */
  coin: bigint;
  trouble: string | null;
}

const nothing: Arrival = { step: 'waiting', amount: 0n, coin: 0n, trouble: null };

export type Arrivals = ReturnType<typeof createArrivals>;

/** Watches while the viewer waits for tokens; whether he does is remembered over a reload. */
export function createArrivals(needs: {
  api: Api;
  keep: Keep;
  deposits: Deposits;
  purses: () => readonly Purse[];
  onPurse: (purse: PurseState) => void;
  onChange: (arrival: Arrival | null) => void;
  everyMs?: number;
}) {
  const { api, keep, deposits, onPurse, onChange, everyMs = 3000 } = needs;
  const flag = `waits.${deposits.payer}`;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let shown: Arrival | null = null;
  let round = 0;

  function show(change: Partial<Arrival>): void {
    if (!shown) return;
    shown = { ...shown, ...change };
    onChange(shown);
  }

  /** What lies at the address when its turn has come: all of it goes in. */
  async function found(): Promise<bigint> {
    const { token, coin } = await api('getAddress', { params: { address: deposits.payer } });
    const amount = shown ? BigInt(token) : 0n;
    show({ coin: BigInt(coin), trouble: null });
    if (amount > 0n) show({ step: 'paying-in', amount });
    else if (shown?.step === 'trouble') show({ step: 'waiting' });
    return amount;
  }

  async function look(): Promise<void> {
    const purse = await deposits.payIn(needs.purses, found);
    if (!purse) return;
    onPurse(purse);
    show({ step: 'paid-in' });
  }

  async function run(mine: number): Promise<void> {
    await look().catch((error: unknown) => {
      const trouble = error instanceof Refusal ? error.message : 'The payment could not be signed. Reload the page.';
      show({ step: 'trouble', trouble });
    });
    if (mine === round) timer = setTimeout(() => void run(mine), everyMs);
  }

  function start(): void {
    if (shown) return;
    keep.set(flag, '1');
    shown = nothing;
    onChange(shown);
    void run(++round);
  }

  return {
    start,
    /** Goes on after a reload with what the viewer was waiting for. */
    resume(): void {
      if (keep.get(flag)) start();
    },
    stop(): void {
      keep.set(flag, null);
      clearTimeout(timer);
      round += 1;
      shown = null;
      onChange(null);
    },
  };
}
