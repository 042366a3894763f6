// Has rules act on what happens: each event once, from the last one that was handled on; late is never, twice is never.
import type { Logger } from '../../log.js';
import type { FeedEvent } from '../../vocabulary/events.js';
import type { ObsRule } from '../../vocabulary/obs.js';
import { Problem } from '../../vocabulary/problems.js';
import { createDeeds, onAir, sceneKey } from './deeds.js';
import type { Hand } from './hand.js';
import type { Due, Kept, ObsRows, Rule, Undo, UndoAt } from './rows.js';
import { type Facts, factsOf, matches, verdictOf } from './rules.js';

/** How soon after its alert stands a rule acts. */
const lookEveryMs = 200;
const mostRules = 50;
const rehearsal: Facts = { name: 'Ada', amount: '5', message: 'This is a test' };

export type Director = Awaited<ReturnType<typeof openDirector>>;

/** Of one stream. Its acts are called one after the other. */
export async function openDirector(needs: {
  stream: string;
  rows: ObsRows;
  kept: () => Kept;
  /** Null: OBS is not connected. */
  hand: () => Hand | null;
  overlays: () => number;
  say: (amount: bigint) => string;
  onChange: () => void;
  log: Logger;
  now: () => number;
}) {
  const { stream, rows, kept, hand, onChange, log, now } = needs;
  let rules = await rows.rules(stream);
  let dues = await rows.dues(stream);
  const undos = new Map((await rows.undos(stream)).map((undo) => [undo.what, undo]));
  const deeds = createDeeds({
    now,
    undos: {
      get: (what): Undo | undefined => undos.get(what)?.undo,
      async put(undo: UndoAt) {
        await rows.putUndo(stream, undo);
        undos.set(undo.what, undo);
      },
      drop: (what) => dropUndo(what),
    },
  });

  async function dropUndo(what: string): Promise<void> {
    if (!undos.delete(what)) return;
    await rows.dropUndo(stream, what);
  }

  /** An event of the feed, in its order. Written only when a rule is for it: to be asked again about others is harmless. */
  async function hear(event: FeedEvent): Promise<void> {
    const meant = rules.filter(({ on, since, when }) => on && event.n > since && matches(when, event));
    if (meant.length === 0) return;
    const alert = event.type === 'tip' ? await rows.alertOf(stream, event.n) : null;
    const facts = factsOf(event, needs.say);
    const fresh = meant.map(({ id }) => ({ n: event.n, rule: id, at: event.at, alert, facts }));
    await rows.addDues(stream, { ...kept(), handled: event.n }, fresh);
    kept().handled = event.n;
    dues = [...dues, ...fresh];
  }

  async function tell(rule: Rule, ok: boolean, text: string): Promise<void> {
    rule.last = { at: now(), ok, text };
    onChange();
    await rows.told(rule.id, rule.last);
  }

  async function attempt(rule: Rule, act: () => Promise<string>): Promise<void> {
    try {
      await tell(rule, true, await act());
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      await tell(rule, false, error.message);
    }
  }

  async function take(due: Due, firedAt: number | null): Promise<void> {
    await rows.takeDue(stream, due, firedAt);
    dues = dues.filter((one) => one !== due);
  }

  async function judge(due: Due): Promise<void> {
    const rule = rules.find(({ id }) => id === due.rule);
    if (!rule) return take(due, null);
    const alert = due.alert === null ? null : await rows.alert(due.alert);
    const seen = { at: now(), overlays: needs.overlays(), connected: hand() !== null };
    const verdict = verdictOf(rule, due, alert, seen);
    if (verdict === 'wait') return;
    const to = hand();
    await take(due, verdict === 'act' ? seen.at : null);
    if (verdict === 'late') await tell(rule, false, 'Too late: OBS, or dTok itself, was away.');
    if (verdict !== 'act' || !to) return;
    rule.firedAt = seen.at;
    await attempt(rule, () => deeds.act(to, rule.deed, due.facts));
  }

  async function putBack(undo: UndoAt, to: Hand): Promise<void> {
    try {
      await deeds.undo(to, undo.undo);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      // It comes again with OBS.
      if (error.code === 'obs_gone') return;
      log.info({ stream, why: error.code }, 'what a rule did in OBS could not be put back');
    }
    await dropUndo(undo.what);
  }

  /** Does what is due now. */
  async function tick(): Promise<void> {
    for (const due of dues) await judge(due);
    const to = hand();
    if (!to) return;
    for (const undo of [...undos.values()]) if (undo.at <= now()) await putBack(undo, to);
  }

  const must = (id: number): Rule => {
    const rule = rules.find((one) => one.id === id);
    if (!rule) throw new Problem('obs_rule_unknown');
    return rule;
  };

  async function reload(): Promise<void> {
    rules = await rows.rules(stream);
    dues = await rows.dues(stream);
    onChange();
  }

  return {
    lookEveryMs,
    rules: () => rules,
    /** Whether anything waits for its time. */
    busy: (): boolean => dues.length > 0 || undos.size > 0,
    hear,
    tick,
    /** Somebody, or a rule, switched: where the host went, nobody is fetched back from. */
    async switched(): Promise<void> {
      const undo = undos.get(sceneKey)?.undo;
      const to = hand();
      // Asked again: what is told of a switch may come after the next one.
      if (to && undo?.undo === 'switch' && undo.to !== (await onAir(to))) await dropUndo(sceneKey);
    },
    /** Problems: obs_rule_unknown, obs_many_rules. */
    async put(id: number | undefined, rule: ObsRule): Promise<void> {
      if (id !== undefined) must(id);
      else if (rules.length >= mostRules) throw new Problem('obs_many_rules', { most: mostRules });
      await rows.putRule(stream, id, rule);
      await reload();
    },
    /** Problem: obs_rule_unknown. */
    async remove(id: number): Promise<void> {
      must(id);
      await rows.dropRule(stream, id);
      await reload();
    },
    /** Does it now, with made-up words. Problems: obs_rule_unknown, obs_off. */
    async rehearse(id: number): Promise<void> {
      const rule = must(id);
      const to = hand();
      if (!to) throw new Problem('obs_off');
      await attempt(rule, async () => `Tried: ${await deeds.act(to, rule.deed, rehearsal)}`);
    },
  };
}
