// The form of one rule: when, what, with which scene or source of the connected OBS, for how long, and how seldom.
import { useState } from 'preact/hooks';
import type { ObsAllow, ObsRuleInfo, ObsSight } from '../../vocabulary/obs.js';
import type { Unit } from '../shared/money.js';
import { mayText, type ObsDesk } from './obs.js';
import { choices, draftOf, type RuleDraft, ruleOf } from './obs-rule-draft.js';

const whens: Record<RuleDraft['on'], string> = {
  tip: 'a tip comes',
  poll: 'a poll closes',
  goal: 'the goal is reached',
  prediction: 'a prediction is resolved',
};
const acts: Record<RuleDraft['act'], string> = {
  switch: 'switch to a scene',
  show: 'show a source',
  media: 'play media',
  text: 'change a text',
};

function Choice<T extends string>(needs: {
  label: string;
  value: T;
  options: Readonly<Record<T, string>> | readonly T[];
  empty?: string;
  testid: string;
  set: (value: T) => void;
}) {
  const { label, value, options, empty, testid, set } = needs;
  const pairs = Array.isArray(options) ? options.map((one) => [one, one]) : Object.entries(options);
  return (
    <label>
      {label}
      <select value={value} data-testid={testid} onChange={(event) => set(event.currentTarget.value as T)}>
        {empty !== undefined && <option value="">{empty}</option>}
        {pairs.map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

interface Part {
  draft: RuleDraft;
  set: (change: Partial<RuleDraft>) => void;
}

function Figure({
  draft,
  set,
  of,
  label,
  hint,
}: Part & { of: 'from' | 'seconds' | 'cool'; label: string; hint?: string }) {
  return (
    <label>
      {label}
      <input
        inputMode="decimal"
        value={draft[of]}
        placeholder={hint}
        data-testid={`obs-rule-${of}`}
        onInput={(event) => set({ [of]: event.currentTarget.value })}
      />
    </label>
  );
}

/** What the deed is about. */
function About({ draft, set, sight }: Part & { sight: ObsSight | null }) {
  const { act } = draft;
  const { scenes, sources } = choices(draft, sight);
  const none = { switch: '', show: 'scene without sources', media: 'no media in OBS', text: 'no text in OBS' }[act];
  return (
    <>
      {(act === 'switch' || act === 'show') && (
        <Choice
          label="Scene"
          value={draft.scene}
          options={scenes}
          empty="Choose…"
          testid="obs-rule-scene"
          set={(scene) => set({ scene, source: '' })}
        />
      )}
      {act !== 'switch' && (
        <Choice
          label={{ show: 'Source', media: 'Media', text: 'Text source' }[act]}
          value={draft.source}
          options={sources}
          empty={sources.length > 0 ? 'Choose…' : none}
          testid="obs-rule-source"
          set={(source) => set({ source })}
        />
      )}
      {act === 'text' && (
        <label class="wide">
          Text; {'{name}'}, {'{amount}'} and {'{message}'} are filled in, and only what may go on stage
          <input
            value={draft.text}
            maxLength={300}
            dir="auto"
            data-testid="obs-rule-text"
            onInput={(event) => set({ text: event.currentTarget.value })}
          />
        </label>
      )}
    </>
  );
}

export function RuleForm(needs: {
  rule: ObsRuleInfo | null;
  sight: ObsSight | null;
  allow: ObsAllow;
  obs: ObsDesk;
  unit: Unit;
  close: () => void;
}) {
  const { rule, sight, allow, obs, unit, close } = needs;
  const [draft, setDraft] = useState(() => draftOf(rule, unit.decimals));
  const [agreed, setAgreed] = useState(false);
  const set = (change: Partial<RuleDraft>) => setDraft({ ...draft, ...change });
  const read = ruleOf(draft, unit.decimals);
  const missing = !allow[draft.act];
  const save = async (event: Event) => {
    event.preventDefault();
    if (typeof read === 'string') return;
    if (missing && agreed && !(await obs.act('allowObs', { [draft.act]: true }))) return;
    const id = rule ? { id: rule.id } : {};
    if (await obs.act('putObsRule', { ...id, ...read, on: rule?.on ?? true })) close();
  };
  const part = { draft, set };
  return (
    <form class="obs-rule-form" onSubmit={save} data-testid="obs-rule-form">
      <Choice label="When" value={draft.on} options={whens} testid="obs-rule-when" set={(on) => set({ on })} />
      {draft.on === 'tip' && <Figure {...part} of="from" label={`Of at least (${unit.symbol})`} />}
      <Choice
        label="Then"
        value={draft.act}
        options={acts}
        testid="obs-rule-act"
        set={(act) => set({ act, source: '' })}
      />
      <About {...part} sight={sight} />
      {draft.act !== 'media' && (
        <Figure
          {...part}
          of="seconds"
          label={draft.act === 'show' ? 'For seconds' : 'For seconds, then back'}
          {...(draft.act !== 'show' && { hint: 'empty: it stays' })}
        />
      )}
      <Figure {...part} of="cool" label="At most every … seconds" />
      {missing && (
        <label class="check wide">
          <input
            type="checkbox"
            checked={agreed}
            data-testid="obs-rule-agree"
            onChange={(event) => setAgreed(event.currentTarget.checked)}
          />
          dTok may: {mayText[draft.act].toLowerCase()}
        </label>
      )}
      {typeof read === 'string' && <p class="dim wide">{read}</p>}
      <div class="row wide">
        <button
          type="submit"
          class="main"
          data-testid="obs-rule-save"
          disabled={obs.busy || typeof read === 'string' || (missing && !agreed)}
        >
          Save
        </button>
        <button type="button" class="quiet" onClick={close}>
          Cancel
        </button>
      </div>
    </form>
  );
}
