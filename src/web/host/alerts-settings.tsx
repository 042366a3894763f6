// How alerts are shown and what is held back, to change while the show runs.
import { useEffect, useState } from 'preact/hooks';
import type { AlertSettings } from '../../vocabulary/alerts.js';
import type { Unit } from '../shared/money.js';
import { type AlertDesk, type Draft, draftOf, settingsOf } from './alerts.js';

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

function Tiers({ draft, set, symbol }: Form & { symbol: string }) {
  const change = (i: number, part: Partial<Draft['tiers'][number]>) =>
    set({ tiers: draft.tiers.map((tier, k) => (k === i ? { ...tier, ...part } : tier)) });
  return (
    <fieldset class="tiers">
      <legend>How long they stand, by amount; shorter when many wait</legend>
      {draft.tiers.map(({ from, stand }, i) => (
        <div key={i}>
          <label>
            From ({symbol})
            <input
              inputMode="decimal"
              value={i === 0 ? '0' : from}
              disabled={i === 0}
              onInput={(event) => change(i, { from: event.currentTarget.value })}
            />
          </label>
          <label>
            Seconds
            <input
              inputMode="decimal"
              value={stand}
              data-testid={`alerts-stand-${i}`}
              onInput={(event) => change(i, { stand: event.currentTarget.value })}
            />
          </label>
        </div>
      ))}
    </fieldset>
  );
}

export function AlertSettingsForm({
  settings,
  alerts,
  unit,
}: {
  settings: AlertSettings;
  alerts: AlertDesk;
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
  const save = async (event: Event) => {
    event.preventDefault();
    if (typeof read !== 'string' && (await alerts.change(read))) setTouched(false);
  };
  const form = { draft, set };
  return (
    <form class="alert-settings" onSubmit={save}>
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
      <Tiers {...form} symbol={unit.symbol} />
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
