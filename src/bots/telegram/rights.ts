// Who moderates a group, whose it is, and who is in it, as Telegram says; kept for a moment, so that a flood asks once.
import type { Community, Person } from '../command.js';
import { type Call, Refused } from './api.js';
import type { Patiently } from './patience.js';
import { communityOf } from './updates.js';

const keptMs = 20_000;
const chatsKept = 1000;

/** By their number. */
type Moderators = ReadonlyMap<number, { owner: boolean }>;

export type Standing = Required<Pick<Person, 'moderator' | 'owner'>>;

export type Rights = ReturnType<typeof createRights>;

export function createRights({ call, patiently }: { call: Call; patiently: Patiently }) {
  const known = new Map<string, { until: number; people: Promise<Moderators> }>();

  async function ask(chat: string): Promise<Moderators> {
    try {
      const members = await patiently(() => call('getChatAdministrators', { chat_id: chat }));
      return new Map(members.map(({ user, status }) => [user.id, { owner: status === 'creator' }]));
    } catch (error) {
      known.delete(chat);
      if (error instanceof Refused) return new Map();
      throw error;
    }
  }

  function moderatorsOf(chat: string): Promise<Moderators> {
    const there = known.get(chat);
    if (there && there.until > performance.now()) return there.people;
    if (known.size > chatsKept) known.clear();
    const people = ask(chat);
    known.set(chat, { until: performance.now() + keptMs, people });
    return people;
  }

  return {
    async standing(chat: string, user: number): Promise<Standing> {
      const found = (await moderatorsOf(chat)).get(user);
      return { moderator: found !== undefined, owner: found?.owner ?? false };
    },
    /** The group of that id, for somebody who is in it; null for others, and where Telegram does not say. */
    async communityFor(id: string, user: number): Promise<Community | null> {
      try {
        const member = await patiently(() => call('getChatMember', { chat_id: id, user_id: user }));
        const away = member.status === 'restricted' ? !member.is_member : ['left', 'kicked'].includes(member.status);
        return away ? null : communityOf(await patiently(() => call('getChat', { chat_id: id })));
      } catch (error) {
        if (error instanceof Refused) return null;
        throw error;
      }
    },
  };
}
