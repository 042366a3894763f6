// Group commit: changes made in memory are written together, and answered only when they are on disk.
import type { Store, Trx } from '../store/index.js';

export interface Change<Effect, T> {
  /** What memory became, as of this change: never what later changes make of it. */
  effect: Effect;
  /** Takes the change back in memory; run newest first when its write failed. */
  undo: () => void;
  /** What else belongs into the same transaction. */
  also?: ((trx: Trx) => Promise<T>) | undefined;
}

interface Pending<Effect> {
  change: Change<Effect, unknown>;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

export interface Committer<Effect> {
  /** Call it in the same tick as the change in memory. Resolves when durable; rejects when undone. */
  commit<T>(change: Change<Effect, T>): Promise<T | undefined>;
}

/**
 * `save` writes the effects of a batch. If a transaction fails, every change not yet durable is undone,
 * newest first, since later ones stand on earlier ones.
 */
export function createCommitter<Effect>(needs: {
  store: Store;
  save: (trx: Trx, effects: readonly Effect[]) => Promise<void>;
}): Committer<Effect> {
  let pending: Pending<Effect>[] = [];
  let running = false;

  async function writeBatch(batch: readonly Pending<Effect>[]): Promise<unknown[]> {
    return needs.store.write(async (trx) => {
      await needs.save(
        trx,
        batch.map(({ change }) => change.effect),
      );
      const values: unknown[] = [];
      for (const { change } of batch) values.push(await change.also?.(trx));
      return values;
    });
  }

  async function run(): Promise<void> {
    // One turn of the event loop, so that requests that arrived together are written together.
    await new Promise((resolve) => setImmediate(resolve));
    while (pending.length > 0) {
      const batch = pending;
      pending = [];
      try {
        const values = await writeBatch(batch);
        for (const [i, { resolve }] of batch.entries()) resolve(values[i]);
      } catch (error) {
        const lost = [...batch, ...pending];
        pending = [];
        for (const { change } of lost.toReversed()) change.undo();
        for (const { reject } of lost) reject(error);
      }
    }
    running = false;
  }

  return {
    commit: <T>(change: Change<Effect, T>) =>
      new Promise<T | undefined>((resolve, reject) => {
        pending.push({ change, resolve: resolve as (value: unknown) => void, reject });
        if (running) return;
        running = true;
        void run();
      }),
  };
}
