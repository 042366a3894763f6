// The outbox: a transaction is on disk before it is sent, and is sent again, dearer if need be, until it is mined for good.
import { isError, type JsonRpcProvider, keccak256, type TransactionReceipt, type Wallet } from 'ethers';
import type { Logger } from '../log.js';
import type { Store } from '../store/index.js';
import type { TransactionRow } from '../store/rows/money.js';
import { createTurns } from '../turns.js';
import { Problem } from '../vocabulary/problems.js';
import type { Hex } from '../vocabulary/values.js';

export interface Call {
  /** What it does: while one of a name is under way, another of that name joins it instead of being sent. */
  name: string;
  to: Hex;
  data: Hex;
}

export interface OutboxLimits {
  /** Blocks that a transaction must be in, its own among them, before it counts. */
  confirmations: number;
  pollMs: number;
  /** Not mined for this long: offered again at a higher price. */
  dearerAfterMs: number;
  /** A caller waits this long; the transaction itself is followed on. */
  patienceMs: number;
}

interface Followed {
  row: TransactionRow;
  done: Promise<TransactionReceipt>;
  /** Rejects when the chain cannot be asked; a new one stands after that. */
  trouble: { promise: Promise<never>; tell: (problem: Problem) => void };
}

export type Outbox = ReturnType<typeof createOutbox>;

/** Percent: nodes take a replacement from 110 on. */
const dearerBy = 125n;
const gasMargin = 120n;
/** What nodes say of one that they have, or that offers too little for now. */
const noNews = /already known|already imported|underpriced|max fee per gas less than/i;
/** Some chains mine at once. */
const firstLookMs = 20;
/** Behind one address may be several nodes, and some hear of a receipt later. */
const looksBeforeLost = 5;

