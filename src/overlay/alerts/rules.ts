// What becomes of an alert, which ones go on stage together, and for how long: pure.
import type { AlertSettings } from '../../vocabulary/alerts.js';
import { findTrouble } from './filter.js';

export interface Said {
  name: string;
  message: string;
  amount: bigint;
}

export interface Waiting {
  id: number;
  message: string;
  amount: bigint;
  kind: 'tip' | 'test';
  /** It was on stage before, or was sent there. */
  again: boolean;
}

export type Verdict =
  | { state: 'waiting'; why: null }
  | { state: 'held'; why: 'approval' | 'words' | 'link' }
  | { state: 'skipped'; why: 'words' | 'link' | 'small' | 'muted' };

/** What a new tip's alert begins as. */
export function judge(said: Said, settings: AlertSettings, muted: boolean): Verdict {
  if (muted) return { state: 'skipped', why: 'muted' };
  if (said.amount < BigInt(settings.minimum)) return { state: 'skipped', why: 'small' };
  const text = `${said.name}\n${said.message}`;
  const troubles = findTrouble(text, settings.ownWords).filter((why) => settings[filterOf[why]] !== 'off');
  const skipped = troubles.find((why) => settings[filterOf[why]] === 'skip');
  if (skipped) return { state: 'skipped', why: skipped };
  if (troubles[0]) return { state: 'held', why: troubles[0] };
  return settings.approve ? { state: 'held', why: 'approval' } : { state: 'waiting', why: null };
}

const filterOf = { words: 'words', link: 'links' } as const;

export function tierOf(amount: bigint, { tiers }: Pick<AlertSettings, 'tiers'>): number {
  return Math.max(
    0,
    tiers.findLastIndex(({ from }) => BigInt(from) <= amount),
  );
}

/** How long an alert of a tier stands, in ms, when `behind` others wait: shorter when many do. */
export function standMs(tier: number, behind: number, { tiers }: Pick<AlertSettings, 'tiers'>): number {
  const full = (tiers[tier] ?? tiers[0])?.standMs ?? 6000;
  const share = behind >= 10 ? 5 / 12 : behind >= 3 ? 2 / 3 : 1;
  return Math.max(1000, Math.round(full * share));
}

/** Small, and nothing is lost when it is one of several. */
const mergeable = ({ kind, message, amount, again }: Waiting, settings: AlertSettings): boolean =>
  kind === 'tip' && !again && message === '' && tierOf(amount, settings) === 0;

/** Those that go on stage together next, of those that wait in their order: one, or a run of small ones when many wait. */
export function nextOf(waiting: readonly Waiting[], count: number, settings: AlertSettings): Waiting[] {
  const [head] = waiting;
  if (!head) return [];
  const many = settings.mergeFrom > 0 && count >= settings.mergeFrom;
  if (!many || !mergeable(head, settings)) return [head];
  const end = waiting.findIndex((one) => !mergeable(one, settings));
  return waiting.slice(0, end === -1 ? waiting.length : end);
}
