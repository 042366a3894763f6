// Says a reply in a chat, as text or as a picture with a caption, and changes what was said.
import { createHash } from 'node:crypto';
import type { Message, Opts } from 'telegraf/types';
import type { Said } from '../poster.js';
import type { Reply } from '../reply.js';
import { type Call, isPictureRefused, isUnchanged } from './api.js';
import type { Chats } from './chats.js';
import type { Patiently } from './patience.js';
import type { Queue } from './queue.js';
import { render } from './render.js';
import { isGroup, isPhoto, messageName, messageNumber, placeOf } from './updates.js';

/** Where a new message goes. */
export interface Where {
  chat: string;
  thread?: string;
  /** The message it answers. */
  answers?: number;
}

type Picture = NonNullable<Reply['picture']>;

const html = { parse_mode: 'HTML' } as const;
const noPreview = { link_preview_options: { is_disabled: true } } as const;
const picturesKept = 500;

/** The newest `picturesKept`. */
function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > picturesKept) map.delete(map.keys().next().value ?? '');
}

const digest = ({ bytes }: Picture): string => createHash('sha256').update(bytes).digest('base64');

export type Messages = ReturnType<typeof createMessages>;

export function createMessages(needs: { call: Call; chats: Chats; patiently: Patiently; queue: Queue }) {
  const { call, chats, patiently, queue } = needs;
  /** Telegram's own copies, by what is in them: nothing is sent up twice. */
  const copies = new Map<string, string>();
  /** What a message shows, by chat and message. */
  const shown = new Map<string, string>();

  function note(message: Message | true, picture: Picture): void {
    if (message === true || !('photo' in message)) return;
    const of = digest(picture);
    remember(shown, `${message.chat.id}/${message.message_id}`, of);
    remember(copies, of, message.photo.at(-1)?.file_id ?? '');
  }

  const fileOf = (picture: Picture) =>
    copies.get(digest(picture)) || { source: Buffer.from(picture.bytes), filename: picture.file };

  /** Words are worth more than a picture: where that is refused, they go alone. */
  async function send({ chat, ...rest }: Where, reply: Reply): Promise<Message> {
    const { thread, answers } = rest;
    const { text, keyboard } = render(reply, !isGroup(chat));
    const where = {
      chat_id: chat,
      ...(thread !== undefined && { message_thread_id: Number(thread) }),
      ...(keyboard && { reply_markup: keyboard }),
    };
    const answering = answers !== undefined && { message_id: answers, allow_sending_without_reply: true };
    const { picture } = reply;
    if (!picture) {
      return call('sendMessage', {
        ...{ ...where, text, ...html, ...noPreview },
        ...(answering && { reply_parameters: answering }),
      });
    }
    // Beside a file, telegraf sends no object that it does not know, but a text.
    const parameters = answering && { reply_parameters: JSON.stringify(answering) as never };
    const body = { ...where, photo: fileOf(picture), caption: text, ...html, ...parameters };
    try {
      const sent = await call('sendPhoto', body);
      note(sent, picture);
      return sent;
    } catch (error) {
      if (!isPictureRefused(error)) throw error;
      const { picture: _, ...words } = reply;
      return send({ chat, ...rest }, words);
    }
  }

  async function change({ place, message }: Said, reply: Reply): Promise<void> {
    const isPicture = isPhoto(message);
    const { picture, ...rest } = reply;
    const { text, keyboard } = render(isPicture ? { ...reply, picture: picture ?? blank } : rest, !isGroup(place.chat));
    const about = {
      chat_id: place.chat,
      message_id: messageNumber(message),
      ...(keyboard && { reply_markup: keyboard }),
    };
    if (!isPicture) return void (await call('editMessageText', { ...about, text, ...html, ...noPreview }));
    const same = !picture || shown.get(`${place.chat}/${about.message_id}`) === digest(picture);
    if (same) return void (await call('editMessageCaption', { ...about, caption: text, ...html }));
    const media: Opts<'editMessageMedia'>['media'] = { type: 'photo', media: fileOf(picture), caption: text, ...html };
    note(await call('editMessageMedia', { ...about, media }), picture);
  }

  const changed = (said: Said, reply: Reply): Promise<void> =>
    patiently(() => change(said, reply)).catch((error) => {
      if (!isUnchanged(error)) throw error;
    });

  const inTurn = <T>(chat: string, act: (chat: string) => Promise<T>): Promise<T> =>
    chats.follow(chat, (there) => queue.say(there, () => patiently(() => act(there))));

  /** Topics and messages to answer stay behind with the chat that was. */
  async function post(where: Where, reply: Reply): Promise<Said> {
    const sent = await inTurn(where.chat, (chat) => send(chat === where.chat ? where : { chat }, reply));
    return { place: placeOf(sent), message: messageName(sent) };
  }

  return {
    post,
    /** For somebody who waits for it. */
    change: (said: Said, reply: Reply): Promise<void> => queue.say(said.place.chat, () => changed(said, reply)),
    /** Of several that wait for their turn, the newest. */
    refresh: (said: Said, reply: Reply): Promise<void> =>
      queue.refresh(said.place.chat, said.message, () => changed(said, reply)),
    /** Takes its buttons away. */
    strip: ({ place, message }: Said): Promise<void> =>
      queue.say(place.chat, async () => {
        const about = { chat_id: place.chat, message_id: messageNumber(message) };
        await patiently(() => call('editMessageReplyMarkup', about));
      }),
    /** Anything else in a chat as it is now, in its turn. */
    inTurn,
  };
}

/** Only its presence counts: captions are shorter. */
const blank: Picture = { file: '', bytes: new Uint8Array(), type: 'image/png' };