/** Everything that `relayer` sends goes through here, one nonce after the other. */
export function createOutbox(needs: {
  store: Store;
  provider: JsonRpcProvider;
  relayer: Wallet;
  limits: OutboxLimits;
  log: Logger;
  now?: () => number;
}) {
  const { store, provider, relayer, limits, log, now = Date.now } = needs;
  const following = new Map<string, Followed>();
  const turn = createTurns<'nonce'>();
  const sleeping = new Set<() => void>();
  let stopped = false;

  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        sleeping.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      sleeping.add(wake);
    });

  const empty = () => new Problem('relayer_empty', { relayer: relayer.address });
  const unfinished = () => store.db.selectFrom('transactions').selectAll().where('state', '=', 'sent');

  async function nextNonce(): Promise<number> {
    const mined = await provider.getTransactionCount(relayer.address, 'pending');
    const ours = await unfinished().orderBy('nonce', 'desc').executeTakeFirst();
    return Math.max(mined, ours ? ours.nonce + 1 : 0);
  }

  async function sign(call: Pick<Call, 'to' | 'data'>, nonce: number, before?: TransactionRow) {
    const gasLimit = before
      ? BigInt(before.gas)
      : ((await provider.estimateGas({ ...call, from: relayer.address })) * gasMargin) / 100n;
    const fees = await provider.getFeeData();
    const dearer = (now: bigint | null, old: string | undefined) => {
      const floor = old ? (BigInt(old) * dearerBy) / 100n + 1n : 0n;
      return now !== null && now > floor ? now : floor;
    };
    const maxPriorityFeePerGas = dearer(fees.maxPriorityFeePerGas, before?.tip);
    const maxFeePerGas = dearer(fees.maxFeePerGas, before?.fee);
    const { chainId } = await provider.getNetwork();
    const to = call.to;
    const raw = (await relayer.signTransaction({
      ...{ type: 2, chainId, nonce, to, data: call.data, value: 0n },
      ...{ gasLimit, maxFeePerGas, maxPriorityFeePerGas },
    })) as Hex;
    return {
      raw,
      hash: keccak256(raw) as Hex,
      gas: `${gasLimit}`,
      fee: `${maxFeePerGas}`,
      tip: `${maxPriorityFeePerGas}`,
    };
  }

  /** Hands a signed transaction to the node; one that it has, or has mined, is as good. */
  async function offer(row: TransactionRow): Promise<void> {
    try {
      await provider.broadcastTransaction(row.raw);
    } catch (error) {
      if (isError(error, 'INSUFFICIENT_FUNDS')) throw empty();
      if (isError(error, 'NONCE_EXPIRED') || isError(error, 'REPLACEMENT_UNDERPRICED')) return;
      if (!noNews.test(String((error as { message?: unknown }).message))) throw error;
    }
  }

  async function begin(call: Call): Promise<TransactionRow> {
    const nonce = await nextNonce();
    const { hash, ...signed } = await sign(call, nonce).catch((error) => {
      throw isError(error, 'INSUFFICIENT_FUNDS') ? empty() : error;
    });
    const row = {
      ...{ name: call.name, target: call.to, data: call.data, nonce, ...signed },
      ...{ hashes: hash, state: 'sent' as const, at: now(), offered_at: now() },
    };
    const { id } = await store.write((trx) =>
      trx.insertInto('transactions').values(row).returning('id').executeTakeFirstOrThrow(),
    );
    return { ...row, id };
  }

  const update = (row: TransactionRow, set: Partial<Omit<TransactionRow, 'id'>>) =>
    store.write(async (trx) => {
      await trx.updateTable('transactions').set(set).where('id', '=', row.id).execute();
      Object.assign(row, set);
    });

  async function receiptOf(row: TransactionRow): Promise<TransactionReceipt | null> {
    for (const hash of row.hashes.split(' ')) {
      const receipt = await provider.getTransactionReceipt(hash);
      if (receipt) return receipt;
    }
    return null;
  }

  async function offerAgain(row: TransactionRow): Promise<void> {
    if (now() - row.offered_at < limits.dearerAfterMs) return offer(row);
    const { hash, ...signed } = await sign({ to: row.target, data: row.data }, row.nonce, row);
    log.warn({ transaction: row.name }, 'not mined for a while: offering more for it');
    await update(row, { ...signed, hashes: `${row.hashes} ${hash}`, offered_at: now() });
    await offer(row);
  }

  /** Its receipt once it counts; null while it waits; 'gone' when its nonce was used and no node has a receipt. */
  async function look(row: TransactionRow): Promise<TransactionReceipt | null | 'gone'> {
    // Asked first: blocks that are rewritten before the receipt is read do not make it look deeper than it is.
    const head = await provider.getBlockNumber();
    const used = await provider.getTransactionCount(relayer.address, 'latest');
    const receipt = await receiptOf(row);
    if (!receipt && used > row.nonce) return 'gone';
    if (!receipt) await offerAgain(row);
    if (!receipt || head - receipt.blockNumber + 1 < limits.confirmations) return null;
    await update(row, { state: receipt.status === 1 ? 'mined' : 'reverted' });
    if (receipt.status !== 1) throw new Problem('chain_refused', { reason: 'it was mined but reverted' });
    return receipt;
  }

  async function giveUp(row: TransactionRow): Promise<never> {
    await update(row, { state: 'lost' });
    log.error({ transaction: row.name }, 'another program sends with the relayer’s key: give it one of its own');
    throw new Problem('chain_refused', { reason: 'its nonce was used by another transaction' });
  }

  async function follow(row: TransactionRow, tell: (problem: Problem) => void): Promise<TransactionReceipt> {
    let gone = 0;
    for (let ms = firstLookMs; !stopped; ms = Math.min(ms * 2, limits.pollMs)) {
      try {
        const found = await look(row);
        gone = found === 'gone' ? gone + 1 : 0;
        if (gone >= looksBeforeLost) await giveUp(row);
        if (found && found !== 'gone') return found;
      } catch (error) {
        if (error instanceof Problem && error.code === 'chain_refused') throw error;
        tell(error instanceof Problem ? error : new Problem('chain_unavailable', {}, { cause: error }));
      }
      if (!stopped) await pause(ms);
    }
    throw new Problem('chain_unavailable');
  }

  function take(row: TransactionRow): Followed {
    const followed = { row, trouble: rejector() } as Followed;
    followed.done = follow(row, (problem) => {
      const { tell } = followed.trouble;
      followed.trouble = rejector();
      tell(problem);
    }).finally(() => following.delete(row.name));
    followed.done.catch(() => {});
    following.set(row.name, followed);
    return followed;
  }

  async function wait({ done, trouble }: Followed): Promise<TransactionReceipt> {
    const impatience = rejector();
    const timer = setTimeout(() => impatience.tell(new Problem('chain_unavailable')), limits.patienceMs);
    return Promise.race([done, trouble.promise, impatience.promise]).finally(() => clearTimeout(timer));
  }

  return {
    /**
     * Resolves when it is mined for good. Problems: chain_refused, relayer_empty, and chain_unavailable, after which
     * it is still followed: the same name joins it.
     */
    async send(call: Call): Promise<TransactionReceipt> {
      const followed = await turn('nonce', async () => following.get(call.name) ?? take(await begin(call)));
      return wait(followed);
    },
    /** Waits for what is under way by a name that begins so; null when there is nothing. Problems as of `send`. */
    async join(beginning: string): Promise<TransactionReceipt | null> {
      const followed = [...following.values()].find(({ row }) => row.name.startsWith(beginning));
      return followed ? wait(followed) : null;
    },
    /** Takes up what an earlier run left under way. */
    async resume(): Promise<void> {
      for (const row of await unfinished().execute()) take(row);
    },
    stop(): void {
      stopped = true;
      for (const wake of [...sleeping]) wake();
    },
  };
}

function rejector(): { promise: Promise<never>; tell: (problem: Problem) => void } {
  let tell: (problem: Problem) => void = () => {};
  const promise = new Promise<never>((_, reject) => {
    tell = reject;
  });
  promise.catch(() => {});
  return { promise, tell };
}
