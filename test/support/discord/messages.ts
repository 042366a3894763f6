// Messages as the app writes them: made, changed, and whom they ring.
import { checkMessage } from './forms.js';
import { refusals } from './refusals.js';
import {
  type Attachment,
  type Channel,
  channelType,
  flag,
  type Json,
  type Message,
  type User,
  type World,
} from './world.js';

export interface Upload {
  name: string;
  type: string;
  bytes: Buffer;
}

/** A body and what came with it. */
export interface Sent {
  body: Json;
  files: readonly Upload[];
}

type Mentions = { parse?: string[]; roles?: string[]; users?: string[] } | null | undefined;

/** Whom a text rings, as far as the app lets it. */
function pingsOf(content: string, mentions: Mentions, { guild }: Channel): string[] {
  const { parse, roles = [], users = [] } = mentions ?? { parse: ['roles', 'users', 'everyone'] };
  const may = (kind: string, ids: string[], id: string) => (parse ?? []).includes(kind) || ids.includes(id);
  const found = (pattern: RegExp): string[] => [...content.matchAll(pattern)].map(([, id = '']) => id);
  const rung = found(/<@&(\d+)>/g).filter((id) => guild?.roles.some((role) => role.id === id && role.mentionable));
  return [
    ...rung.filter((id) => may('roles', roles, id)).map((id) => `role:${id}`),
    ...found(/<@!?(\d+)>/g)
      .filter((id) => may('users', users, id))
      .map((id) => `user:${id}`),
    ...(/@(everyone|here)/.test(content) && (parse ?? []).includes('everyone') ? ['everyone'] : []),
  ];
}

/** What was attached has an address of Discord's; what was not is not shown. */
function urlOf(url: string, channel: Channel, attachments: readonly Attachment[]): string | undefined {
  if (!url.startsWith('attachment://')) return url;
  const found = attachments.find(({ filename }) => url === `attachment://${filename}`);
  return found && `https://cdn.discordapp.com/attachments/${channel.id}/${found.id}/${found.filename}`;
}

export type Messages = ReturnType<typeof createMessages>;

export function createMessages(world: World) {
  const posted = new Map<string, Message>();

  /** What a message has attached, once `attachments` says what stays of it and `files` what comes. */
  function attachmentsOf({ body, files }: Sent, before: readonly Attachment[]): Attachment[] {
    const told = body.attachments as { id: string | number; description?: string }[] | undefined;
    const kept = told ? before.filter(({ id }) => told.some((one) => `${one.id}` === id)) : before;
    const added = files.map(({ name, type, bytes }, n) => ({
      ...{ id: world.newId(), filename: name, content_type: type, bytes },
      description: told?.find(({ id }) => `${id}` === `${n}`)?.description,
    }));
    return [...kept, ...added];
  }

  /** Where the body says so, and checked: throws what Discord answers. */
  function write(message: Message, sent: Sent): void {
    const { body } = sent;
    const attachments = attachmentsOf(sent, message.attachments);
    const { content, embeds, components } = {
      content: message.content,
      embeds: message.embeds,
      components: message.components,
      ...body,
    } as Message;
    checkMessage({ ...body, content, embeds, components }, attachments.length);
    const shown = (embeds ?? []).map(({ image, ...embed }) => {
      const url = image && urlOf(image.url, message.channel, attachments);
      return url ? { ...embed, image: { url } } : embed;
    });
    Object.assign(message, { content: content ?? '', embeds: shown, components: components ?? [], attachments });
  }

  const bare = (channel: Channel, only: User | null): Message => ({
    ...{ id: world.newId(), channel, author: world.app, content: '', embeds: [], components: [], attachments: [] },
    ...{ flags: only ? flag.ephemeral : 0, at: world.now(), edited: null, pings: [], only },
  });

  function make(channel: Channel, sent: Sent, only: User | null = null): Message {
    const { nonce, enforce_nonce } = sent.body;
    const again = enforce_nonce ? posted.get(`${channel.id}/${nonce}`) : undefined;
    if (again) return again;
    const message = bare(channel, only);
    write(message, sent);
    if (!only) message.pings = pingsOf(message.content, sent.body.allowed_mentions as Mentions, channel);
    if (nonce !== undefined) posted.set(`${channel.id}/${nonce}`, message);
    return world.keep(message);
  }

  function change(message: Message, sent: Sent): Message {
    const first = (message.flags & flag.loading) !== 0;
    write(message, sent);
    message.flags &= ~flag.loading;
    if (first && !message.only)
      message.pings = pingsOf(message.content, sent.body.allowed_mentions as Mentions, message.channel);
    if (!first) message.edited = world.now();
    return world.keep(message);
  }

  /** "dTok is thinking …" */
  const think = (channel: Channel, only: User | null): Message =>
    world.keep({ ...bare(channel, only), flags: flag.loading | (only ? flag.ephemeral : 0) });

  /** Where the bot may speak by its own token. */
  function channelOf(id: string, writing: boolean): Channel {
    const channel = world.channels.get(id);
    if (!channel) throw refusals.unknownChannel();
    const inside = channel.guild ? channel.guild.bot : channel.people.includes(world.app);
    if (!inside || channel.hidden) throw refusals.missingAccess();
    if (writing && channel.silent) throw refusals.missingPermissions();
    const person = channel.type === channelType.direct ? channel.people.find(({ bot }) => !bot) : undefined;
    const known = person && [...world.guilds.values()].some(({ bot, members }) => bot && members.has(person.id));
    if (writing && person && (person.closed || !(known || person.installed))) throw refusals.cannotSend();
    return channel;
  }

  function messageOf(channel: Channel, id: string): Message {
    const message = world.messages.get(id);
    // Nobody but its person, and its interaction, knows of an ephemeral one.
    if (!message || message.channel !== channel || message.only) throw refusals.unknownMessage();
    return message;
  }

  return { make, change, think, channelOf, messageOf };
}
