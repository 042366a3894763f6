// A node of the simulated chain: a mempool with its fees and nonces, blocks with their states, and going back.
import type { Hex } from '../../../src/vocabulary/values.js';
import type { Random } from '../../support/random.js';
import { type Call, type Contract, clone, empty, Revert, type State, type Told } from './settlement.js';

export interface Tx {
  hash: Hex;
  from: Hex;
  nonce: number;
  /** Wei for a unit of gas: at most, and of it for whoever mines. */
  fee: bigint;
  tip: bigint;
  /** Null: something that does nothing here. */
  call: Call | null;
}

export interface Mined {
  tx: Tx;
  ok: boolean;
  told: Told[];
}

export interface Block {
  n: number;
  hash: Hex;
  parent: Hex;
  /** Seconds. */
  time: number;
  baseFee: bigint;
  mined: Mined[];
  /** After it. */
  state: State;
  nonces: Map<Hex, number>;
}

/** Why the node does not take a transaction, in a node's words. */
export class Rejected extends Error {}

export const gwei = 10n ** 9n;
const percent = (amount: bigint, share: bigint): bigint => (amount * share) / 100n;

export type Node = ReturnType<typeof createNode>;

export function createNode(needs: { contract: Contract; random: Random; now: () => number; keep: number }) {
  const { contract, random, now } = needs;
  const seconds = (): number => Math.floor(now() / 1000);
  const pool = new Map<string, Tx>();
  const fees = { base: gwei };
  let made = 0;

  const hash = (): Hex => {
    made += 1;
    const words = Array.from({ length: 7 }, () =>
      random
        .below(2 ** 32)
        .toString(16)
        .padStart(8, '0'),
    );
    return `0x${made.toString(16).padStart(8, '0')}${words.join('')}`;
  };

  const first: Block = {
    ...{ n: 100, hash: hash(), parent: hash(), time: seconds() - 12, baseFee: gwei, mined: [] },
    ...{ state: empty(), nonces: new Map() },
  };
  let blocks: Block[] = [first];
  const head = (): Block => blocks.at(-1) ?? first;
  const nonceOf = (who: Hex): number => head().nonces.get(who) ?? 0;

  /** What the next transaction of an account is numbered, with those that wait. */
  function pendingNonce(who: Hex): number {
    let nonce = nonceOf(who);
    while (pool.has(`${who} ${nonce}`)) nonce += 1;
    return nonce;
  }

  function offer(tx: Tx): void {
    if (tx.nonce < nonceOf(tx.from)) throw new Rejected('nonce too low');
    const slot = `${tx.from} ${tx.nonce}`;
    const waiting = pool.get(slot);
    if (waiting?.hash === tx.hash) throw new Rejected('already known');
    const dearer = (mine: bigint, theirs: bigint): boolean => mine >= percent(theirs, 110n);
    if (waiting && !(dearer(tx.fee, waiting.fee) && dearer(tx.tip, waiting.tip))) {
      throw new Rejected('replacement transaction underpriced');
    }
    pool.set(slot, tx);
  }

  function execute(state: State, tx: Tx, time: number): { state: State; mined: Mined } {
    const after = clone(state);
    try {
      const told = tx.call ? contract.run(after, tx.call, time) : [];
      return { state: after, mined: { tx, ok: true, told } };
    } catch (error) {
      if (!(error instanceof Revert)) throw error;
      return { state, mined: { tx, ok: false, told: [] } };
    }
  }

  /** Mines one block; each waiting transaction that pays enough is taken with this chance. */
  function mine(share = 1): Block {
    const before = head();
    const time = Math.max(seconds(), before.time + 1);
    const nonces = new Map(before.nonces);
    let { state } = before;
    const mined: Mined[] = [];
    for (const who of new Set(Array.from(pool.values(), (tx) => tx.from))) {
      for (;;) {
        const nonce = nonces.get(who) ?? 0;
        const tx = pool.get(`${who} ${nonce}`);
        if (!tx || tx.fee < fees.base || !random.chance(share)) break;
        const done = execute(state, tx, time);
        state = done.state;
        mined.push(done.mined);
        nonces.set(who, nonce + 1);
        pool.delete(`${who} ${nonce}`);
      }
    }
    const block = {
      n: before.n + 1,
      hash: hash(),
      parent: before.hash,
      time,
      baseFee: fees.base,
      mined,
      state,
      nonces,
    };
    blocks.push(block);
    if (blocks.length > needs.keep) blocks = blocks.slice(-needs.keep);
    return block;
  }

  /** Takes the last blocks back and mines others; of their transactions some wait again, some are forgotten. */
  function goBack(depth: number, forgotten: number, share: number): void {
    const gone = blocks.splice(Math.max(1, blocks.length - depth));
    for (const { tx } of gone.flatMap((block) => block.mined)) {
      // Others see to their own.
      if ((tx.call === null || !random.chance(forgotten)) && !pool.has(`${tx.from} ${tx.nonce}`))
        pool.set(`${tx.from} ${tx.nonce}`, tx);
    }
    for (let i = 0; i <= gone.length; i++) mine(share);
  }

  return {
    fees,
    head,
    hash,
    nonceOf,
    pendingNonce,
    offer,
    mine,
    goBack,
    execute: (call: Call): void => void contract.run(clone(head().state), call, Math.max(seconds(), head().time + 1)),
    block: (n: number): Block | undefined => blocks.find((block) => block.n === n),
    mined: (wanted: Hex): { block: Block; index: number; mined: Mined } | null => {
      for (const block of blocks) {
        const index = block.mined.findIndex(({ tx }) => tx.hash === wanted);
        const mined = block.mined[index];
        if (mined) return { block, index, mined };
      }
      return null;
    },
    between: (from: number, to: number): Block[] => blocks.filter(({ n }) => n >= from && n <= to),
    waiting: (): Tx[] => [...pool.values()],
    forget(share: number): number {
      const slots = [...pool.keys()].filter((slot) => pool.get(slot)?.call && random.chance(share));
      for (const slot of slots) pool.delete(slot);
      return slots.length;
    },
    /** Straight into the present state: for setting the scene. */
    mint: (who: Hex, amount: bigint): void => {
      head().state.tokens.set(who, contract.held(head().state, who) + amount);
    },
    /** Somebody's own transaction, priced to be mined. */
    send(call: Call, nonce = pendingNonce(call.who)): Tx {
      const tx = { hash: hash(), from: call.who, nonce, fee: 10_000n * gwei, tip: gwei, call };
      offer(tx);
      return tx;
    },
    /** What somebody sent on with plain transfers, on this chain as it is now. */
    sentOn: (who: Hex): bigint =>
      blocks
        .flatMap(({ mined }) => mined)
        .filter(({ ok, tx }) => ok && tx.from === who && tx.call?.method === 'transfer')
        .reduce((sum, { tx }) => sum + (tx.call?.args[1] as bigint), 0n),
    /** Another program uses the key's next number. */
    clash(who: Hex): void {
      const slot = `${who} ${nonceOf(who)}`;
      pool.set(slot, { hash: hash(), from: who, nonce: nonceOf(who), fee: 10_000n * gwei, tip: gwei, call: null });
    },
  };
}
