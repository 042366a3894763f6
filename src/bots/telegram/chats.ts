// Chats as they are now: a group that becomes another chat goes on there, and stays the community that it was.
import type { Chat, Message } from 'telegraf/types';
import type { Community } from '../command.js';
import type { Moves } from '../moves.js';
import { Refused } from './api.js';
import { groupOf } from './updates.js';

export type Chats = ReturnType<typeof createChats>;

export function createChats(moves: Moves) {
  /** Does it in the chat as it is now, which may be news to us. */
  async function follow<T>(chat: string, act: (chat: string) => Promise<T>): Promise<T> {
    const there = await moves.chatOf(chat);
    try {
      return await act(there);
    } catch (error) {
      if (!(error instanceof Refused) || error.movedTo === null) throw error;
      await moves.note(there, `${error.movedTo}`);
      return follow(`${error.movedTo}`, act);
    }
  }

  return {
    follow,
    /** Both chats say so, each in its own words. */
    async hear(message: Message): Promise<void> {
      const id = `${message.chat.id}`;
      if ('migrate_to_chat_id' in message) await moves.note(id, `${message.migrate_to_chat_id}`);
      if ('migrate_from_chat_id' in message) await moves.note(`${message.migrate_from_chat_id}`, id);
    },
    /** Null for a private chat. */
    async communityOf(chat: Chat): Promise<Community | null> {
      const group = groupOf(chat);
      return group && { ...group, id: await moves.communityOf(group.id) };
    },
  };
}
