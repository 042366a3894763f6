// What the alerts card asks of the server, and how its settings are read from what was typed.
import { useEffect, useState } from 'preact/hooks';
import type { AlertAct, AlertQueue, AlertSettings, AlertSettingsPatch } from '../../vocabulary/alerts.js';
import { decimal, parseAmount } from '../shared/money.js';
import type { Desk } from './desk.js';

const pollMs = 1500;

export interface AlertDesk {
  queue: AlertQueue | null;
  act: (wish: AlertAct) => Promise<void>;
  change: (patch: AlertSettingsPatch) => Promise<boolean>;
}

/** The queue as it is now; looked at again whenever `moved` changes, and every moment while the page is seen. */
export function useAlerts(desk: Desk, stream: string, moved: unknown): AlertDesk {
  const [queue, setQueue] = useState<AlertQueue | null>(null);
  const take = (next: AlertQueue | null): boolean => {
    if (next) setQueue(next);
    return next !== null;
  };
  useEffect(() => {
    let gone = false;
    const look = async () => {
      if (document.hidden) return;
      const next = await desk.look('getAlerts', stream);
      if (!gone && next) setQueue(next);
    };
    void look();
    const timer = setInterval(look, pollMs);
    return () => {
      gone = true;
      clearInterval(timer);
    };
  }, [desk, stream, moved]);
  return {
    queue,
    act: async (wish) => void take(await desk.ask('actOnAlerts', stream, wish)),
    change: async (patch) => take(await desk.ask('patchAlerts', stream, patch)),
  };
}

/** The settings as text in the form. */
export interface Draft {
  approve: boolean;
  words: AlertSettings['words'];
  links: AlertSettings['links'];
  ownWords: string;
  minimum: string;
  /** From, and seconds. */
  tiers: { from: string; stand: string }[];
  mergeFrom: string;
  waitMinutes: string;
}

export const draftOf = (settings: AlertSettings, decimals: number): Draft => ({
  approve: settings.approve,
  words: settings.words,
  links: settings.links,
  ownWords: settings.ownWords.join(', '),
  minimum: decimal(BigInt(settings.minimum), decimals),
  tiers: settings.tiers.map(({ from, standMs }) => ({
    from: decimal(BigInt(from), decimals),
    stand: `${standMs / 1000}`,
  })),
  mergeFrom: `${settings.mergeFrom}`,
  waitMinutes: `${settings.waitMs / 60_000}`,
});

const number = (text: string): number | null => (/^\d{1,4}(\.\d{1,2})?$/.test(text.trim()) ? Number(text) : null);

function tiersOf({ tiers }: Draft, decimals: number): AlertSettings['tiers'] | null {
  const read = tiers.map(({ from, stand }, i) => {
    const amount = i === 0 ? 0n : parseAmount(from, decimals);
    const seconds = number(stand);
    return amount === null || seconds === null || seconds < 1 || seconds > 60
      ? null
      : { amount, standMs: Math.round(seconds * 1000) };
  });
  const rises = read.every((tier, i) => i === 0 || (tier?.amount ?? 0n) > (read[i - 1]?.amount ?? 0n));
  if (!rises || read.includes(null)) return null;
  return read.flatMap((tier) => (tier ? [{ from: `${tier.amount}`, standMs: tier.standMs }] : []));
}

/** What was typed; a sentence, when it cannot be meant. */
export function settingsOf(draft: Draft, decimals: number): AlertSettingsPatch | string {
  const minimum = parseAmount(draft.minimum, decimals);
  const [mergeFrom, minutes] = [number(draft.mergeFrom), number(draft.waitMinutes)];
  const tiers = tiersOf(draft, decimals);
  if (minimum === null) return 'Write the minimum like 5 or 0.25, with a point.';
  if (!tiers) return 'Each tier begins higher than the one before, and stands for 1 to 60 seconds.';
  if (mergeFrom === null || !Number.isInteger(mergeFrom) || mergeFrom > 1000)
    return 'Merging starts at a whole number; 0 is never.';
  if (minutes === null || minutes < 1 || minutes > 1440) return 'Alerts wait for 1 to 1440 minutes.';
  const ownWords = draft.ownWords
    .split(/[,\n]/)
    .map((word) => word.trim())
    .filter(Boolean);
  const { approve, words, links } = draft;
  return {
    approve,
    words,
    links,
    ownWords,
    minimum: `${minimum}`,
    tiers,
    mergeFrom,
    waitMs: Math.round(minutes * 60_000),
  };
}
