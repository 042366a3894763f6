// Who may have a link that a community pays for, and when: age, tenure, role, budget, and a drawn turn in a crowd. Pure.
import type { Sponsoring } from './communities.js';

export type Refused = 'too_young' | 'too_new' | 'no_role' | 'budget' | 'revoked';

export interface Claimant {
  /** When the account was made, or first seen by us, ms. */
  born: number;
  /** Since when in the community, or seen there, ms. */
  joined: number;
  roles: readonly string[];
}

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

/** So many claims of a community in a minute are everyday life; more are a crowd, or a raid. */
const everyday = 20;
export const crowdMs = 60_000;
const longestDrawMs = 60_000;

export function judgeClaimant(terms: Sponsoring, { born, joined, roles }: Claimant, now: number): Refused | null {
  if (terms.role !== null && !roles.includes(terms.role)) return 'no_role';
  if (now - born < terms.days * dayMs) return 'too_young';
  return now - joined < terms.memberDays * dayMs ? 'too_new' : null;
}

/** Whether one more fits, when so much was given within the hour and the day. */
export function judgeBudget({ each, hourly, daily }: Sponsoring, given: { hour: bigint; day: bigint }): Refused | null {
  const over = (cap: bigint | null, so: bigint): boolean => cap !== null && so + each > cap;
  return over(hourly, given.hour) || over(daily, given.day) ? 'budget' : null;
}

/** By how many claims the last minute has seen. */
export const isCrowd = (claims: number): boolean => claims >= everyday;

/** Whoever asks first is not first: `drawn` is from 0 up to 1. */
export const drawDelay = (drawn: number): number => 1000 + Math.floor(drawn * (longestDrawMs - 1000));
