// What a host does to the queue: pause, skip, replay, approve, reject, mute, and a test.
import type { AlertAct } from '../../vocabulary/alerts.js';
import { Problem } from '../../vocabulary/problems.js';
import type { Hex } from '../../vocabulary/values.js';
import type { Stage } from './driver.js';
import type { Memories, Mute } from './memory.js';
import { type Alert, type AlertRows, fresh } from './rows.js';

export function createAlertActs(needs: {
  rows: AlertRows;
  memories: Memories;
  stage: Stage;
  personOf: (member: string) => string;
  addTest: (stream: string, tier: number) => Promise<void>;
  now: () => number;
}) {
  const { rows, memories, stage, personOf, now } = needs;

  /** Problem: unknown_alert. */
  async function must(stream: string, id: number): Promise<Alert> {
    const row = await rows.find(stream, id);
    if (!row) throw new Problem('unknown_alert');
    return row;
  }

  async function clearStage(stream: string): Promise<boolean> {
    const memory = memories.of(stream);
    const { stage: on } = memory;
    if (!on) return false;
    await rows.set(on.alert, { state: 'skipped', why: 'host' });
    memory.stage = null;
    memory.freeAt = now() + memory.settings.gapMs;
    stage.hide(stream, on.showing.id);
    return true;
  }

  async function skip(stream: string, id: number | undefined): Promise<void> {
    const on = memories.of(stream).stage;
    if (id === undefined || on?.alert === id) {
      if (!(await clearStage(stream))) throw new Problem('no_alert_on_stage');
      return;
    }
    const row = await must(stream, id);
    if (row.state === 'waiting' || row.state === 'held') await rows.set(id, { state: 'skipped', why: 'host' });
  }

  async function replay(stream: string, id: number): Promise<void> {
    const row = await must(stream, id);
    if (row.state !== 'shown' && row.state !== 'skipped' && row.state !== 'missed') return;
    const { with: _, ...again } = fresh;
    await rows.set(id, { ...again, state: 'waiting', why: 'replay', first: 0 });
    if (row.with !== null) await rows.set(id, { with: null });
  }

  async function judgeHeld(stream: string, id: number, approved: boolean): Promise<void> {
    const row = await must(stream, id);
    if (row.state !== 'held') return;
    await rows.set(id, approved ? { state: 'waiting', why: null } : { state: 'skipped', why: 'host' });
  }

  /** A payer's address, a chat account, or the name on an alert. Problem: unknown_person. */
  async function whoIs(stream: string, who: string): Promise<Mute> {
    const text = who.trim();
    const member = /^(0x[0-9a-f]{40}|(discord|telegram):-?\d{1,20})$/i.test(text) ? text.toLowerCase() : null;
    const row = member === null ? await rows.named(stream, text) : undefined;
    if (member === null && !row?.payer) throw new Problem('unknown_person', { who: text.slice(0, 40) });
    const known = member ?? (row?.payer as Hex);
    return { member: known, name: row?.name ?? (await rows.newestOf(stream, known))?.name ?? '' };
  }

  async function mute(stream: string, who: string): Promise<void> {
    const muted = await whoIs(stream, who);
    await memories.mute(stream, muted);
    const theirs = (row: Alert): boolean => row.payer !== null && personOf(row.payer) === personOf(muted.member);
    for (const row of await rows.open(stream)) {
      if (theirs(row)) await rows.takeOut(row.id, { state: 'skipped', why: 'muted' });
    }
    const on = memories.of(stream).stage;
    if (on && on.showing.people === 1 && theirs(await must(stream, on.alert))) await clearStage(stream);
  }

  async function unmute(stream: string, who: string): Promise<void> {
    const by = memories.of(stream).muted.find(({ name }) => name.toLowerCase() === who.trim().toLowerCase());
    await memories.unmute(stream, by?.member ?? (await whoIs(stream, who)).member);
  }

  /** Problems: unknown_alert, unknown_person, no_alert_on_stage. */
  return async function act(stream: string, wish: AlertAct): Promise<void> {
    switch (wish.act) {
      case 'pause':
      case 'resume':
        return memories.keep(stream, { paused: wish.act === 'pause' });
      case 'test':
        return needs.addTest(stream, wish.tier ?? 0);
      case 'skip':
        return skip(stream, wish.id);
      case 'replay':
        return replay(stream, wish.id);
      case 'approve':
      case 'reject':
        return judgeHeld(stream, wish.id, wish.act === 'approve');
      case 'mute':
        return mute(stream, wish.who);
      case 'unmute':
        return unmute(stream, wish.who);
    }
  };
}
