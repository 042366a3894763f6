// What people write: commands, answers to forms, and deep links into the private chat.
import type { Chat, Message, User } from 'telegraf/types';
import type { Acts } from '../acts.js';
import type { Community } from '../command.js';
import type { Desk, Use } from '../desk.js';
import type { Delivery, Front, Mouth } from '../front.js';
import { wordsFor } from '../words/index.js';
import type { Aside } from './aside.js';
import type { Chats } from './chats.js';
import type { Forms } from './forms.js';
import type { Messages } from './messages.js';
import type { Rights } from './rights.js';
import { type Address, addressOf, groupOf, isOwn, personOf, placeOf, readCommand, readStart } from './updates.js';

const use = (command: string, given = ''): Use => ({ command, part: '', given });

export function createHearing(needs: {
  desk: Desk;
  acts: Acts;
  front: Front<Address>;
  mouth: Mouth<Address>;
  messages: Messages;
  forms: Forms;
  rights: Rights;
  chats: Chats;
  aside: Aside;
  me: string;
}) {
  const { desk, acts, front, mouth, messages, forms, rights, chats, aside, me } = needs;

  /** Whether it matters for this use who moderates. */
  const isPrivileged = ({ command }: Use): boolean =>
    command === 'help' || desk.commands.some(({ name, who }) => name === command && who !== 'anyone');

  async function personFor(wanted: Use, from: User, chat: Chat) {
    const person = personOf(from, false);
    const group = groupOf(chat);
    if (group === null || !isPrivileged(wanted)) return person;
    return { ...person, ...(await rights.standing(group.id, from.id)) };
  }

  async function take(id: string, message: Message, from: User, wanted: Use, about?: Community | null): Promise<void> {
    const community = about === undefined ? await chats.communityOf(message.chat) : about;
    const person = await personFor(wanted, from, message.chat);
    await front.take({ id, use: wanted, person, community, place: placeOf(message), address: addressOf(id, message) });
  }

  /** Does again, which pays nothing twice, what somebody asked for who had no chat with the bot then. What takes a right is not done again: it may be gone. */
  async function again(act: string, id: string, message: Message, from: User): Promise<void> {
    const row = await acts.find(act);
    const before = row && (JSON.parse(row.ask) as Delivery<Address>);
    const isTheirs = before && before.person.user === `${from.id}` && !isPrivileged(before.use);
    if (!isTheirs) return take(id, message, from, use('help'));
    const { person, community, place, confirms } = before;
    const words = wordsFor(person.locale);
    const ask = { id: confirms ?? before.id, person, community, place, confirmed: confirms !== undefined, words };
    const to = { address: addressOf(id, message), person, community };
    aside.go(async () => mouth.say(to, await desk.answer(before.use, ask), true));
  }

  async function start(id: string, message: Message, from: User, wanted: Use): Promise<void> {
    const begun = groupOf(message.chat) ? null : readStart(wanted);
    if (!begun) return take(id, message, from, use('help'));
    if (begun.kind === 'again') return again(begun.act, id, message, from);
    const { community, stream } = begun;
    const about = community && (await rights.communityFor(community, from.id));
    if (about || !community) return take(id, message, from, use('watch', stream), about || null);
    const address = addressOf(id, message);
    const text = wordsFor(from.language_code ?? 'en').notInGroup;
    aside.go(() => mouth.say({ address, person: personOf(from, false), community: null }, { text }, true));
  }

  /** An anonymous moderator, or a channel: Telegram does not say who it is, so there is no purse, and no right. */
  function refuseNameless(message: Message.TextMessage): void {
    const { chat, thread } = placeOf(message);
    if (desk.wait(`telegram:${message.sender_chat?.id}`, `telegram:${chat}`) > 0) return;
    const where = { chat, answers: message.message_id, ...(thread !== undefined && { thread }) };
    aside.go(() => messages.post(where, { text: wordsFor(message.from?.language_code ?? 'en').nameless }));
  }

  return {
    personFor,
    async hear(id: string, message: Message): Promise<void> {
      await chats.hear(message);
      const { from, chat } = message;
      if (!('text' in message) || !from || !isOwn(message)) return;
      const text = message as Message.TextMessage;
      const said = readCommand(text, me, desk.commands) ?? forms.read(text);
      const wanted = said ?? (chat.type === 'private' ? use('help') : null);
      if (!wanted) return;
      if (message.sender_chat) return refuseNameless(text);
      if (from.is_bot) return;
      return wanted.command === 'start' ? start(id, message, from, wanted) : take(id, message, from, wanted);
    },
  };
}
export type Hearing = ReturnType<typeof createHearing>;
