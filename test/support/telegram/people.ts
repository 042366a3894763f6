// What people do in Telegram: join, write, press, share; and what they then see.
import type { Chat, InlineQueryResultArticle, User } from 'telegraf/types';
import { findCommands } from './html.js';
import type { Queries, Toast } from './methods/queries.js';
import type { Updates } from './updates.js';
import type { Happening, Msg, Room, Standing, World } from './world.js';

export interface Pressed extends Toast {
  /** What it led to: the message edited, or said in the group or privately; null: none. */
  message: Msg | null;
}

export interface Wishes {
  /** A topic of a group. */
  thread?: number;
  /** The message that is answered. */
  answers?: Msg;
  withinMs?: number;
  /** More fields of the message. */
  more?: Partial<Msg>;
}

const defaultMs = 10_000;

export function createPeople({ world, updates, queries }: { world: World; updates: Updates; queries: Queries }) {
  const { rooms, happenings } = world;
  let lastUpdate = 0;

  const push = (body: object): void => {
    lastUpdate = updates.push(body as never).update_id;
  };

  const roomOf = (chat: number | { id: number }): Room => {
    const room = rooms.get(typeof chat === 'number' ? chat : chat.id);
    if (!room) throw new Error('there is no such chat');
    return room;
  };

  /** Watches from now on; `until` resolves with the first that fits, also of those that came meanwhile. */
  function watch() {
    const seen: Happening[] = [];
    const note = (happening: Happening) => void seen.push(happening);
    happenings.on('happened', note);
    return {
      seen,
      end: () => void happenings.off('happened', note),
      until(fits: (happening: Happening) => boolean, withinMs: number): Promise<Happening | null> {
        const there = seen.find(fits);
        if (there) return Promise.resolve(there);
        return new Promise((resolve) => {
          const check = (happening: Happening) => fits(happening) && finish(happening);
          const timer = setTimeout(() => finish(null), withinMs);
          function finish(happening: Happening | null): void {
            clearTimeout(timer);
            happenings.off('happened', check);
            resolve(happening);
          }
          happenings.on('happened', check);
        });
      },
    };
  }

  /** Of a person in a chat; puts it on its way to the bot. */
  function write(user: User, chat: number | Chat | User, text: string, { thread, answers, more }: Wishes = {}): Msg {
    const room = roomOf(chat);
    const alone = room.chat.type === 'private';
    if (alone && room.bot === 'not started') room.bot = 'in';
    const entities = findCommands(text);
    const topic = thread === undefined ? undefined : room.messages.get(thread);
    const { reply_to_message: _, ...answered } = answers ?? topic ?? ({} as Msg);
    const message = world.add(room, {
      ...{ from: user, text, ...(entities.length > 0 && { entities }) },
      ...(thread !== undefined && { message_thread_id: thread, is_topic_message: true as const }),
      ...((answers || topic) && { reply_to_message: answered as Msg }),
      ...more,
    });
    if (alone || reaches(message)) push({ message });
    return message;
  }

  /** With privacy mode on, bots in groups hear commands and answers to themselves only. */
  const reaches = ({ text = '', reply_to_message }: Msg): boolean =>
    text.startsWith('/') || reply_to_message?.from?.id === world.bot.id;

  const answersTo = (message: Msg, user: User) => (happening: Happening) => {
    const { kind, chat, message: said } = happening;
    if (kind !== 'sent' || !said) return false;
    return chat === user.id || (chat === message.chat.id && said.reply_to_message?.message_id === message.message_id);
  };

  return {
    addUser(wanted: { name?: string; language?: string; started?: boolean; username?: string } = {}): User {
      const { name = 'Ann', language = 'en', started = true, username } = wanted;
      const id = world.nextId();
      const user = { id, is_bot: false, first_name: name, language_code: language, ...(username && { username }) };
      world.users.set(id, user);
      world.open({ id, type: 'private', first_name: name }, started ? 'in' : 'not started');
      return user;
    },
    addGroup(wanted: { title?: string; admins?: User[]; members?: User[]; forum?: boolean; type?: 'group' } = {}) {
      const { title = 'Jazz cellar', admins = [], members = [], forum = false, type = 'supergroup' } = wanted;
      const id = type === 'group' ? -world.nextId() : -1_000_000_000_000 - world.nextId();
      const chat = { id, type, title, ...(forum && { is_forum: true as const }) } as Room['chat'];
      const room = world.open(chat, 'in');
      for (const { id } of members) room.standing.set(id, 'member');
      admins.forEach(({ id }, i) => void room.standing.set(id, i === 0 ? 'creator' : 'administrator'));
      return chat as Chat.SupergroupChat;
    },
    addTopic(group: Chat, name: string): number {
      const made = { forum_topic_created: { name, icon_color: 7322096 } };
      const { message_id } = world.add(roomOf(group), { from: world.bot, ...made } as never);
      roomOf(group).topics.add(message_id);
      return message_id;
    },
    setStanding: (group: Chat, { id }: User, standing: Standing): void => void roomOf(group).standing.set(id, standing),
    /** The bot is blocked, kicked, or let in again. */
    setBot: (chat: Chat | User, state: Room['bot']): void => void Object.assign(roomOf(chat), { bot: state }),
    write,
    /** Writes, and resolves with what was answered, in private or in the group. */
    async say(user: User, chat: number | Chat | User, text: string, wishes: Wishes = {}): Promise<Msg> {
      const watching = watch();
      const message = write(user, chat, text, wishes);
      const found = await watching.until(answersTo(message, user), wishes.withinMs ?? defaultMs);
      watching.end();
      if (!found?.message) throw new Error(`nothing was answered to “${text}”`);
      return found.message;
    },
    /** Presses the button of that label or data, and resolves once Telegram was told of it. */
    async press(message: Msg, button: string, user: User, withinMs = defaultMs): Promise<Pressed> {
      const shown = roomOf(message.chat).messages.get(message.message_id) ?? message;
      const buttons = shown.reply_markup?.inline_keyboard.flat() ?? [];
      const found = buttons.find(
        (one) => one.text === button || ('callback_data' in one && one.callback_data === button),
      );
      if (!found || !('callback_data' in found)) throw new Error(`there is no button “${button}” to press`);
      const id = `${world.nextId()}000000`;
      const chat = message.chat.id;
      queries.open.set(id, { chat, at: performance.now(), toast: null, results: null });
      const watching = watch();
      const { reply_to_message: _, ...at } = shown;
      const query = { id, from: user, message: at, chat_instance: `${chat}`, data: found.callback_data };
      push({ callback_query: query });
      const answered = await watching.until(({ query }) => query === id, withinMs);
      if (!answered) throw new Error(`the press of “${button}” was never answered`);
      const toast = queries.open.get(id)?.toast ?? {};
      const concerns = ({ kind, chat: where, message: said }: Happening) =>
        (kind === 'edited' && said?.message_id === message.message_id && where === chat) ||
        (kind === 'sent' && (where === chat || where === user.id));
      const before = watching.seen.find(concerns);
      const led = before ?? (toast.text || toast.url ? null : await watching.until(concerns, withinMs));
      watching.end();
      return { ...toast, message: led?.message ?? null };
    },
    /** A button that leads into the private chat: `https://t.me/<bot>?start=…`. */
    open: (link: string, user: User): string => {
      const [, name, payload] = /^https:\/\/t\.me\/(\w+)\?start=([A-Za-z0-9_-]{1,64})$/.exec(link) ?? [];
      if (name !== world.bot.username) throw new Error(`${link} does not lead to the bot`);
      roomOf(user);
      return `/start ${payload}`;
    },
    /** `@bot query` */
    async ask(user: User, query: string, withinMs = defaultMs): Promise<InlineQueryResultArticle[]> {
      const id = `${world.nextId()}000000`;
      queries.open.set(id, { chat: 0, at: performance.now(), toast: null, results: null });
      const watching = watch();
      push({ inline_query: { id, from: user, query, offset: '', chat_type: 'supergroup' } });
      await watching.until((happening) => happening.query === id, withinMs);
      watching.end();
      const results = queries.open.get(id)?.results;
      if (!results) throw new Error('the inline query was never answered');
      return results;
    },
    edit(message: Msg, text: string): void {
      const { from, ...rest } = message;
      const entities = findCommands(text);
      push({ edited_message: { ...rest, from, text, entities, edit_date: message.date + 5 } });
    },
    /** Any update, as it is. */
    push,
    lastUpdate: (): number => lastUpdate,
    redeliver: (id = lastUpdate): void => updates.redeliver(id),
    messages: (chat: Chat | User): Msg[] => [...roomOf(chat).messages.values()],
    reactionTo: ({ chat, message_id }: Msg): string => roomOf(chat).reactions.get(message_id) ?? '',
    forcedBy: ({ chat, message_id }: Msg) => roomOf(chat).forced.get(message_id) ?? null,
    watch,
  };
}
