// What Telegram delivers, as uses of commands: text with a command, answers to forms, pressed buttons, deep links.
import type { CallbackQuery, Chat, Message, User } from 'telegraf/types';
import type { Command, Community, Person, Place } from '../command.js';
import type { Use } from '../desk.js';
import type { Said } from '../poster.js';

/** Where an answer goes. */
export interface Address {
  /** Asked again by this, when the answer did not arrive. */
  act: string;
  chat: string;
  thread?: string;
  /** The message to answer, or whose button was pressed. */
  message: string;
  /** Of a pressed button, to be answered within seconds. */
  query?: string;
  /** A button for everybody, or the answer to a question. */
  pressed?: 'do' | 'answer';
}

const photoMark = 'photo/';

/** Telegram changes text and pictures by different calls, so a message's name says which it is. */
export const messageName = ({ message_id, ...rest }: Pick<Message, 'message_id'>): string =>
  'photo' in rest ? `${photoMark}${message_id}` : `${message_id}`;

export const isPhoto = (name: string): boolean => name.startsWith(photoMark);

export const messageNumber = (name: string): number => Number(name.replace(photoMark, ''));

export const isGroup = (chat: string): boolean => chat.startsWith('-');

/** By its number of now. */
export const groupOf = (chat: Chat): Community | null =>
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

/** Messages of another topic have no such mark, though they may have a thread. */
const threadOf = ({ is_topic_message, message_thread_id }: Message) =>
  is_topic_message && message_thread_id !== undefined ? { thread: `${message_thread_id}` } : {};

export const placeOf = (message: Message): Place => ({
  platform: 'telegram',
  chat: `${message.chat.id}`,
  ...threadOf(message),
});

export const addressOf = (act: string, message: Message): Address => ({
  act,
  chat: `${message.chat.id}`,
  message: messageName(message),
  ...threadOf(message),
});

export const saidAt = ({ chat, thread, message }: Address): Said => ({
  place: { platform: 'telegram', chat, ...(thread !== undefined && { thread }) },
  message,
});

/** Of a person who speaks for himself; what he passes on from others is not his wish. */
export const isOwn = (message: Message): boolean =>
  !('forward_origin' in message) && !('via_bot' in message) && !('is_automatic_forward' in message);

/** The command in a line, with its part where it has parts. */
export function useOf(line: string, commands: readonly Command[]): Use {
  const [, name = '', rest = ''] = /^(\S*)\s*([\s\S]*)$/.exec(line) ?? [];
  const command = name.toLowerCase();
  const parts = commands.find((one) => one.name === command)?.parts ?? {};
  if (parts[''] || Object.keys(parts).length === 0) return { command, part: '', given: rest };
  const [, part = '', given = ''] = /^(\S*)\s*([\s\S]*)$/.exec(rest) ?? [];
  return { command, part: part.toLowerCase() || 'show', given };
}

/** A command at the start of a message, for this bot; null when there is none. */
export function readCommand(message: Message.TextMessage, me: string, commands: readonly Command[]): Use | null {
  const entity = message.entities?.find(({ type, offset }) => type === 'bot_command' && offset === 0);
  if (!entity) return null;
  const [name = '', whose] = message.text.slice(1, entity.length).split('@');
  if (whose !== undefined && whose.toLowerCase() !== me.toLowerCase()) return null;
  const use = useOf(`${name} ${message.text.slice(entity.length).trim()}`, commands);
  const known = use.command === 'start' || commands.some((command) => command.name === use.command);
  // In a group it may be any bot's.
  return known || whose !== undefined || !isGroup(`${message.chat.id}`) ? use : null;
}

export type Start =
  | { kind: 'watch'; community: string | null; stream: string }
  /** What could not be said to somebody who had no chat with the bot. */
  | { kind: 'again'; act: string };

/** `/start w_-1001234` watches on that community's money, `w_main` a stream, `w_-1001234_main` both. */
export function readStart({ given }: Use): Start | null {
  const text = typeof given === 'string' ? given : '';
  const [, act] = /^a_([\w-]{1,60})$/.exec(text) ?? [];
  if (act !== undefined) return { kind: 'again', act };
  const [watch, community, of, alone] = /^w_(?:(-\d{1,20})(?:_([\w-]+))?|([\w-]+))$/.exec(text) ?? [];
  return watch === undefined ? null : { kind: 'watch', community: community ?? null, stream: of ?? alone ?? '' };
}

export const againPayload = (act: string): string => `a_${act}`;
export const watchPayload = (stream: string): string => `w_${stream}`;

/** Null for a button of a message that Telegram no longer shows us. */
export function pressOf(query: CallbackQuery): { press: string; message: Message } | null {
  return 'data' in query && query.message ? { press: query.data, message: query.message as Message } : null;
}
