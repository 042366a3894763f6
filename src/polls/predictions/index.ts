// The door of predictions: opened, staked in, locked, resolved or cancelled; the escrow contract holds the stakes.
import type { Feed } from '../../feed/index.js';
import type { Logger } from '../../log.js';
import type { ChatUser } from '../../payments/chat/index.js';
import type { Domain, TokenDomain } from '../../payments/typed-data.js';
import type { Store } from '../../store/index.js';
import { createTurns } from '../../turns.js';
import type {
  AddressStakes,
  OddsMessage,
  PredictionMessage,
  PredictionView,
  PredictionWish,
  StakeReceipt,
  StakeRequest,
} from '../../vocabulary/predictions.js';
import { Problem } from '../../vocabulary/problems.js';
import type { Hex } from '../../vocabulary/values.js';
import { createTelling } from '../telling.js';
import { createBooks, isOver, type Prediction, type StakeRow } from './books.js';
import { marketId } from './channel.js';
import { createEscrow, type EscrowChain } from './escrow.js';
import { createOnAir } from './on-air.js';
import { type Looked, startRounds } from './rounds.js';
import { type ChatStake, createStakes, type Pages, type Purses } from './staking.js';
import { createSteps } from './steps.js';
import { termsFor } from './terms.js';
import { oddsOf, viewOf } from './view.js';

export type { ChatStake, Pages, Purses } from './staking.js';

export interface PredictionSettings {
  /** Off: no new ones; what runs is brought to its end. */
  on: boolean;
  feeBps: number;
  /** Gets the fee. */
  host: Hex;
  /** Sends what decides: the relayer's address. */
  resolver: Hex;
  /** How often it is looked what is due. */
  everyMs: number;
}

export interface PredictionNeeds {
  store: Store;
  feed: Pick<Feed, 'append' | 'announce'>;
  chain: EscrowChain;
  domain: Domain;
  token: TokenDomain;
  purses: Purses;
  pages: Pages;
  /** The same for all accounts, pages and links of one person. */
  personOf: (member: string) => string;
  /** The least of one stake, base units. Problem: unknown_stream. */
  minStake: (stream: string) => bigint;
  /** An amount in words. */
  say: (amount: bigint) => string;
  settings: PredictionSettings;
  /** At most twice a second for each prediction. */
  onOdds?: (stream: string, message: OddsMessage) => void;
  log: Logger;
  now?: () => number;
}

/** The host at the dashboard, who is no chat account. */
export const byHost = 'host';

export type Predictions = Awaited<ReturnType<typeof openPredictions>>;

