// Drives the stage: what is due now is taken down and put up, written first; every time on stage has an end and an answer.
import type { Receipt } from '../../vocabulary/alert-looks.js';
import type { Seen, Showing } from '../../vocabulary/alerts.js';
import type { Memories, Memory } from './memory.js';
import { type AlertRows, settlesOf, waitingOf } from './rows.js';
import { nextOf, standMs, tierOf } from './rules.js';
import { createShowings, receiptOf, type Words } from './showing.js';

/** The overlays of a stream, as far as the queue must know them. */
export interface Stage {
  /** How many are connected that show alerts. */
  overlays: (stream: string) => number;
  show: (stream: string, showing: Showing) => void;
  hide: (stream: string, showing: string) => void;
  receipt: (stream: string, showing: string, receipt: Receipt) => void;
}

/** How many that wait are looked at for merging. */
const looked = 200;

export type Driver = ReturnType<typeof createDriver>;

export function createDriver(needs: {
  rows: AlertRows;
  memories: Memories;
  stage: Stage;
  words: Words;
  now: () => number;
}) {
  const { rows, memories, stage, words, now } = needs;

  const showingOf = createShowings(needs);

  /** After a restart: what was on stage is on stage. */
  async function recall(stream: string, memory: Memory): Promise<void> {
    const head = await rows.showing(stream);
    if (!head) return;
    const others = (await rows.together(stream, head.id)).filter(({ id }) => id !== head.id);
    const showing = showingOf([head, ...others], head.show_until ?? now(), memory.settings);
    memory.stage = {
      alert: head.id,
      showing: { ...showing, from: head.show_from ?? now() },
      up: (head.shown_at ?? 0) >= (head.show_from ?? 1),
      had: new Set(),
    };
  }

  /** Its time is over: shown, when an overlay said so; else it waits again, as the first, under the same name. */
  async function takeDown(stream: string, memory: Memory): Promise<void> {
    const { stage: on } = memory;
    if (!on) return;
    const row = await rows.find(stream, on.alert);
    const state = row?.shown_at == null ? 'waiting' : 'shown';
    if (row?.state === 'showing') await rows.set(on.alert, { state });
    memory.stage = null;
    memory.freeAt = Math.max(memory.freeAt, state === 'shown' ? now() + memory.settings.gapMs : now());
  }

  async function putUp(stream: string, memory: Memory): Promise<number | null> {
    const list = await rows.list(stream, ['waiting'], looked);
    const count = list.length < looked ? list.length : await rows.count(stream, 'waiting');
    const chosen = nextOf(list.map(waitingOf), count, memory.settings).map(({ id }) => id);
    const head = list.find(({ id }) => id === chosen[0]);
    if (!head) return null;
    const before = (await rows.together(stream, head.id)).filter(({ id }) => id !== head.id);
    const others = chosen.length > 1 ? list.filter(({ id }) => id !== head.id && chosen.includes(id)) : before;
    const tier = tierOf(BigInt(head.amount), memory.settings);
    const stand = standMs(tier, count - chosen.length, memory.settings);
    const showing = showingOf([head, ...others], now() + stand, memory.settings);
    const { id, from, until } = showing;
    const values = { state: 'showing', showing: id, show_from: from, show_until: until } as const;
    await rows.putUp(
      head.id,
      others.map((one) => one.id),
      values,
    );
    memory.stage = { alert: head.id, showing, up: false, had: new Set() };
    stage.show(stream, showing);
    return until;
  }

  /** Without an overlay, what waits too long is missed; when that is next. */
  async function expire(stream: string, memory: Memory): Promise<number | null> {
    const { waitMs } = memory.settings;
    const first = (await rows.list(stream, ['waiting'], looked)).find(({ why }) => why !== 'replay');
    if (!first) return null;
    const due = Math.max(first.at, memory.overlaySeen) + waitMs;
    if (now() < due) return due;
    await rows.miss(stream, now() - waitMs);
    return now() + waitMs;
  }

  /** Does what is due. Resolves to when it is to be asked again, ms; null: when something happens. */
  async function tick(stream: string): Promise<number | null> {
    const memory = memories.of(stream);
    if (memory.stage && now() < memory.stage.showing.until) return memory.stage.showing.until;
    await takeDown(stream, memory);
    if (stage.overlays(stream) === 0) return expire(stream, memory);
    if (memory.paused) return null;
    if (now() < memory.freeAt) return memory.freeAt;
    return putUp(stream, memory);
  }

  /** True when the stage is to be looked at again at once: all overlays had it up already, and it is gone there. */
  async function seen(stream: string, showing: string, reader: string, what: Seen): Promise<boolean> {
    const memory = memories.of(stream);
    const row = await rows.byShowing(stream, showing);
    if (!row) return false;
    const overlays = what === 'up' ? row.overlays + 1 : Math.max(1, row.overlays);
    const late = row.state === 'waiting' ? { state: 'shown' as const } : {};
    await rows.set(row.id, { ...late, overlays, shown_at: row.shown_at ?? now() });
    const on = memory.stage;
    if (on?.showing.id !== showing) return false;
    if (what !== 'was') on.up = true;
    on.had.add(reader);
    if (on.up || on.had.size < stage.overlays(stream)) return false;
    on.showing = { ...on.showing, until: now() };
    return true;
  }

  /** More of a channel is claimed: says so of what is on stage. */
  async function claimed(stream: string, channel: string): Promise<void> {
    const { stage: on, settings } = memories.of(stream);
    if (!on || on.showing.receipt === null) return;
    const all = await rows.together(stream, on.alert);
    if (!all.some((row) => settlesOf(row)?.channel === channel)) return;
    const receipt = receiptOf(all, settings, words);
    if (receipt === null || receipt === on.showing.receipt) return;
    on.showing = { ...on.showing, receipt };
    stage.receipt(stream, on.showing.id, receipt);
  }

  return { recall, tick, seen, claimed };
}
