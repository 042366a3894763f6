// sendMessage, sendPhoto: what may be said, and where.
import { createHash } from 'node:crypto';
import { type Formatted, findCommands, readHtml } from '../html.js';
import { checkMarkup, type Markup } from '../keyboard.js';
import { bad } from '../refusal.js';
import type { Msg, Room, World } from '../world.js';

/** A file that was sent along. */
export interface Upload {
  file: string;
  bytes: Buffer;
}

export interface Body {
  chat_id?: number | string;
  message_id?: number;
  message_thread_id?: number;
  text?: string;
  caption?: string;
  parse_mode?: string;
  photo?: Upload | string;
  media?: { type: string; media: string; caption?: string; parse_mode?: string };
  reply_markup?: Markup;
  reply_parameters?: { message_id: number; allow_sending_without_reply?: boolean };
  /** Files that `media` names. */
  attached?: Readonly<Record<string, Upload>>;
}

export function formatted(text: string, mode: string | undefined): Formatted {
  if (mode !== undefined && mode !== 'HTML') throw bad(`unsupported parse_mode`);
  const read = mode ? readHtml(text) : { text, entities: findCommands(text) };
  return { ...read, text: read.text.trimEnd() };
}

export function textOf({ text = '', parse_mode }: Body): { text: string; entities?: Formatted['entities'] } {
  const read = formatted(text, parse_mode);
  if (!read.text) throw bad('message text is empty');
  if (read.text.length > 4096) throw bad('message is too long');
  return { text: read.text, ...(read.entities.length > 0 && { entities: read.entities }) };
}

export function captionOf({ caption = '', parse_mode }: Pick<Body, 'caption' | 'parse_mode'>) {
  const read = formatted(caption, parse_mode);
  if (read.text.length > 1024) throw bad('message caption is too long');
  return {
    ...(read.text && { caption: read.text }),
    ...(read.entities.length > 0 && { caption_entities: read.entities }),
  };
}

const files = new Map<string, NonNullable<Msg['photo']>>();

function sizeOf(bytes: Buffer): { width: number; height: number } {
  const isPng = bytes.subarray(0, 8).equals(Buffer.from('89504e470d0a1a0a', 'hex'));
  if (isPng && bytes.length >= 24) return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
  if (bytes.readUInt16BE(0) === 0xffd8) return { width: 640, height: 360 };
  throw bad('IMAGE_PROCESS_FAILED');
}

/** Uploads, and files that Telegram has already. */
export function photoOf(photo: Upload | string | undefined): NonNullable<Msg['photo']> {
  if (typeof photo === 'string') {
    const known = files.get(photo);
    if (!known) throw bad('wrong file identifier/HTTP URL specified');
    return known;
  }
  if (!photo) throw bad('there is no photo in the request');
  if (photo.bytes.length > 10 * 2 ** 20) throw bad('file is too big');
  const { width, height } = sizeOf(photo.bytes);
  if (width + height > 10_000 || width === 0 || height === 0) throw bad('PHOTO_INVALID_DIMENSIONS');
  const id = createHash('sha256').update(photo.bytes).digest('base64url');
  const made = [{ file_id: `AgAC${id}`, file_unique_id: id.slice(0, 16), width, height }];
  files.set(`AgAC${id}`, made);
  return made;
}

export const isAlone = ({ chat }: Room): boolean => chat.type === 'private';

function whereOf(room: Room, { message_thread_id, reply_parameters }: Body): Pick<Msg, 'reply_to_message'> {
  if (message_thread_id !== undefined && !room.topics.has(message_thread_id)) throw bad('message thread not found');
  const answered = reply_parameters && room.messages.get(reply_parameters.message_id);
  if (reply_parameters && !answered && !reply_parameters.allow_sending_without_reply)
    throw bad('message to be replied not found');
  const { reply_to_message: _, ...about } = answered ?? ({} as Msg);
  return {
    ...(message_thread_id !== undefined && { message_thread_id, is_topic_message: true as const }),
    ...(answered && { reply_to_message: about as Msg }),
  };
}

export function say(world: World, body: Body, content: Partial<Msg>): Msg {
  const room = world.roomFor(body.chat_id);
  const markup = checkMarkup(body.reply_markup, isAlone(room));
  const where = whereOf(room, body);
  const kept = { ...content, ...where, ...(markup && { reply_markup: markup }) };
  for (const entity of kept.entities ?? [])
    if (entity.type === 'text_mention') entity.user = world.users.get(entity.user.id) ?? entity.user;
  const message = world.add(room, { from: world.bot, ...kept });
  if (body.reply_markup?.force_reply) room.forced.set(message.message_id, body.reply_markup as never);
  world.happen({ kind: 'sent', chat: room.chat.id, message });
  return message;
}

export const sending = (world: World) => ({
  sendMessage: (body: Body) => say(world, body, textOf(body)),
  sendPhoto: (body: Body) => say(world, body, { photo: photoOf(body.photo), ...captionOf(body) }),
});
