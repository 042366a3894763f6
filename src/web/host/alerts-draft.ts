// The alert settings as they stand in the form, and how what was typed is read.
import type { Tier } from '../../vocabulary/alert-looks.js';
import type { AlertSettings, AlertSettingsPatch } from '../../vocabulary/alerts.js';
import { decimal, parseAmount } from '../shared/money.js';

/** A tier as it stands in the form. */
export interface TierDraft extends Pick<Tier, 'text' | 'sound' | 'volume' | 'picture' | 'animation'> {
  from: string;
  stand: string;
  read: Tier['speech']['read'];
  readFrom: string;
}

const tierDraft = (tier: Tier, decimals: number): TierDraft => ({
  ...{ from: decimal(BigInt(tier.from), decimals), stand: `${tier.standMs / 1000}` },
  ...{ text: tier.text, sound: tier.sound, volume: tier.volume, picture: tier.picture, animation: tier.animation },
  ...{ read: tier.speech.read, readFrom: decimal(BigInt(tier.speech.from), decimals) },
});

/** Above the highest: from twice as much, or from one token. */
export function tierAbove(last: TierDraft, decimals: number): TierDraft {
  const from = parseAmount(last.from, decimals) ?? 0n;
  return { ...last, from: decimal(from > 0n ? from * 2n : 10n ** BigInt(decimals), decimals) };
}

/** The settings as text in the form. */
export interface Draft {
  approve: boolean;
  words: AlertSettings['words'];
  links: AlertSettings['links'];
  ownWords: string;
  minimum: string;
  receipts: boolean;
  tiers: TierDraft[];
  mergeFrom: string;
  waitMinutes: string;
}

export const draftOf = (settings: AlertSettings, decimals: number): Draft => ({
  approve: settings.approve,
  words: settings.words,
  links: settings.links,
  ownWords: settings.ownWords.join(', '),
  minimum: decimal(BigInt(settings.minimum), decimals),
  receipts: settings.receipts,
  tiers: settings.tiers.map((tier) => tierDraft(tier, decimals)),
  mergeFrom: `${settings.mergeFrom}`,
  waitMinutes: `${settings.waitMs / 60_000}`,
});

const number = (text: string): number | null => (/^\d{1,4}(\.\d{1,2})?$/.test(text.trim()) ? Number(text) : null);

/** What was typed; a sentence, when it cannot be meant. */
function tierOf({ from, stand, read, readFrom, ...look }: TierDraft, i: number, decimals: number): Tier | string {
  const amount = i === 0 ? 0n : parseAmount(from, decimals);
  const seconds = number(stand);
  const least = parseAmount(readFrom, decimals);
  if (amount === null) return 'Write where a tier begins like 5 or 0.25, with a point.';
  if (seconds === null || seconds < 1 || seconds > 60) return 'An alert stands for 1 to 60 seconds.';
  if (least === null) return 'Write from where on messages are read aloud like 5 or 0.25, with a point.';
  if (!look.text.trim()) return 'Write what an alert says: {name} and {amount} are filled in.';
  const speech = { read, from: `${least}` };
  return { ...look, from: `${amount}`, standMs: Math.round(seconds * 1000), speech };
}

function tiersOf({ tiers }: Draft, decimals: number): Tier[] | string {
  const read = tiers.map((tier, i) => tierOf(tier, i, decimals));
  const wrong = read.find((tier) => typeof tier === 'string');
  if (wrong !== undefined) return wrong as string;
  const all = read as Tier[];
  const rises = all.every(({ from }, i) => i === 0 || BigInt(from) > BigInt(all[i - 1]?.from ?? 0));
  return rises ? all : 'Each tier begins higher than the one before.';
}

/** What was typed; a sentence, when it cannot be meant. */
export function settingsOf(draft: Draft, decimals: number): AlertSettingsPatch | string {
  const minimum = parseAmount(draft.minimum, decimals);
  const [mergeFrom, minutes] = [number(draft.mergeFrom), number(draft.waitMinutes)];
  const tiers = tiersOf(draft, decimals);
  if (minimum === null) return 'Write the minimum like 5 or 0.25, with a point.';
  if (typeof tiers === 'string') return tiers;
  if (mergeFrom === null || !Number.isInteger(mergeFrom) || mergeFrom > 1000)
    return 'Merging starts at a whole number; 0 is never.';
  if (minutes === null || minutes < 1 || minutes > 1440) return 'Alerts wait for 1 to 1440 minutes.';
  const ownWords = draft.ownWords
    .split(/[,\n]/)
    .map((word) => word.trim())
    .filter(Boolean);
  const { approve, words, links, receipts } = draft;
  return {
    approve,
    words,
    links,
    receipts,
    ownWords,
    minimum: `${minimum}`,
    tiers,
    mergeFrom,
    waitMs: Math.round(minutes * 60_000),
  };
}
