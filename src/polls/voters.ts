// Who votes: a page by its key, or a chat account; and how old that is. Pure.
import type { ChatUser } from '../payments/chat/index.js';
import type { Hex } from '../vocabulary/values.js';

export type Voter = Hex | ChatUser;

/** As it is stored: a page's key, or `discord:7`. */
export const voterName = (voter: Voter): string =>
  typeof voter === 'string' ? voter : `${voter.platform}:${voter.user}`;

const discordEpoch = 1_420_070_400_000;

/** When an account was made, ms: Discord's numbers tell; null where nobody can know. */
function bornAs(name: string): number | null {
  const [, id] = /^discord:(\d{1,20})$/.exec(name) ?? [];
  return id === undefined ? null : Number(BigInt(id) >> 22n) + discordEpoch;
}

/** The oldest of one person's accounts whose age is known; null when none is. */
export function bornOf(members: readonly string[]): number | null {
  const known = members.flatMap((name) => bornAs(name) ?? []);
  return known.length > 0 ? Math.min(...known) : null;
}

export const isChat = (name: string): boolean => !name.startsWith('0x');
