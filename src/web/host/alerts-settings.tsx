// How alerts are shown and what is held back, to change while the show runs.
import { useEffect, useState } from 'preact/hooks';
import type { AlertSettings } from '../../vocabulary/alerts.js';
import type { Unit } from '../shared/money.js';
import type { AlertDesk, Uploads } from './alerts.js';
import { type Draft, draftOf, settingsOf } from './alerts-draft.js';
import { Tiers } from './alerts-tiers.js';

const filters: Record<AlertSettings['words'], string> = { hold: 'Hold for me', skip: 'Skip', off: 'Show' };

interface Form {
  draft: Draft;
  set: (change: Partial<Draft>) => void;
}

function Filter({ draft, set, of, label }: Form & { of: 'words' | 'links'; label: string }) {
  return (
    <label>
      {label}
      <select
        value={draft[of]}
        data-testid={`alerts-${of}`}
        onChange={(event) => set({ [of]: event.currentTarget.value as AlertSettings['words'] })}
      >
        {Object.entries(filters).map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

function Text({ draft, set, of, label }: Form & { of: 'minimum' | 'mergeFrom' | 'waitMinutes'; label: string }) {
  return (
    <label>
      {label}
      <input
        inputMode="decimal"
        value={draft[of]}
        data-testid={`alerts-${of}`}
        onInput={(event) => set({ [of]: event.currentTarget.value })}
      />
    </label>
  );
}

export function AlertSettingsForm({
  settings,
  alerts,
  uploads,
  unit,
}: {
  settings: AlertSettings;
  alerts: AlertDesk;
  uploads: Uploads;
  unit: Unit;
}) {
  const [draft, setDraft] = useState(() => draftOf(settings, unit.decimals));
  const [touched, setTouched] = useState(false);
  useEffect(() => {
    if (!touched) setDraft(draftOf(settings, unit.decimals));
  }, [settings, touched, unit.decimals]);
  const set = (change: Partial<Draft>) => {
    setTouched(true);
    setDraft({ ...draft, ...change });
  };
  const read = settingsOf(draft, unit.decimals);
  const save = async (): Promise<boolean> => {
    if (typeof read === 'string' || !(await alerts.change(read))) return false;
    setTouched(false);
    return true;
  };
  /** What is tested is what is saved. */
  const test = async (tier: number) => {
    if (!touched || (await save())) await alerts.act({ act: 'test', tier });
  };
  const form = { draft, set };
  return (
    <form
      class="alert-settings"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <Tiers tiers={draft.tiers} set={(tiers) => set({ tiers })} uploads={uploads} unit={unit} test={test} />
      <label class="check">
        <input
          type="checkbox"
          checked={draft.approve}
          data-testid="alerts-approve"
          onChange={(event) => set({ approve: event.currentTarget.checked })}
        />
        Show nothing before I approve it
      </label>
      <div class="pair">
        <Text {...form} of="minimum" label={`Smallest shown (${unit.symbol})`} />
        <Filter {...form} of="words" label="With bad words" />
        <Filter {...form} of="links" label="With links" />
      </div>
      <label>
        Your own words, with commas; “-word” lets one of the list through
        <textarea
          rows={2}
          value={draft.ownWords}
          data-testid="alerts-own-words"
          onInput={(event) => set({ ownWords: event.currentTarget.value })}
        />
      </label>
      <label class="check">
        <input
          type="checkbox"
          checked={draft.receipts}
          data-testid="alerts-receipts"
          onChange={(event) => set({ receipts: event.currentTarget.checked })}
        />
        Alerts say how far their money is: authorized, or claimed on chain
      </label>
      <div class="pair two">
        <Text {...form} of="mergeFrom" label="Merge small ones when so many wait" />
        <Text {...form} of="waitMinutes" label="Minutes they wait for an overlay" />
      </div>
      {touched && typeof read === 'string' && <p class="wrong">{read}</p>}
      <button type="submit" class="main save" data-testid="alerts-save" disabled={!touched || typeof read === 'string'}>
        Save
      </button>
    </form>
  );
}
