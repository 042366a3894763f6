// The tiers of alerts by amount: to add, remove, open and try out.
import { useState } from 'preact/hooks';
import type { Unit } from '../shared/money.js';
import type { Uploads } from './alerts.js';
import { type TierDraft, tierAbove } from './alerts-draft.js';
import { Fields } from './alerts-tier.js';
import { Thumb } from './alerts-uploads.js';

const most = 6;

const summaryOf = ({ from, stand, sound }: TierDraft, i: number, { symbol }: Unit): string =>
  [
    i === 0 ? 'Every tip' : `From ${from} ${symbol}`,
    `${stand} s`,
    sound === 'none' ? 'no sound' : sound.includes('.') ? 'your sound' : sound,
  ].join(' · ');

export function Tiers(wish: {
  tiers: readonly TierDraft[];
  set: (tiers: TierDraft[]) => void;
  uploads: Uploads;
  unit: Unit;
  test: (tier: number) => Promise<void>;
}) {
  const { tiers, set, uploads, unit, test } = wish;
  const [open, setOpen] = useState<number | null>(null);
  const add = () => {
    set([...tiers, ...tiers.slice(-1).map((last) => tierAbove(last, unit.decimals))]);
    setOpen(tiers.length);
  };
  return (
    <fieldset class="tiers">
      <legend>How alerts look and sound, by amount; they stand shorter when many wait</legend>
      {tiers.map((tier, i) => (
        <section key={i} class={open === i ? 'tier open' : 'tier'} data-testid={`alerts-tier-${i}`}>
          <header>
            <button
              type="button"
              class="tier-name"
              aria-expanded={open === i}
              data-testid={`alerts-edit-${i}`}
              onClick={() => setOpen(open === i ? null : i)}
            >
              <Thumb picture={tier.picture} />
              <span class="grow">{summaryOf(tier, i, unit)}</span>
            </button>
            <button type="button" class="quiet small" data-testid={`alerts-test-${i}`} onClick={() => void test(i)}>
              Test
            </button>
          </header>
          {open === i && (
            <Fields
              {...{ tier, i, unit, uploads }}
              set={(part) => set(tiers.map((one) => (one === tier ? { ...one, ...part } : one)))}
              remove={() => {
                setOpen(null);
                set(tiers.filter((one) => one !== tier));
              }}
            />
          )}
        </section>
      ))}
      {tiers.length < most && (
        <button type="button" class="quiet" data-testid="alerts-add-tier" onClick={add}>
          Add a tier
        </button>
      )}
    </fieldset>
  );
}
