// Follows the contract's events: keeps those of our channels, reads the channels anew, and goes back when the chain does.
import type { Logger } from '../log.js';
import type { Store } from '../store/index.js';
import type { Hex } from '../vocabulary/values.js';
import type { Chain, ChainEvent } from './chain.js';
import type { Channels } from './channels.js';

/** Blocks asked for at once; public nodes refuse long ranges. */
const span = 2000;
/** When a block that was seen is no longer there, this many before it are read once more. */
const reorgDepth = 64;

interface Seen {
  block: number;
  hash: Hex;
}

export interface WatchNeeds {
  store: Store;
  chain: Chain;
  channels: Channels;
  /** Whose payouts are kept. */
  host: Hex;
  pollMs: number;
  onChange: (channel: Hex) => Promise<void>;
  /** Run once at the start and whenever there are new blocks. */
  onLook: () => Promise<void>;
  log: Logger;
}

/** From the first opening on, every event counts: marks where the chain was then. */
export async function markFirstBlock({ store, chain }: Pick<WatchNeeds, 'store' | 'chain'>): Promise<void> {
  if (await readSeen(store)) return;
  await writeSeen(store, await seenAt(chain, await chain.head()), []);
}

async function readSeen(store: Store): Promise<Seen | null> {
  const row = await store.db.selectFrom('meta').select('value').where('name', '=', 'block').executeTakeFirst();
  return row ? (JSON.parse(row.value) as Seen) : null;
}

async function seenAt(chain: Chain, block: number): Promise<Seen> {
  return { block, hash: (await chain.block(block))?.hash ?? '0x' };
}

/** The events and how far they go, in one transaction. */
async function writeSeen(store: Store, seen: Seen, events: readonly (ChainEvent & { at: number })[]): Promise<void> {
  const value = JSON.stringify(seen);
  await store.write(async (trx) => {
    for (const { block, logIndex, blockHash, tx, name, channel, amount, at } of events) {
      const row = { block, log_index: logIndex, block_hash: blockHash, tx, name, channel, amount: `${amount}`, at };
      await trx
        .insertInto('chain_events')
        .values(row)
        .onConflict((c) => c.columns(['block', 'log_index']).doUpdateSet(row))
        .execute();
    }
    const mark = trx.insertInto('meta').values({ name: 'block', value });
    await mark.onConflict((c) => c.column('name').doUpdateSet({ value })).execute();
  });
}

/**
 * Polls until stopped; `onChange` is told of each channel that an event named, after it was read anew.
 * An unreachable chain is waited for, and said once.
 */
export function watchChain(needs: WatchNeeds) {
  const { store, chain, channels, host, log } = needs;
  let reachable = true;
  let stopped = false;
  let looked: number | null = null;
  let wake = () => {};
  let waiting: (() => void)[] = [];

  const ours = ({ channel, receiver, name }: ChainEvent): boolean =>
    channel ? channels.get(channel) !== undefined : name === 'Settled' && receiver === host;

  async function dated(events: readonly ChainEvent[]): Promise<(ChainEvent & { at: number })[]> {
    const times = new Map<number, number>();
    for (const { block } of events) {
      if (!times.has(block)) times.set(block, (await chain.block(block))?.at ?? 0);
    }
    return events.map((event) => ({ ...event, at: times.get(event.block) ?? 0 }));
  }

  async function advance(seen: Seen, to: Seen): Promise<Seen> {
    const events = await chain.events(seen.block + 1, to.block);
    // What was read before its block counted may have been rewritten without a trace.
    const readEarly = channels.readWithin(seen.block, to.block);
    for (const id of new Set([...readEarly, ...events.flatMap(({ channel }) => channel ?? [])])) {
      if (await channels.refresh(id)) await needs.onChange(id);
    }
    await writeSeen(store, to, await dated(events.filter(ours)));
    return to;
  }

  /** The chain is another than it was: what it told lately is forgotten and read again. */
  async function goBack({ block }: Seen): Promise<Seen> {
    const from = Math.max(0, Math.min(block, await chain.head()) - reorgDepth);
    log.warn({ from, seen: block }, 'the chain went back; reading its last blocks again');
    await store.write(async (trx) => {
      await trx.deleteFrom('chain_events').where('block', '>', from).execute();
    });
    await channels.refreshAll();
    const seen = await seenAt(chain, from);
    await writeSeen(store, seen, []);
    return seen;
  }

  async function look(): Promise<void> {
    const head = await chain.head();
    if (looked !== head) await needs.onLook();
    looked = head;
    let seen = (await readSeen(store)) ?? (await seenAt(chain, head));
    while (!stopped) {
      const to = seen.block < head ? await seenAt(chain, Math.min(head, seen.block + span)) : null;
      // Asked after it: then the one stands on the other. A node may not have a block that old: that is no rewriting.
      if ((await seenAt(chain, seen.block)).hash !== seen.hash) seen = await goBack(seen);
      else if (to) seen = await advance(seen, to);
      else return;
    }
  }

  async function run(): Promise<void> {
    while (!stopped) {
      const told = waiting;
      waiting = [];
      try {
        await look();
        if (!reachable) log.info('the chain is back');
        reachable = true;
      } catch (error) {
        if (reachable) log.warn({ err: error }, 'the chain cannot be followed; trying again until it is back');
        reachable = false;
      }
      for (const go of told) go();
      if (stopped || waiting.length > 0) continue;
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
    reachable: (): boolean => reachable,
    /** Resolves when it has seen all that the chain has now, or could not reach it. */
    caughtUp: (): Promise<void> =>
      new Promise((resolve) => {
        if (stopped) return resolve();
        waiting.push(resolve);
        wake();
      }),
    stop: async (): Promise<void> => {
      stopped = true;
      wake();
      await running;
      for (const go of waiting.splice(0)) go();
    },
  };
}
