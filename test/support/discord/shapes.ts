// What the stand-in knows, in the form in which Discord sends it.
import {
  type Attachment,
  type Channel,
  type Component,
  channelType,
  flag,
  type Guild,
  type Member,
  type Message,
  type Role,
  type User,
  type World,
} from './world.js';

export const userShape = ({ id, username, global_name, bot }: User) => ({
  ...{ id, username, global_name, bot, avatar: null, discriminator: '0', public_flags: 0, flags: 0 },
  ...{ primary_guild: null, avatar_decoration_data: null, banner: null, accent_color: null },
});

export const memberShape = ({ user, nick, roles, joined_at }: Member) => ({
  ...{ user: userShape(user), nick, roles, joined_at, avatar: null, banner: null, premium_since: null },
  ...{ communication_disabled_until: null, pending: false, deaf: false, mute: false, flags: 0 },
});

export const roleShape = ({ permissions, ...role }: Role) => ({
  ...role,
  ...{ permissions: `${permissions}`, color: 0, hoist: false, managed: false, position: 0, flags: 0 },
});

export function channelShape({ id, type, name, guild, parent, people }: Channel) {
  if (type === channelType.direct || type === channelType.group)
    return { id, type, flags: 0, last_message_id: null, recipients: people.filter(({ bot }) => !bot).map(userShape) };
  const thread = { thread_metadata: { archived: false, auto_archive_duration: 1440, locked: false } };
  return {
    ...{ id, type, name, guild_id: guild?.id, parent_id: parent, position: 0, permission_overwrites: [], flags: 0 },
    ...(type === channelType.thread && { ...thread, owner_id: guild?.owner, member_count: 1, message_count: 0 }),
  };
}

export function guildShape(guild: Guild, { channels }: World) {
  const mine = [...channels.values()].filter((one) => one.guild === guild);
  const isThread = ({ type }: Channel) => type === channelType.thread;
  const { id, name, owner, roles, members } = guild;
  return {
    ...{ id, name, owner_id: owner, unavailable: false, large: false, member_count: members.size },
    roles: roles.map(roleShape),
    members: [...members.values()].filter(({ user }) => user.bot).map(memberShape),
    channels: mine.filter((one) => !isThread(one)).map(channelShape),
    threads: mine.filter(isThread).map(channelShape),
    ...{ emojis: [], stickers: [], features: [], presences: [], voice_states: [], stage_instances: [] },
    ...{ guild_scheduled_events: [], soundboard_sounds: [], premium_tier: 0, verification_level: 0, nsfw_level: 0 },
    ...{ preferred_locale: 'en-US', afk_timeout: 300, mfa_level: 0, default_message_notifications: 0 },
    ...{ explicit_content_filter: 0, system_channel_flags: 0, premium_progress_bar_enabled: false },
  };
}

const urlOf = ({ id, filename }: Attachment, { channel }: Message): string =>
  `https://cdn.discordapp.com/attachments/${channel.id}/${id}/${filename}`;

/** Discord numbers components, and tells of what was left out. */
function numbered(components: readonly Component[]): Component[] {
  let last = 0;
  const number = (one: Component): Component => ({
    ...one,
    ...{ id: ++last },
    ...(one.components && { components: one.components.map(number) }),
    ...(one.type === 2 && { disabled: one.disabled ?? false }),
    ...(one.type === 3 && { disabled: one.disabled ?? false, min_values: 1, max_values: 1 }),
  });
  return components.map(number);
}

export function messageShape(message: Message, application: string) {
  const { id, channel, author, content, embeds, components, attachments, flags, at, edited, pings } = message;
  return {
    ...{ id, type: 0, channel_id: channel.id, author: userShape(author), content, flags, application_id: application },
    embeds: embeds.map((embed) => ({ ...embed, type: 'rich' })),
    components: numbered(components),
    attachments: attachments.map((one) => ({
      ...{ id: one.id, filename: one.filename, content_type: one.content_type, size: one.bytes.length },
      ...{ url: urlOf(one, message), proxy_url: urlOf(one, message) },
      ...(one.description !== undefined && { description: one.description }),
      ...((flags & flag.ephemeral) !== 0 && { ephemeral: true }),
    })),
    timestamp: new Date(at).toISOString(),
    edited_timestamp: edited === null ? null : new Date(edited).toISOString(),
    mentions: [],
    mention_roles: [...new Set(content.match(/(?<=<@&)\d+(?=>)/g) ?? [])],
    mention_everyone: pings.includes('everyone'),
    ...{ pinned: false, tts: false },
  };
}
