// Title, price and preview of the stream, to change while it runs.
import { useState } from 'preact/hooks';
import { basesOf, mediaBases } from '../../vocabulary/media-base.js';
import type { HostStream } from '../../vocabulary/streams.js';
import { decimal, parseAmount, perMinute } from '../shared/money.js';
import type { Desk } from './desk.js';

interface Draft {
  title: string;
  /** For a minute, as text. */
  price: string;
  preview: string;
  minTip: string;
  discord: string;
  telegram: string;
  mediaBase: string;
  /** As the browser's field has it, in the host's own time; empty: not announced. */
  startsAt: string;
}

/** `2026-11-27T20:00`, here. */
const localTime = (at: number): string =>
  new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);

function draftOf({ settings, info }: HostStream): Draft {
  const { decimals } = info.terms.token;
  return {
    title: settings.title,
    price: decimal(perMinute(BigInt(settings.price), decimals), decimals),
    preview: `${settings.previewMs / 1000}`,
    minTip: decimal(BigInt(settings.minTip), decimals),
    discord: settings.discord,
    telegram: settings.telegram,
    mediaBase: settings.mediaBase,
    startsAt: settings.startsAt ? localTime(settings.startsAt) : '',
  };
}

const placesOf = {
  discord: /^https:\/\/(www\.)?(discord\.gg|discord\.com)\/\S+$/i,
  telegram: /^https:\/\/(www\.)?(t\.me|telegram\.me)\/\S+$/i,
};

/** What is wrong with the links to communities; null when nothing is. */
function linkTrouble({ discord, telegram }: Pick<Draft, 'discord' | 'telegram'>): string | null {
  const right = (text: string, place: RegExp) => text.trim() === '' || place.test(text.trim());
  if (!right(discord, placesOf.discord)) return 'Write the invitation like https://discord.gg/abcdef.';
  return right(telegram, placesOf.telegram) ? null : 'Write the link like https://t.me/yourgroup.';
}

export function SettingsCard({ shown, desk, busy }: { shown: HostStream; desk: Desk; busy: string | null }) {
  const { decimals, symbol } = shown.info.terms.token;
  const [edits, setEdits] = useState<Partial<Draft>>({});
  const draft: Draft = { ...draftOf(shown), ...edits };
  const edit = (change: Partial<Draft>) => setEdits((before) => ({ ...before, ...change }));
  const minute = parseAmount(draft.price, decimals);
  const minTip = parseAmount(draft.minTip, decimals);
  const preview = /^\d{1,4}(\.\d)?$/.test(draft.preview.trim()) ? Math.round(Number(draft.preview) * 1000) : null;
  const whole = minute !== null && minTip !== null && preview !== null && preview <= 3_600_000;
  const wrongLink = linkTrouble(draft);
  const basesFit = mediaBases.test(draft.mediaBase);
  const field = (name: keyof Draft, label: string, numeric = true, example = '', most = example ? 200 : 120) => (
    <label>
      {label}
      <input
        value={draft[name]}
        maxLength={most}
        placeholder={example}
        inputMode={numeric ? 'decimal' : 'text'}
        data-testid={`set-${name}`}
        onInput={(event) => edit({ [name]: event.currentTarget.value })}
      />
    </label>
  );
  const save = async (event: Event) => {
    event.preventDefault();
    if (!whole || wrongLink || !basesFit) return;
    const before = draftOf(shown);
    const saved = await desk.save({
      ...(draft.title !== before.title && { title: draft.title }),
      ...(draft.price !== before.price && { price: (minute / 60n).toString() }),
      ...(draft.preview !== before.preview && { previewMs: preview }),
      ...(draft.mediaBase !== before.mediaBase && { mediaBase: basesOf(draft.mediaBase).join(' ') }),
      ...(draft.minTip !== before.minTip && { minTip: minTip.toString() }),
      ...(draft.discord !== before.discord && { discord: draft.discord.trim() }),
      ...(draft.startsAt !== before.startsAt && {
        startsAt: draft.startsAt ? new Date(draft.startsAt).getTime() : null,
      }),
      ...(draft.telegram !== before.telegram && { telegram: draft.telegram.trim() }),
    });
    if (saved) setEdits({});
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
      <div class="pair">
        {field('discord', 'Your Discord (invitation)', false, 'https://discord.gg/…')}
        {field('telegram', 'Your Telegram group or channel', false, 'https://t.me/…')}
      </div>
      <label>
        Next show starts (viewers see a countdown)
        <input
          type="datetime-local"
          value={draft.startsAt}
          data-testid="set-startsAt"
          onInput={(event) => edit({ startsAt: event.currentTarget.value })}
        />
      </label>
      {wrongLink && <p class="wrong">{wrongLink}</p>}
      {field('mediaBase', 'Video from these addresses, best first (empty: this server)', false, '', 1000)}
      {!basesFit && (
        <p class="wrong">Write up to four addresses like https://cdn.example.org/main/, with spaces between.</p>
      )}
      {!whole && <p class="wrong">Write numbers like 5 or 0.25, with a point.</p>}
      <button
        type="submit"
        class="main save"
        data-testid="save"
        disabled={Object.keys(edits).length === 0 || !whole || !basesFit || wrongLink !== null || busy !== null}
      >
        {busy === 'save' ? 'Saving…' : 'Save'}
      </button>
    </form>
  );
}
