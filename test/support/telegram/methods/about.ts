// What the bot says of itself, and what it may know of chats and their people.
import { bad } from '../refusal.js';
import type { Room, Standing, World } from '../world.js';

interface MenuBody {
  commands?: { command: string; description: string }[];
  scope?: object;
  language_code?: string;
}
interface ChatBody {
  chat_id: number | string;
  user_id?: number;
}

const rights = (status: Standing) => {
  const can = {
    can_manage_chat: true,
    can_delete_messages: true,
    can_manage_video_chats: true,
    can_promote_members: false,
  };
  const more = { can_restrict_members: true, can_change_info: true, can_invite_users: true };
  const stories = { can_post_stories: false, can_edit_stories: false, can_delete_stories: false };
  if (status === 'administrator') return { can_be_edited: false, is_anonymous: false, ...can, ...more, ...stories };
  if (status === 'creator') return { is_anonymous: false };
  return status === 'kicked' ? { until_date: 0 } : {};
};

export function about(world: World) {
  const menus = new Map<string, object[]>();
  const texts = new Map<string, string>();
  const menuKey = ({ scope = { type: 'default' }, language_code = '' }: MenuBody) =>
    JSON.stringify([scope, language_code]);

  const memberOf = (room: Room, id: number) => {
    const user = world.users.get(id);
    if (!user) throw bad('user not found');
    const status = room.standing.get(id) ?? 'left';
    return { user, status, ...rights(status) };
  };

  const text = (field: 'description' | 'short_description', most: number) => ({
    get: ({ language_code = '' }: { language_code?: string }) => ({
      [field]: texts.get(`${field}/${language_code}`) ?? '',
    }),
    set(body: { language_code?: string; description?: string; short_description?: string }): true {
      const { language_code = '', [field]: said = '' } = body;
      if (said.length > most) throw bad('BOT_DESCRIPTION_TOO_LONG');
      texts.set(`${field}/${language_code}`, said);
      return true;
    },
  });
  const long = text('description', 512);
  const short = text('short_description', 120);

  return {
    getMe: () => world.bot,
    getMyCommands: (body: MenuBody) => menus.get(menuKey(body)) ?? [],
    setMyCommands(body: MenuBody): true {
      const { commands = [], language_code = '' } = body;
      if (commands.length > 100) throw bad('BOT_COMMANDS_TOO_MUCH');
      if (!/^([a-z]{2})?$/.test(language_code)) throw bad('LANG_CODE_INVALID');
      for (const { command, description } of commands) {
        if (!/^[a-z0-9_]{1,32}$/.test(command)) throw bad('BOT_COMMAND_INVALID');
        if (!description || description.length > 256) throw bad('BOT_COMMAND_DESCRIPTION_INVALID');
      }
      menus.set(menuKey(body), commands);
      return true;
    },
    getMyDescription: long.get,
    setMyDescription: long.set,
    getMyShortDescription: short.get,
    setMyShortDescription: short.set,
    getChat({ chat_id }: ChatBody) {
      const gifts = ['unlimited_gifts', 'limited_gifts', 'unique_gifts', 'premium_subscription', 'gifts_from_channels'];
      const accepted_gift_types = Object.fromEntries(gifts.map((name) => [name, false]));
      return { ...world.seen(chat_id).chat, accent_color_id: 0, max_reaction_count: 11, accepted_gift_types };
    },
    getChatMember: ({ chat_id, user_id }: ChatBody) => memberOf(world.seen(chat_id), Number(user_id)),
    getChatAdministrators({ chat_id }: ChatBody) {
      const room = world.seen(chat_id);
      if (room.chat.type === 'private') throw bad('there are no administrators in the private chat');
      return [...room.standing]
        .filter(([id, status]) => (status === 'creator' || status === 'administrator') && id !== world.bot.id)
        .map(([id]) => memberOf(room, id));
    },
  };
}
