// How an answer reaches a person: under the command, in place of a question, over the chat for a moment, or in private.
import type { Logger } from '../../log.js';
import type { Person } from '../command.js';
import type { Mouth } from '../front.js';
import type { Said } from '../poster.js';
import type { Reply } from '../reply.js';
import { wordsFor } from '../words/index.js';
import { type Call, isGone, isUnreachable, Refused } from './api.js';
import type { Messages } from './messages.js';
import { longestToast, type Toasts } from './toasts.js';
import { type Address, againPayload, isGroup, messageNumber, saidAt } from './updates.js';

const isToast = ({ text, facts, buttons, choices, picture, living }: Reply): boolean =>
  text.length <= longestToast && !facts?.length && !buttons?.length && !choices && !picture && !living;

export function createMouth(needs: {
  messages: Messages;
  toasts: Toasts;
  call: Call;
  /** The bot's name. */
  me: string;
  log: Logger;
}): Mouth<Address> {
  const { messages, toasts, call, me, log } = needs;

  const post = ({ chat, thread, message, query }: Address, reply: Reply): Promise<Said> =>
    messages.post(
      {
        chat,
        ...(thread !== undefined && { thread }),
        ...(isGroup(chat) && query === undefined && { answers: messageNumber(message) }),
      },
      reply,
    );

  const seen = (what: string) => (error: unknown) => log.debug({ err: error }, what);

  /** A message that is no more is said anew. */
  async function replace(address: Address, reply: Reply): Promise<Said> {
    try {
      await messages.change(saidAt(address), reply);
      return saidAt(address);
    } catch (error) {
      if (!isGone(error) || isUnreachable(error)) throw error;
      return post(address, reply);
    }
  }

  /** Tells the group no more than that there is an answer. */
  async function nod(address: Address, { locale }: Person): Promise<void> {
    const words = wordsFor(locale);
    if (address.query !== undefined) return void (await toasts.answer(address.query, { text: words.sentPrivately }));
    const message = { chat_id: address.chat, message_id: messageNumber(address.message) };
    try {
      await call('setMessageReaction', { ...message, reaction: [{ type: 'emoji', emoji: '👌' }] });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      await post(address, { text: words.sentPrivately });
    }
  }

  async function invite(address: Address, { locale, name }: Person): Promise<void> {
    const words = wordsFor(locale);
    const url = `https://t.me/${me}?start=${againPayload(address.act)}`;
    if (address.query !== undefined && (await toasts.answer(address.query, { url }))) return;
    await post(address, { text: words.openMe(name), buttons: [[{ label: words.openMeButton, url }]] });
  }

  async function whisper(address: Address, person: Person, reply: Reply): Promise<Said | null> {
    const { query } = address;
    if (query !== undefined && isToast(reply) && (await toasts.answer(query, { text: reply.text }))) return null;
    const said = await messages.post({ chat: person.user }, reply).catch((error) => {
      if (!isUnreachable(error)) throw error;
      return null;
    });
    if (!said) await invite(address, person);
    // The answer has arrived, whether the group sees that or not.
    else await nod(address, person).catch(seen('a group saw no nod'));
    return said;
  }

  async function say(address: Address, person: Person, reply: Reply, secret: boolean): Promise<Said | null> {
    const group = isGroup(address.chat);
    const forOne = group && (secret || (address.pressed === 'do' && !reply.living));
    const replaces = reply.replaces === true && address.query !== undefined && !(group && address.pressed === 'do');
    if (replaces && !forOne) return replace(address, reply);
    if (replaces) await messages.strip(saidAt(address)).catch(seen('its buttons stay'));
    return forOne ? whisper(address, person, reply) : post(address, reply);
  }

  return {
    async say({ address, person }, reply, secret) {
      try {
        return await say(address, person, reply, secret);
      } catch (error) {
        if (!isGone(error)) throw error;
        log.debug({ err: error }, 'nobody is there any more to answer');
        return null;
      } finally {
        if (address.query !== undefined) void toasts.answer(address.query);
      }
    },
  };
}
