// What Telegram delivers, as uses of commands: text with a command, pressed buttons, deep links.
import type { Context } from 'telegraf';
import type { CallbackQuery, Chat, Message, User } from 'telegraf/types';
import type { Command, Community, Person, Place } from '../command.js';
import type { Use } from '../desk.js';

export interface Address {
  chat: number;
  thread?: number;
  /** The message to answer, or whose button was pressed. */
  message?: number;
  /** The button's query, to be answered within seconds. */
  query?: string;
}

export const communityOf = (chat: Chat): Community | null =>
  chat.type === 'group' || chat.type === 'supergroup'
    ? { platform: 'telegram', id: `${chat.id}`, title: chat.title }
    : null;

export const personOf = (from: User, moderator: boolean): Person => ({
  platform: 'telegram',
  user: `${from.id}`,
  name: [from.first_name, from.last_name].filter(Boolean).join(' '),
  locale: from.language_code ?? 'en',
  born: null,
  joined: null,
  roles: [],
  moderator,
});

/** A command at the start of a message, for this bot; null when there is none. */
export function readCommand(message: Message.TextMessage, me: string, commands: readonly Command[]): Use | null {
  const entity = message.entities?.find(({ type, offset }) => type === 'bot_command' && offset === 0);
  if (!entity) return null;
  const [name = '', whose] = message.text.slice(1, entity.length).split('@');
  if (whose !== undefined && whose.toLowerCase() !== me.toLowerCase()) return null;
  return useOf(name.toLowerCase(), message.text.slice(entity.length).trim(), commands);
}

function useOf(command: string, line: string, commands: readonly Command[]): Use {
  const parts = commands.find(({ name }) => name === command)?.parts ?? {};
  if (parts['']) return { command, part: '', given: line };
  const [part = '', ...rest] = line.split(/\s+/);
  return { command, part: part.toLowerCase() || 'show', given: rest.join(' ') };
}

/** `/start w_-1001234`: watch, on that community's money. */
export function readStart({ given }: Use): { community: string } | null {
  const [, community] = (typeof given === 'string' && /^w_(-?\d{1,20})$/.exec(given)) || [];
  return community === undefined ? null : { community };
}

export const watchPayload = ({ id }: Community): string => `w_${id}`;

export function placeOf({ chat, is_topic_message, message_thread_id }: Message): Place {
  const thread = is_topic_message && message_thread_id !== undefined ? { thread: `${message_thread_id}` } : {};
  return { platform: 'telegram', chat: `${chat.id}`, ...thread };
}

export function addressOf(message: Message): Address {
  const thread = message.is_topic_message ? message.message_thread_id : undefined;
  return { chat: message.chat.id, message: message.message_id, ...(thread !== undefined && { thread }) };
}

/** Null for a button of a message that Telegram no longer shows us. */
export function pressOf(query: CallbackQuery): { press: string; message: Message } | null {
  return 'data' in query && query.message ? { press: query.data, message: query.message as Message } : null;
}

export const actId = (ctx: Context): string => `u${ctx.update.update_id}`;
