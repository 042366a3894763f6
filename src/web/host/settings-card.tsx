// Title, price and preview of the stream, to change while it runs.
import { useEffect, useState } from 'preact/hooks';
import type { HostStream } from '../../vocabulary/api.js';
import { decimal, parseAmount, perMinute } from '../shared/money.js';
import type { Desk } from './desk.js';

interface Draft {
  title: string;
  /** For a minute, as text. */
  price: string;
  preview: string;
  minTip: string;
}

function draftOf({ settings, info }: HostStream): Draft {
  const { decimals } = info.terms.token;
  return {
    title: settings.title,
    price: decimal(perMinute(BigInt(settings.price), decimals), decimals),
    preview: `${settings.previewMs / 1000}`,
    minTip: decimal(BigInt(settings.minTip), decimals),
  };
}

export function SettingsCard({ shown, desk, busy }: { shown: HostStream; desk: Desk; busy: string | null }) {
  const { decimals, symbol } = shown.info.terms.token;
  const [draft, setDraft] = useState<Draft>(draftOf(shown));
  const [touched, setTouched] = useState(false);
  useEffect(() => {
    if (!touched) setDraft(draftOf(shown));
  }, [shown, touched]);
  const minute = parseAmount(draft.price, decimals);
  const minTip = parseAmount(draft.minTip, decimals);
  const preview = /^\d{1,4}(\.\d)?$/.test(draft.preview.trim()) ? Math.round(Number(draft.preview) * 1000) : null;
  const whole = minute !== null && minTip !== null && preview !== null && preview <= 3_600_000;
  const field = (name: keyof Draft, label: string, numeric = true) => (
    <label>
      {label}
      <input
        value={draft[name]}
        maxLength={120}
        inputMode={numeric ? 'decimal' : 'text'}
        data-testid={`set-${name}`}
        onInput={(event) => {
          setTouched(true);
          setDraft({ ...draft, [name]: event.currentTarget.value });
        }}
      />
    </label>
  );
  const save = async (event: Event) => {
    event.preventDefault();
    if (!whole) return;
    const before = draftOf(shown);
    await desk.save({
      ...(draft.title !== before.title && { title: draft.title }),
      ...(draft.price !== before.price && { price: (minute / 60n).toString() }),
      ...(draft.preview !== before.preview && { previewMs: preview }),
      ...(draft.minTip !== before.minTip && { minTip: minTip.toString() }),
    });
    setTouched(false);
  };
  return (
    <form class="card settings" onSubmit={save}>
      <h2>The show</h2>
      {field('title', 'Title', false)}
      <div class="pair">
        {field('price', `Price a minute (${symbol})`)}
        {field('preview', 'Free preview (seconds)')}
        {field('minTip', `Smallest tip (${symbol})`)}
      </div>
      {!whole && <p class="wrong">Write numbers like 5 or 0.25, with a point.</p>}
      <button type="submit" class="main save" data-testid="save" disabled={!touched || !whole || busy !== null}>
        {busy === 'save' ? 'Saving…' : 'Save'}
      </button>
    </form>
  );
}
