// The rules for OBS on the dashboard: what moves what, tried, changed, switched off, and what came of each the last time.
import { useState } from 'preact/hooks';
import type { ObsRuleInfo, ObsView } from '../../vocabulary/obs.js';
import type { Unit } from '../shared/money.js';
import { ago } from '../shared/time.js';
import { deedText, mayText, type ObsDesk, whenText } from './obs.js';
import { RuleForm } from './obs-rule-form.js';
import { Tick } from './obs-tick.js';

interface Needs {
  view: ObsView;
  obs: ObsDesk;
  unit: Unit;
}

function Last({ rule }: { rule: ObsRuleInfo }) {
  if (!rule.allowed)
    return (
      <p class="wrong" data-testid="obs-rule-last">
        Does nothing: tick “{mayText[rule.deed.act]}” first.
      </p>
    );
  if (!rule.last) return <p class="dim">Has not acted yet.</p>;
  return (
    <p class={rule.last.ok ? 'dim' : 'wrong'} data-testid="obs-rule-last">
      {ago(Date.now() - rule.last.at)}: {rule.last.text}
    </p>
  );
}

function RuleLine({ rule, view, obs, unit, edit }: Needs & { rule: ObsRuleInfo; edit: () => void }) {
  const { id, when, deed, coolSeconds, on } = rule;
  const remove = () => {
    if (confirm('Remove this rule?')) void obs.act('removeObsRule', { id });
  };
  return (
    <li class={on ? '' : 'off'} data-testid="obs-rule">
      <p>
        <b>{whenText(when, unit)}</b> → <span dir="auto">{deedText(deed)}</span>
        {coolSeconds > 0 && <span class="dim"> · at most every {coolSeconds} s</span>}
      </p>
      <Last rule={rule} />
      <div class="row wrap">
        <Tick
          text="On"
          checked={on}
          set={(next) => obs.act('putObsRule', { id, when, deed, coolSeconds, on: next })}
          testid="obs-rule-on"
        />
        <button
          type="button"
          class="quiet small"
          data-testid="obs-rule-try"
          disabled={obs.busy || view.state !== 'connected'}
          onClick={() => void obs.act('tryObsRule', { id })}
        >
          Try it
        </button>
        <button type="button" class="quiet small" data-testid="obs-rule-edit" onClick={edit}>
          Change
        </button>
        <button type="button" class="quiet small" data-testid="obs-rule-remove" onClick={remove}>
          Remove
        </button>
      </div>
    </li>
  );
}

export function Rules(needs: Needs) {
  const { view, obs, unit } = needs;
  /** `new`, or the id of the one that is changed. */
  const [editing, setEditing] = useState<'new' | number | null>(null);
  const close = () => setEditing(null);
  const form = { sight: view.obs, allow: view.allow, obs, unit, close };
  return (
    <div class="obs-rules">
      <h3>Rules</h3>
      {view.rules.length === 0 && editing === null && (
        <p class="dim">None yet. For example: a tip of 20 or more switches to your close-up for ten seconds.</p>
      )}
      <ul>
        {view.rules.map((rule) =>
          rule.id === editing ? (
            <li key={rule.id}>
              <RuleForm {...form} rule={rule} />
            </li>
          ) : (
            <RuleLine key={rule.id} {...needs} rule={rule} edit={() => setEditing(rule.id)} />
          ),
        )}
      </ul>
      {editing === 'new' ? (
        <RuleForm {...form} rule={null} />
      ) : (
        view.obs && (
          <button type="button" class="quiet" data-testid="obs-rule-new" onClick={() => setEditing('new')}>
            Add a rule
          </button>
        )
      )}
    </div>
  );
}
