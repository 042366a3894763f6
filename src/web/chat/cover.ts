// Keeps vouchers ahead for what linked chat accounts may still spend of this browser's channels, as far as it was allowed here.
import type { ChatAccountName, ChatCodeHolder, LinkedChat } from '../../vocabulary/chat.js';
import type { Api } from '../shared/api.js';
import type { Keep } from '../shared/keep.js';
import type { Payer } from '../watch/payer.js';
import type { Session } from '../watch/session.js';
import { coverOf, type Linked } from './state.js';

export const slotOf = ({ platform, user }: ChatAccountName): string => `chat.${platform}:${user}`;

/** What this browser remembers: the accounts that it linked, and how much it let each spend. */
export function createMemory(keep: Keep) {
  const slots = (): string[] => JSON.parse(keep.get('chats') ?? '[]') as string[];
  return {
    any: (): boolean => slots().length > 0,
    set(holder: ChatCodeHolder, allowed: bigint): void {
      const slot = slotOf(holder);
      keep.set('chats', JSON.stringify([...new Set([...slots(), slot])]));
      keep.set(slot, JSON.stringify({ name: holder.shownAs, allowed: `${allowed}` }));
    },
    drop(account: ChatAccountName): void {
      const left = slots().filter((slot) => slot !== slotOf(account));
      keep.set('chats', left.length > 0 ? JSON.stringify(left) : null);
      keep.set(slotOf(account), null);
    },
    of(one: LinkedChat): Linked {
      const kept = JSON.parse(keep.get(slotOf(one)) ?? '{}') as { name?: string; allowed?: string };
      return { ...one, name: kept.name ?? '', allowed: BigInt(kept.allowed ?? 0) };
    },
  };
}

export type Cover = ReturnType<typeof createCover>;

export function createCover(needs: {
  api: Api;
  keep: Keep;
  session: Pick<Session, 'with' | 'refresh'>;
  payer: Pick<Payer, 'list' | 'authorize'>;
}) {
  const { api, session, payer } = needs;
  const memory = createMemory(needs.keep);

  const read = async (): Promise<readonly Linked[]> =>
    (await session.with((token) => api('linkedChats', { token }))).map(memory.of);

  return {
    memory,
    read,
    /** Hands in vouchers for what chat may still spend; `most` says how far for each account. Throws `Refusal`. */
    async sign(most: (one: Linked) => bigint = ({ allowed }) => allowed): Promise<void> {
      await session.refresh();
      const linked = await read();
      for (const channel of payer.list()) {
        const total = coverOf(channel, linked, most);
        if (total > channel.authorized) await payer.authorize(channel.id, total);
      }
    },
  };
}
