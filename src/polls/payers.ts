// How votes are paid for: pages from their own purses, chat accounts from their chat purses.
import type { Chat } from '../payments/chat/index.js';
import type { Payments } from '../payments/index.js';
import { Problem } from '../vocabulary/problems.js';
import type { PollNeeds } from './index.js';

/** Without `chat`, pages alone vote, each key for itself. */
export function createPayers(needs: {
  ledger: Payments['ledger'];
  chat: Pick<Chat, 'hold' | 'membersOf'> | null;
}): Pick<PollNeeds, 'tills' | 'hold' | 'hasPurse' | 'membersOf'> {
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
