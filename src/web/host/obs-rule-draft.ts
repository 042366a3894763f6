// A rule as it stands in its form, and the rule that is meant by it.
import type { ObsRule, ObsRuleInfo, ObsSight } from '../../vocabulary/obs.js';
import { decimal, parseAmount } from '../shared/money.js';

export interface RuleDraft {
  on: ObsRule['when']['on'];
  from: string;
  act: ObsRule['deed']['act'];
  scene: string;
  source: string;
  text: string;
  /** Empty: it stays. */
  seconds: string;
  cool: string;
}

export const draftOf = (rule: ObsRuleInfo | null, decimals: number): RuleDraft => {
  const blank = {
    on: 'tip',
    from: '20',
    act: 'switch',
    scene: '',
    source: '',
    text: '',
    seconds: '10',
    cool: '0',
  } as const;
  if (!rule) return { ...blank, text: 'Thank you, {name}! {amount}' };
  const { when, deed } = rule;
  return {
    ...blank,
    ...deed,
    on: when.on,
    from: when.on === 'tip' ? decimal(BigInt(when.from), decimals) : blank.from,
    seconds: 'seconds' in deed && deed.seconds !== null ? `${deed.seconds}` : '',
    cool: `${rule.coolSeconds}`,
  };
};

/** What can be chosen now: sources of the chosen scene, media, or texts; what was chosen before stays to be seen. */
export function choices({ act, scene, source }: RuleDraft, sight: ObsSight | null) {
  const scenes = sight?.scenes.map(({ name }) => name) ?? [];
  const inScene = sight?.scenes.find(({ name }) => name === scene)?.sources ?? [];
  const sources = { switch: [], show: inScene, media: sight?.media ?? [], text: sight?.texts ?? [] }[act];
  const withOwn = (list: readonly string[], own: string) => (own && !list.includes(own) ? [own, ...list] : [...list]);
  return { scenes: withOwn(scenes, scene), sources: withOwn(sources, source) };
}

const whole = (text: string, least: number, most: number): number | null => {
  const n = /^\d{1,5}$/.test(text.trim()) ? Number(text) : Number.NaN;
  return n >= least && n <= most ? n : null;
};

/** The rule that is meant; a sentence, when it cannot be. */
export function ruleOf(draft: RuleDraft, decimals: number): Omit<ObsRule, 'on'> | string {
  const { act, scene, source, text } = draft;
  const from = parseAmount(draft.from, decimals);
  if (draft.on === 'tip' && from === null) return 'Write the amount like 20 or 0.5, with a point.';
  const when = draft.on === 'tip' ? ({ on: 'tip', from: `${from}` } as const) : { on: draft.on };
  const coolSeconds = whole(draft.cool, 0, 86_400);
  if (coolSeconds === null) return 'Write the rest between two times in whole seconds.';
  const stays = draft.seconds.trim() === '';
  const seconds = stays ? null : whole(draft.seconds, 1, 3600);
  if (!stays && seconds === null && act !== 'media') return 'Write how long in whole seconds, 1 to 3600.';
  if ((act === 'switch' || act === 'show') && scene === '') return 'Choose a scene.';
  if (act !== 'switch' && source === '') return 'Choose what it is about.';
  if (act === 'switch') return { when, coolSeconds, deed: { act, scene, seconds } };
  if (act === 'media') return { when, coolSeconds, deed: { act, source } };
  if (act === 'text') return { when, coolSeconds, deed: { act, source, text, seconds } };
  return seconds === null
    ? 'Write for how many seconds it is shown.'
    : { when, coolSeconds, deed: { act, scene, source, seconds } };
}
