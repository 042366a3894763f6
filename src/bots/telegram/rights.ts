// Who moderates a group, whose it is, and who is in it, as Telegram says; kept for a moment, so that a flood asks once.
import type { Community, Person } from '../command.js';
import { type Call, Refused } from './api.js';
import type { Chats } from './chats.js';
import type { Patiently } from './patience.js';

const keptMs = 20_000;
const chatsKept = 1000;

/** By their number. */
type Moderators = ReadonlyMap<number, { owner: boolean }>;

export type Standing = Required<Pick<Person, 'moderator' | 'owner'>>;

export type Rights = ReturnType<typeof createRights>;

export function createRights({ call, chats, patiently }: { call: Call; chats: Chats; patiently: Patiently }) {
  const known = new Map<string, { until: number; people: Promise<Moderators> }>();

  async function ask(chat: string): Promise<Moderators> {
    try {
      const members = await chats.follow(chat, (chat_id) =>
        patiently(() => call('getChatAdministrators', { chat_id })),
      );
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

  async function memberIn(chat_id: string, user_id: number): Promise<Community | null> {
    const member = await patiently(() => call('getChatMember', { chat_id, user_id }));
    const away = member.status === 'restricted' ? !member.is_member : ['left', 'kicked'].includes(member.status);
    return away ? null : chats.communityOf(await patiently(() => call('getChat', { chat_id })));
  }

  return {
    async standing(chat: string, user: number): Promise<Standing> {
      const found = (await moderatorsOf(chat)).get(user);
      return { moderator: found !== undefined, owner: found?.owner ?? false };
    },
    /** The group of that number, of now or before, for somebody who is in it; null for others, and where Telegram does not say. */
    async communityFor(id: string, user: number): Promise<Community | null> {
      try {
        return await chats.follow(id, (chat) => memberIn(chat, user));
      } catch (error) {
        if (error instanceof Refused) return null;
        throw error;
      }
    },
  };
}