export async function openPredictions(needs: PredictionNeeds) {
  const { store, feed, chain, purses, personOf, settings, log, now = Date.now } = needs;
  const books = createBooks(store);
  const escrow = createEscrow(chain);
  const stakes = createStakes({ ...needs, books, escrow, mayStake, now });
  const { release } = stakes;
  const onAir = createOnAir(now);
  const goes = { onPaid: purses.collectAt, onStep: onAir.put, release };
  const { advance, pay } = createSteps({ books, escrow, feed, ...goes, log, now });
  const turn = createTurns<number>();
  const openTurn = createTurns<string>();
  const listeners = new Set<(id: string) => void>();
  const live = new Map<number, Looked>();
  for (const one of await books.unfinished()) {
    live.set(one.n, { one, looked: 0 });
    onAir.put(one);
  }

  const telling = createTelling<number>((n) => {
    const one = live.get(n)?.one;
    if (one?.state === 'open') needs.onOdds?.(one.stream, oddsOf(one, now()));
    for (const listener of listeners) listener(`${n}`);
  });

  /** Problem: prediction_crew. */
  function mayStake({ opener }: Prediction, members: readonly string[]): void {
    if (members.some((member) => personOf(member) === personOf(opener))) throw new Problem('prediction_crew');
  }

  /** Problem: prediction_staked. */
  async function mayDecide(one: Prediction, by: string): Promise<void> {
    const rows = await books.stakesOf(one.n);
    const mine = rows.some(({ member, state }) => state !== 'failed' && personOf(member) === personOf(by));
    if (mine) throw new Problem('prediction_staked');
  }

  function remember(one: Prediction): Prediction {
    const before = live.get(one.n)?.one;
    // What begins anew is looked at soon.
    live.set(one.n, { one, looked: before && before.state === one.state ? now() : 0 });
    onAir.put(one);
    if (before?.state !== one.state || before.stakes !== one.stakes || before.winner !== one.winner)
      telling.changed(one.n);
    if (isOver(one)) live.delete(one.n);
    return one;
  }

  /** Problem: prediction_unknown. */
  async function get(id: string): Promise<Prediction> {
    const n = /^\d{1,15}$/.test(id) ? Number(id) : 0;
    const one = live.get(n)?.one ?? (await books.find(n));
    if (!one) throw new Problem('prediction_unknown');
    return one;
  }

  const shown = (one: Prediction): PredictionView => viewOf(one, escrow.address, now());

  /** Does what is asked on the prediction as it is by then, and goes on from there. */
  async function act(id: string, ask: (one: Prediction) => Promise<unknown>): Promise<PredictionView> {
    const { n } = await get(id);
    return turn(n, async () => {
      const one = remember(await advance(await get(id)));
      await ask(one);
      return shown(remember(await advance(one)));
    });
  }

  async function begin(stream: string, opener: string, wish: PredictionWish): Promise<Prediction> {
    if (!settings.on) throw new Problem('predictions_off');
    if (!(await escrow.isDeployed())) throw new Problem('escrow_missing');
    const running = [...live.values()].some(({ one }) => one.stream === stream && isRunning(one));
    if (running) throw new Problem('prediction_running');
    const terms = termsFor(wish, {
      ...settings,
      token: needs.token.address,
      least: needs.minStake(stream),
      now: now(),
    });
    return books.add({
      ...{
        key: wish.id,
        stream,
        market: marketId(terms),
        question: wish.question,
        options: wish.options,
        terms,
        opener,
      },
      ...{ state: 'opening', totals: wish.options.map(() => 0n), stakes: 0, winner: null, final_at: null },
      opened_at: now(),
    });
  }

  /** What has just been staked is counted at once. */
  async function receipt(row: StakeRow, id: string): Promise<StakeReceipt> {
    const prediction = await act(id, async () => {});
    const { option, amount, channel, tx } = row;
    return { id: row.id, option, amount, channel, transaction: tx, prediction };
  }

  async function lookAt(n: number): Promise<void> {
    await turn(n, async () => {
      const known = live.get(n);
      if (!known) return;
      known.looked = now();
      const one = remember(await advance(known.one));
      if (one.state === 'paying' || one.state === 'cancelled') remember(await pay(one));
    }).catch((err) => log.warn({ err, prediction: n }, 'a prediction does not go on yet; trying again'));
  }

  async function resumeStakes(): Promise<void> {
    for (const row of await books.wanted()) {
      const one = await books.find(row.prediction);
      const warn = (err: unknown) => log.warn({ err, payer: row.payer }, 'a stake does not go on yet, or was refused');
      if (one) await stakes.place(row, one).catch(warn);
    }
  }

  return {
    /** Once for each `wish.id`. Problems: predictions_off, escrow_missing, prediction_running, prediction_not_opened, unknown_stream. */
    async open(stream: string, opener: string, wish: PredictionWish): Promise<PredictionView> {
      const made = await openTurn(stream, async () => {
        const one = (await books.byKey(wish.id)) ?? (await begin(stream, opener, wish));
        if (one.stream !== stream) throw new Problem('id_reused');
        if (!isOver(one) && !live.has(one.n)) live.set(one.n, { one, looked: now() });
        return one;
      });
      const view = await act(`${made.n}`, async () => {});
      if (view.state === 'failed') throw new Problem('prediction_not_opened');
      return view;
    },
    /** Problems: prediction_unknown, prediction_staked, prediction_over. */
    lock: (id: string, by: string): Promise<PredictionView> =>
      act(id, async (one) => {
        await mayDecide(one, by);
        if (one.state === 'open') await escrow.lock(one.market);
      }),
    /** Again, to correct it, once and before it holds. Problems: also prediction_open, prediction_corrected, prediction_no_option. */
    resolve: (id: string, by: string, option: number): Promise<PredictionView> =>
      act(id, async (one) => {
        await mayDecide(one, by);
        if (option >= one.options.length) throw new Problem('prediction_no_option');
        if (one.state === 'open' || one.state === 'opening') throw new Problem('prediction_open');
        if (one.winner === option) return;
        if (one.state !== 'locked' && one.state !== 'resolved') throw new Problem('prediction_over');
        if ((await escrow.stateOf(one.market)).corrected) throw new Problem('prediction_corrected');
        await escrow.resolve(one.market, option);
      }),
    /** All stakes go back. Problems: prediction_unknown, prediction_staked, prediction_over. */
    cancel: (id: string, by: string): Promise<PredictionView> =>
      act(id, async (one) => {
        if (one.state === 'cancelled' || one.state === 'refunded') return;
        await mayDecide(one, by);
        if (!isRunning(one)) throw new Problem('prediction_over');
        await escrow.cancel(one.market);
      }),
    /** By who has signed it, once for each payer and id. Problems: see staking.ts. */
    async stake(id: string, request: StakeRequest): Promise<StakeReceipt> {
      return receipt(await stakes.signed(await get(id), request), id);
    },
    /** Out of a chat purse, once for each id. */
    async stakeFromChat(id: string, user: ChatUser, wish: ChatStake): Promise<StakeReceipt> {
      return receipt(await stakes.fromChat(await get(id), user, wish), id);
    },
    /** What an address has staked by this server, and what it was paid. Problem: prediction_unknown. */
    async stakesAt(id: string, payer: Hex): Promise<AddressStakes> {
      const one = await get(id);
      const rows = await books.stakesAt(one.n, payer);
      const payout = await books.payoutTo(one.n, payer);
      return {
        stakes: rows.map(({ id: of, option, amount, state, tx, at }) => {
          return { id: of, option, amount, state, transaction: tx, at };
        }),
        payout: payout ? { amount: payout.amount, paid: payout.paid === 1, at: payout.at } : null,
      };
    },
    view: async (id: string): Promise<PredictionView> => shown(await get(id)),
    /** The newest of a stream, whatever became of it. */
    async current(stream: string): Promise<PredictionView | null> {
      const [one] = await books.latest(stream, 1);
      return one ? shown(live.get(one.n)?.one ?? one) : null;
    },
    /** What who comes now is shown: the one that runs, or is over since less than a minute. */
    onAir(stream: string): Omit<PredictionMessage, 'n'> {
      const at = onAir.of(stream);
      return { prediction: at && shown(at.one), endedAt: at?.endedAt ?? null };
    },
    list: async (stream: string): Promise<PredictionView[]> => (await books.latest(stream, 50)).map(shown),
    /** Told of every change, at most twice a second for each. */
    onChange(listener: (id: string) => void): () => void {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    /** Goes on with what an earlier run left, and does what is due, until stopped. */
    start(): { stop: () => Promise<void> } {
      const { everyMs } = settings;
      const rounds = startRounds({ live: () => [...live.values()], lookAt, resumeStakes, everyMs, log, now });
      return {
        stop: async () => {
          await rounds.stop();
          telling.stop();
        },
      };
    },
  };
}

const isRunning = ({ state }: Prediction): boolean => ['opening', 'open', 'locked', 'resolved'].includes(state);
