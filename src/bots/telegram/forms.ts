// Asks for a command's arguments by a message to answer; which command it is about stands in that message itself.
import type { Message, User } from 'telegraf/types';
import type { Args, Command } from '../command.js';
import type { Use } from '../desk.js';
import { type Words, wordsFor } from '../words/index.js';
import type { Call } from './api.js';
import type { Messages } from './messages.js';
import { cut, escaped } from './render.js';
import { isGroup, placeOf, useOf } from './updates.js';

const longestPlaceholder = 64;

const usage = (args: Args): string =>
  Object.entries(args)
    .map(([name, { optional }]) => (optional ? `[${name}]` : name))
    .join(' ');

function explained(key: string, args: Args, { about }: Words): string[] {
  return Object.keys(args).flatMap((name) => {
    const text = about[`${key}.${name}`];
    return text ? [`<b>${escaped(name)}</b>: ${escaped(text)}`] : [];
  });
}

interface Form {
  /** A command, and its part where it has parts. */
  key: readonly string[];
  args: Args;
}

export type Forms = ReturnType<typeof createForms>;

export function createForms(needs: { messages: Messages; call: Call; commands: readonly Command[]; me: User }) {
  const { messages, call, commands, me } = needs;

  return {
    /** What a command, and its part, asks for; null when there is no such command, or nothing to ask. */
    find(form: string): Form | null {
      const { command, part } = useOf(form, commands);
      const args = commands.find(({ name }) => name === command)?.parts[part]?.args ?? {};
      return Object.keys(args).length === 0 ? null : { key: [command, part].filter(Boolean), args };
    },
    async ask({ key, args }: Form, from: User, at: Message): Promise<void> {
      const words = wordsFor(from.language_code ?? 'en');
      const { chat, thread } = placeOf(at);
      const whom = isGroup(chat) ? `<a href="tg://user?id=${from.id}">${escaped(from.first_name)}</a>, ` : '';
      const ask = `<code>/${key.join(' ')}</code> · ${whom}${escaped(words.formAsk(usage(args)))}`;
      const body = {
        ...(thread !== undefined && { message_thread_id: Number(thread) }),
        text: [ask, ...explained(key.join('.'), args, words)].join('\n'),
        parse_mode: 'HTML' as const,
      };
      const placeholder = { input_field_placeholder: cut(usage(args), longestPlaceholder) };
      const reply_markup = { force_reply: true as const, selective: isGroup(chat), ...placeholder };
      await messages.inTurn(chat, (chat_id) => call('sendMessage', { ...body, chat_id, reply_markup }));
    },
    /** The use that an answer to such a message is; null for any other message, and from whom it did not ask. */
    read({ text, from, chat, reply_to_message: asked }: Message.TextMessage): Use | null {
      if (asked?.from?.id !== me.id || !('text' in asked)) return null;
      const [mark, whom] = asked.entities ?? [];
      if (mark?.type !== 'code' || mark.offset !== 0 || !asked.text.startsWith('/')) return null;
      const asksAnother = whom?.type !== 'text_mention' || whom.user.id !== from?.id;
      if (isGroup(`${chat.id}`) && asksAnother) return null;
      return useOf(`${asked.text.slice(1, mark.length)} ${text}`, commands);
    },
  };
}
