// Edits and deletions: of what the bot said, and only when something changes.
import { isDeepStrictEqual } from 'node:util';
import { checkMarkup } from '../keyboard.js';
import { bad } from '../refusal.js';
import type { Msg, Room, World } from '../world.js';
import { type Body, captionOf, isAlone, photoOf, textOf } from './sending.js';

const notModified =
  'message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message';

const emoji = new Set(['👍', '👎', '❤', '🔥', '🎉', '👌', '🙏', '👏', '🤔', '😁']);

export function editing(world: World) {
  function find(body: Body): { room: Room; message: Msg } {
    const room = world.roomFor(body.chat_id);
    const message = room.messages.get(Number(body.message_id));
    if (!message) throw bad('message to edit not found');
    if (message.from?.id !== world.bot.id) throw bad("message can't be edited");
    return { room, message };
  }

  function put(body: Body, change: (message: Msg) => Partial<Msg>): Msg {
    const { room, message } = find(body);
    const { reply_markup, edit_date, ...rest } = message;
    const { text, entities, photo, caption, caption_entities, ...bare } = rest;
    const markup = checkMarkup(body.reply_markup, isAlone(room));
    const made = { ...bare, ...change(message), ...(markup && { reply_markup: markup }) } as Msg;
    const { edit_date: _, ...before } = message;
    if (isDeepStrictEqual(before, made)) throw bad(notModified);
    const edited = { ...made, edit_date: Math.floor(Date.now() / 1000) };
    room.messages.set(edited.message_id, edited);
    world.happen({ kind: 'edited', chat: room.chat.id, message: edited });
    return edited;
  }

  const contentOf = ({ text, entities, photo, caption, caption_entities }: Msg): Partial<Msg> =>
    JSON.parse(JSON.stringify({ text, entities, photo, caption, caption_entities }));

  return {
    editMessageText: (body: Body) =>
      put(body, (message) => {
        if (message.text === undefined) throw bad('there is no text in the message to edit');
        return textOf(body);
      }),
    editMessageCaption: (body: Body) =>
      put(body, ({ photo }) => {
        if (!photo) throw bad('there is no caption in the message to edit');
        return { photo, ...captionOf(body) };
      }),
    editMessageMedia: (body: Body) =>
      put(body, () => {
        const { media = '', type, ...caption } = body.media ?? {};
        if (type !== 'photo') throw bad('unsupported media type');
        const name = /^attach:\/\/(.+)$/.exec(media)?.[1];
        return { photo: photoOf(name === undefined ? media : body.attached?.[name]), ...captionOf(caption) };
      }),
    editMessageReplyMarkup: (body: Body) => put(body, contentOf),
    deleteMessage(body: Body): true {
      const room = world.roomFor(body.chat_id);
      const message = room.messages.get(Number(body.message_id));
      if (!message) throw bad('message to delete not found');
      room.messages.delete(message.message_id);
      world.happen({ kind: 'deleted', chat: room.chat.id, message });
      return true;
    },
    setMessageReaction(body: Body & { reaction?: { type: string; emoji: string }[] }): true {
      const room = world.roomFor(body.chat_id);
      const message = room.messages.get(Number(body.message_id));
      if (!message) throw bad('message to react not found');
      const [reaction, ...more] = body.reaction ?? [];
      if (more.length > 0) throw bad('REACTIONS_TOO_MANY');
      if (reaction && !emoji.has(reaction.emoji)) throw bad('REACTION_INVALID');
      room.reactions.set(message.message_id, reaction?.emoji ?? '');
      world.happen({ kind: 'reacted', chat: room.chat.id, message });
      return true;
    },
  };
}
