// Follows the contract's events, so that deposits, withdrawals and refunds made elsewhere are seen here.
import type { Logger } from '../log.js';
import type { Store } from '../store/index.js';
import type { Hex } from '../vocabulary/values.js';
import type { Chain } from './chain.js';
import type { Channels } from './channels.js';

/** Blocks asked for at once; public nodes refuse long ranges. */
const span = 2000;

/**
 * Polls until stopped; `onChange` is told of each channel that an event named, after it was read anew.
 * An unreachable chain is waited for, and said once.
 */
export function watchChain(needs: {
  store: Store;
  chain: Chain;
  channels: Channels;
  pollMs: number;
  onChange: (channel: Hex) => Promise<void>;
  /** Run once at the start and whenever there are new blocks. */
  onLook: () => Promise<void>;
  log: Logger;
}): { reachable: () => boolean; stop: () => Promise<void> } {
  const { store, chain, channels, log } = needs;
  let reachable = true;
  let stopped = false;
  let seen: number | null = null;
  let wake = () => {};

  async function readSeen(): Promise<number | null> {
    const row = await store.db.selectFrom('meta').select('value').where('name', '=', 'block').executeTakeFirst();
    return row ? Number(row.value) : null;
  }

  async function writeSeen(block: number): Promise<void> {
    const row = { name: 'block', value: String(block) };
    await store.write(async (trx) => {
      await trx
        .insertInto('meta')
        .values(row)
        .onConflict((c) => c.column('name').doUpdateSet({ value: row.value }))
        .execute();
    });
  }

  async function look(): Promise<void> {
    const head = await chain.head();
    if (seen !== head) await needs.onLook();
    seen ??= await readSeen();
    if (seen === null || head < seen) {
      // First time, or a chain that went back: only its present state counts.
      await channels.refreshAll();
      seen = head;
      await writeSeen(head);
    }
    while (seen < head && !stopped) {
      const to: number = Math.min(head, seen + span);
      for (const id of await chain.touched(seen + 1, to)) {
        if (await channels.refresh(id)) await needs.onChange(id);
      }
      seen = to;
      await writeSeen(seen);
    }
  }

  async function run(): Promise<void> {
    while (!stopped) {
      try {
        await look();
        if (!reachable) log.info('the chain is back');
        reachable = true;
      } catch (error) {
        if (reachable) log.warn({ err: error }, 'the chain cannot be followed; trying again until it is back');
        reachable = false;
      }
      if (stopped) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, needs.pollMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  const running = run();
  return {
    reachable: () => reachable,
    stop: async () => {
      stopped = true;
      wake();
      await running;
    },
  };
}
