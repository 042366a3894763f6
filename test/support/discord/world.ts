// What the stand-in for Discord knows: people, servers, channels, and what was said in them.
import { EventEmitter } from 'node:events';

export interface User {
  id: string;
  username: string;
  global_name: string | null;
  bot: boolean;
  locale: string;
  /** Has the app for himself, wherever he goes. */
  installed: boolean;
  /** Takes direct messages from nobody. */
  closed: boolean;
}

export interface Role {
  id: string;
  name: string;
  permissions: bigint;
  mentionable: boolean;
}

export interface Member {
  user: User;
  nick: string | null;
  roles: string[];
  joined_at: string;
}

export interface Guild {
  id: string;
  name: string;
  owner: string;
  roles: Role[];
  members: Map<string, Member>;
  /** The app is in it. */
  bot: boolean;
}

export interface Channel {
  id: string;
  type: number;
  name: string;
  guild: Guild | null;
  parent: string | null;
  /** Of private ones. */
  people: User[];
  /** The bot cannot see it: 50001. */
  hidden: boolean;
  /** The bot cannot write there: 50013. */
  silent: boolean;
}

export interface Attachment {
  id: string;
  filename: string;
  content_type: string;
  description: string | undefined;
  bytes: Buffer;
}

export type Json = Record<string, unknown>;

/** A component as the app sent it, as far as a person uses it. */
export interface Component {
  type: number;
  custom_id?: string;
  label?: string;
  style?: number;
  url?: string;
  placeholder?: string;
  disabled?: boolean;
  options?: { label: string; value: string }[];
  components?: Component[];
}

export interface Message {
  id: string;
  channel: Channel;
  author: User;
  content: string;
  embeds: (Json & { fields?: { name: string; value: string }[]; image?: { url: string } })[];
  components: Component[];
  attachments: Attachment[];
  flags: number;
  at: number;
  edited: number | null;
  /** Whom it rang: `role:1`, `user:2`, `everyone`. */
  pings: string[];
  /** Who alone sees it. */
  only: User | null;
}

export const permission = { administrator: 1n << 3n, manageGuild: 1n << 5n };
export const channelType = { text: 0, direct: 1, group: 3, thread: 11 };
export const flag = { ephemeral: 64, loading: 128 };

export type World = ReturnType<typeof createWorld>;

const discordEpoch = 1_420_070_400_000;

export function createWorld() {
  const users = new Map<string, User>();
  const guilds = new Map<string, Guild>();
  const channels = new Map<string, Channel>();
  const messages = new Map<string, Message>();
  /** `change` for all that a test may wait for; `event` for what the gateway tells. */
  const news = new EventEmitter().setMaxListeners(0);
  const clock = { ahead: 0, stopped: null as number | null };
  const now = (): number => (clock.stopped ?? Date.now()) + clock.ahead;
  let count = 0;
  const newId = (at = now()): string => `${(BigInt(at - discordEpoch) << 22n) | BigInt(++count % 4096)}`;

  function addUser(change: Partial<Omit<User, 'id'>> & { born?: number } = {}): User {
    const { born = now() - 400 * 86_400_000, ...rest } = change;
    const id = newId(born);
    const user = { username: `user${count}`, global_name: null, bot: false, locale: 'en-GB', ...rest };
    const one = { id, installed: false, closed: false, ...user };
    users.set(id, one);
    return one;
  }

  const app = addUser({ username: 'dtok', bot: true });

  function addGuild(change: { name?: string; bot?: boolean; owner?: User } = {}): Guild {
    const { name = 'Jazz cellar', bot = true, owner } = change;
    const id = newId();
    const everyone: Role = { id, name: '@everyone', permissions: 0n, mentionable: false };
    const guild: Guild = { id, name, owner: owner?.id ?? '0', roles: [everyone], members: new Map(), bot };
    guilds.set(id, guild);
    if (owner) join(guild, owner);
    if (bot) {
      join(guild, app);
      news.emit('event', 'GUILD_CREATE', guild, guild);
    }
    return guild;
  }

  function addRole(guild: Guild, change: Partial<Omit<Role, 'id'>> = {}): Role {
    const role = { id: newId(), name: 'a role', permissions: 0n, mentionable: true, ...change };
    guild.roles.push(role);
    if (guild.bot) news.emit('event', 'GUILD_ROLE_CREATE', role, guild);
    return role;
  }

  function join(guild: Guild, user: User, { nick = null, roles = [] }: { nick?: string | null; roles?: Role[] } = {}) {
    const joined_at = new Date(now() - 30 * 86_400_000).toISOString();
    guild.members.set(user.id, { user, nick, roles: roles.map(({ id }) => id), joined_at });
  }

  function addChannel(change: Partial<Omit<Channel, 'id'>> = {}): Channel {
    const rest = { type: channelType.text, name: 'stage', guild: null, parent: null, people: [] };
    const channel = { id: newId(), ...rest, hidden: false, silent: false, ...change };
    channels.set(channel.id, channel);
    const { guild, type } = channel;
    if (guild?.bot)
      news.emit('event', type === channelType.thread ? 'THREAD_CREATE' : 'CHANNEL_CREATE', channel, guild);
    return channel;
  }

  /** Between the bot and that person. */
  function direct(user: User): Channel {
    const there = [...channels.values()].find(
      ({ type, people }) => type === channelType.direct && people.includes(user) && people.includes(app),
    );
    return there ?? addChannel({ type: channelType.direct, name: '', people: [app, user] });
  }

  function permissionsOf(guild: Guild, user: User): bigint {
    const roles = [guild.id, ...(guild.members.get(user.id)?.roles ?? [])];
    const all = guild.roles.filter(({ id }) => roles.includes(id)).reduce((sum, role) => sum | role.permissions, 0n);
    return guild.owner === user.id || (all & permission.administrator) !== 0n ? (1n << 53n) - 1n : all;
  }

  function keep(message: Message): Message {
    messages.set(message.id, message);
    news.emit('change');
    return message;
  }

  function remove(message: Message): void {
    messages.delete(message.id);
    news.emit('change');
  }

  return {
    ...{ users, guilds, channels, messages, news, clock, now, newId, app },
    ...{ addUser, addGuild, addRole, join, addChannel, direct, permissionsOf, keep, remove },
  };
}
