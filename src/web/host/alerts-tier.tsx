// One tier of alerts in the form: from when, what it says, how it looks and sounds, and what is read aloud.
import type { Animation, Tier } from '../../vocabulary/alert-looks.js';
import type { Unit } from '../shared/money.js';
import type { Uploads } from './alerts.js';
import type { TierDraft } from './alerts-draft.js';
import { Chooser, ears } from './alerts-uploads.js';

const animationNames: Record<Animation, string> = {
  slide: 'Slides in from its side',
  pop: 'Pops up',
  drop: 'Drops from above',
  rise: 'Rises from below',
  sweep: 'Sweeps across',
  flip: 'Flips open',
};
const readNames: Record<Tier['speech']['read'], string> = {
  off: 'Nothing',
  tip: 'Name and amount',
  message: 'Name, amount and message',
};

interface Edit {
  tier: TierDraft;
  i: number;
  unit: Unit;
  uploads: Uploads;
  set: (part: Partial<TierDraft>) => void;
  remove: () => void;
}

function Choice<T extends string>(wish: {
  label: string;
  value: T;
  names: Record<T, string>;
  set: (value: T) => void;
  testid: string;
}) {
  const { label, value, names, set, testid } = wish;
  return (
    <label>
      {label}
      <select value={value} data-testid={testid} onChange={(event) => set(event.currentTarget.value as T)}>
        {Object.entries<string>(names).map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

function When({ tier, i, unit, set }: Edit) {
  return (
    <div class="pair two">
      <label>
        From ({unit.symbol})
        <input
          inputMode="decimal"
          value={i === 0 ? '0' : tier.from}
          disabled={i === 0}
          data-testid={`alerts-from-${i}`}
          onInput={(event) => set({ from: event.currentTarget.value })}
        />
      </label>
      <label>
        Seconds on stage
        <input
          inputMode="decimal"
          value={tier.stand}
          data-testid={`alerts-stand-${i}`}
          onInput={(event) => set({ stand: event.currentTarget.value })}
        />
      </label>
    </div>
  );
}

function Loudness({ tier, i, set }: Edit) {
  return (
    <label>
      Volume: {tier.volume} %
      <span class="row">
        <input
          class="grow"
          type="range"
          min="0"
          max="100"
          step="5"
          value={tier.volume}
          data-testid={`alerts-volume-${i}`}
          onInput={(event) => set({ volume: Number(event.currentTarget.value) })}
        />
        <button
          type="button"
          class="quiet"
          data-testid={`alerts-play-${i}`}
          disabled={tier.sound === 'none'}
          onClick={() => ears.play(tier.sound, tier.volume)}
        >
          ▶ Play
        </button>
      </span>
    </label>
  );
}

function Aloud({ tier, i, unit, set }: Edit) {
  return (
    <div class="pair two">
      <Choice
        label="Read aloud"
        value={tier.read}
        names={readNames}
        set={(read) => set({ read })}
        testid={`alerts-read-${i}`}
      />
      {tier.read === 'message' && (
        <label>
          Messages from ({unit.symbol})
          <input
            inputMode="decimal"
            value={tier.readFrom}
            data-testid={`alerts-read-from-${i}`}
            onInput={(event) => set({ readFrom: event.currentTarget.value })}
          />
        </label>
      )}
    </div>
  );
}

export function Fields(edit: Edit) {
  const { tier, i, set, uploads } = edit;
  return (
    <div class="tier-fields">
      <When {...edit} />
      <label>
        Says: {'{name}'} and {'{amount}'} are filled in
        <input
          value={tier.text}
          maxLength={80}
          dir="auto"
          data-testid={`alerts-text-${i}`}
          onInput={(event) => set({ text: event.currentTarget.value })}
        />
      </label>
      <Chooser
        kind="picture"
        label="Picture"
        value={tier.picture}
        uploads={uploads}
        set={(picture) => set({ picture })}
        testid={`alerts-picture-${i}`}
      />
      <Chooser
        kind="sound"
        label="Sound"
        value={tier.sound}
        uploads={uploads}
        set={(sound) => {
          set({ sound });
          ears.play(sound, tier.volume);
        }}
        testid={`alerts-sound-${i}`}
      />
      <Loudness {...edit} />
      <Choice
        label="Comes in"
        value={tier.animation}
        names={animationNames}
        set={(animation) => set({ animation })}
        testid={`alerts-animation-${i}`}
      />
      <Aloud {...edit} />
      {i > 0 && (
        <button type="button" class="quiet small" data-testid={`alerts-remove-${i}`} onClick={edit.remove}>
          Remove this tier
        </button>
      )}
    </div>
  );
}
