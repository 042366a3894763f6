// What Telegram knows: people, chats, who is in them, and what was said there.
import { EventEmitter } from 'node:events';
import type { Chat, ForceReply, Message, MessageEntity, User } from 'telegraf/types';
import { bad, forbidden } from './refusal.js';

/** Of any kind, as the Bot API writes it. */
export type Msg = Omit<Message.CommonMessage, 'chat' | 'reply_markup' | 'reply_to_message'> & {
  chat: Chat;
  text?: string;
  entities?: MessageEntity[];
  caption?: string;
  caption_entities?: MessageEntity[];
  photo?: { file_id: string; file_unique_id: string; width: number; height: number }[];
  reply_markup?: Message.TextMessage['reply_markup'];
  reply_to_message?: Msg;
  sender_chat?: Chat;
};

export type Standing = 'creator' | 'administrator' | 'member' | 'left' | 'kicked';

export interface Room {
  chat: Chat & { is_forum?: true };
  /** By message id. */
  messages: Map<number, Msg>;
  standing: Map<number, Standing>;
  topics: Set<number>;
  /** A bot can be kept out. */
  bot: 'in' | 'not started' | 'blocked' | 'kicked' | 'moved';
  movedTo?: number;
  /** What a client shows beside the messages: reactions, and fields to answer in. */
  reactions: Map<number, string>;
  forced: Map<number, ForceReply>;
  lastId: number;
}

export interface Happening {
  kind: 'sent' | 'edited' | 'deleted' | 'reacted' | 'answered';
  chat: number;
  message: Msg | null;
  /** Of a pressed button that was answered. */
  query?: string;
}

export type World = ReturnType<typeof createWorld>;

/** Of people and chats; nobody is somebody else in another stand-in. */
let last = 10_000;

const idsOf = (room: Room): number => {
  room.lastId += 1;
  return room.lastId;
};

export function createWorld(bot: User) {
  const users = new Map<number, User>([[bot.id, bot]]);
  const rooms = new Map<number, Room>();
  const happenings = new EventEmitter<{ happened: [Happening] }>();
  happenings.setMaxListeners(0);

  function open(chat: Room['chat'], state: Room['bot']): Room {
    const maps = { messages: new Map(), standing: new Map(), reactions: new Map(), forced: new Map() };
    const room: Room = { chat, bot: state, topics: new Set(), ...maps, lastId: 0 };
    rooms.set(chat.id, room);
    return room;
  }

  /** Where the bot may speak. */
  function roomFor(id: unknown): Room {
    const room = rooms.get(Number(id));
    if (!room) throw bad('chat not found');
    if (room.bot === 'not started') throw forbidden("bot can't initiate conversation with a user");
    if (room.bot === 'blocked') throw forbidden('bot was blocked by the user');
    if (room.bot === 'kicked') throw forbidden(`bot was kicked from the ${room.chat.type} chat`);
    return room;
  }

  return {
    bot,
    users,
    rooms,
    happenings,
    happen: (happening: Happening): void => void happenings.emit('happened', happening),
    nextId: (): number => {
      last += 1;
      return last;
    },
    open,
    roomFor,
    /** As the bot sees it, as long as it may. */
    seen(id: unknown): Room {
      const room = rooms.get(Number(id));
      if (!room || room.bot === 'not started') throw bad('chat not found');
      return room.bot === 'kicked' ? roomFor(id) : room;
    },
    /** Puts it into its chat. */
    add(room: Room, message: Omit<Msg, 'message_id' | 'date' | 'chat'>): Msg {
      const made = { message_id: idsOf(room), date: Math.floor(Date.now() / 1000), chat: room.chat, ...message } as Msg;
      room.messages.set(made.message_id, made);
      return made;
    },
  };
}
