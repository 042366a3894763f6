// How votes are paid for: pages from their own purses, chat accounts from their chat purses.
import type { Chat } from '../payments/chat/index.js';
import type { Payments } from '../payments/index.js';
import { Problem } from '../vocabulary/problems.js';
import type { Hex } from '../vocabulary/values.js';
import type { Tills } from './ending.js';
import type { MembersOf } from './running.js';
import type { HoldFor } from './voting.js';

export interface Payers {
  tills: Tills;
  hold: HoldFor;
  /** Whether a page's key has a purse for the stream: throwaway keys have none. */
  hasPurse: (payer: Hex, stream: string) => boolean;
  membersOf: MembersOf;
}

/** Without `chat`, pages alone vote, each key for itself. */
export function createPayers(needs: {
  ledger: Payments['ledger'];
  chat: Pick<Chat, 'hold' | 'membersOf'> | null;
}): Payers {
  const { ledger, chat } = needs;
  return {
    tills: ledger,
    hold: async (voter, wish) => {
      if (typeof voter === 'string') return ledger.hold({ ...wish, payer: voter, durationMs: 0 });
      if (!chat) throw new Problem('internal');
      return chat.hold(voter, wish);
    },
    hasPurse: (payer, stream) =>
      ledger.pursesOf(payer, stream).some(({ limit, revokedAt }) => limit > 0n && !revokedAt),
    membersOf: (name) => chat?.membersOf(name) ?? [name],
  };
}
