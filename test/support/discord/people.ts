// What people do in Discord's own programs, which let them do only what the app has registered or shown.
import type { Option } from './forms.js';
import type { Gateway } from './gateway.js';
import { type Form, type Interactions, kinds, type Seen } from './interactions.js';
import type { Command, Rest } from './rest.js';
import { channelShape, memberShape, messageShape, roleShape, userShape } from './shapes.js';
import {
  type Channel,
  type Component,
  channelType,
  type Guild,
  type Json,
  type Message,
  type User,
  type World,
} from './world.js';

export interface Where {
  user: User;
  /** A channel or thread; without it, the person's own chat with the bot. */
  channel?: Channel;
}

export type Typed = Readonly<Record<string, string | number | boolean>>;

const types = { sub: 1, text: 3, whole: 4, flag: 5, channel: 7, role: 8 };
const context = { guild: 0, bot: 1, private: 2 };
const longestThought = 15_000;
const selects = [3, 5, 6, 7, 8];

/** Discord's programs show no such thing to that person. */
const never = (what: string): never => {
  throw new Error(`Discord offers no ${what}`);
};

function checkValue(option: Option, value: string | number | boolean): void {
  const { type, name, choices, min_value = -Infinity, max_value = Infinity, max_length = 6000 } = option;
  const wrong =
    type === types.whole
      ? !Number.isInteger(value) || Number(value) < min_value || Number(value) > max_value
      : type === types.flag
        ? typeof value !== 'boolean'
        : typeof value !== 'string' || value.length > max_length;
  if (wrong || (choices && !choices.some((one) => one.value === value))) never(`value ${value} for ${name}`);
}

export type People = ReturnType<typeof createPeople>;

export function createPeople(needs: { world: World; rest: Rest; gateway: Gateway; interactions: Interactions }) {
  const { world, rest, gateway, interactions } = needs;
  const { app } = world;
  /** How old interactions are when they reach the app, ms. */
  const delivery = { late: 0 };

  const contextOf = ({ guild, people }: Channel): number =>
    guild ? context.guild : people.includes(app) ? context.bot : context.private;

  /** On whose behalf the app may act there; `{}`: nobody's. */
  function ownersOf(channel: Channel, user: User, allowed: readonly number[]): Record<string, string> {
    const { guild } = channel;
    const known = [...world.guilds.values()].some(({ bot, members }) => bot && members.has(user.id));
    const byGuild = guild ? guild.bot : known && contextOf(channel) === context.bot;
    return {
      ...(byGuild && allowed.includes(0) && { 0: guild?.id ?? '0' }),
      ...(user.installed && allowed.includes(1) && { 1: user.id }),
    };
  }

  function where({ user, channel = world.direct(user) }: Where, owners: Record<string, string>): Json {
    const { guild } = channel;
    const member = guild?.members.get(user.id);
    if (guild && !member) never(`way into ${guild.name} for ${user.username}`);
    const permissions = guild ? `${world.permissionsOf(guild, user)}` : '0';
    return {
      ...{
        application_id: app.id,
        version: 1,
        locale: user.locale,
        entitlements: [],
        attachment_size_limit: 10_485_760,
      },
      ...{ app_permissions: '2251799813685247', authorizing_integration_owners: owners, context: contextOf(channel) },
      ...{ channel: channelShape(channel), channel_id: channel.id },
      ...(guild && {
        ...{ guild_id: guild.id, guild_locale: 'en-US', guild: { id: guild.id, locale: 'en-US', features: [] } },
        member: member && { ...memberShape(member), permissions },
      }),
      ...(!guild && { user: userShape(user) }),
    };
  }

  function deliver(
    kind: number,
    { user, channel = world.direct(user) }: Where,
    payload: Json,
    source: Message | null,
  ): Promise<Seen> {
    const about = { kind, channel, user, source, late: delivery.late };
    const { interaction, settled } = interactions.begin({ ...about, payload: { ...payload, type: kind } });
    gateway.dispatch('INTERACTION_CREATE', interaction.payload, channel.guild);
    if (interaction.at < world.now() - 3000) setTimeout(() => interactions.fail(interaction), 500);
    return Promise.race([settled, silence(user)]);
  }

  /** It was put off, and nothing ever came of it. */
  const silence = (user: User): Promise<never> =>
    new Promise((_, reject) => {
      setTimeout(() => reject(new Error(`${user.username} still reads “thinking …”`)), longestThought).unref();
    });

  /** The command as Discord would show it to that person there. */
  function offered(line: string, { user, channel = world.direct(user) }: Where) {
    const [name = '', part] = line.split(' ');
    const command = rest.commandOf(name, channel.guild) ?? never(`command /${name}`);
    const { contexts, integration_types = [0], default_member_permissions: needed } = command;
    const owners = ownersOf(channel, user, integration_types);
    if (Object.keys(owners).length === 0) never(`/${name} to ${user.username} here`);
    if (contexts && !contexts.includes(contextOf(channel))) never(`/${name} in such a place`);
    const lacks =
      needed && channel.guild && (world.permissionsOf(channel.guild, user) & BigInt(needed)) !== BigInt(needed);
    if (lacks && '0' in owners) never(`/${name} to ${user.username}, who lacks permissions`);
    const sub = part ? (command.options?.find((one) => one.name === part) ?? never(`/${line}`)) : null;
    if (!sub && command.options?.some(({ type }) => type === types.sub)) never(`/${line} without a part`);
    return { command, sub, owners, options: (sub ?? command).options ?? [] };
  }

  function filled(options: readonly Option[], typed: Typed, focused?: string) {
    for (const name of Object.keys(typed)) if (!options.some((one) => one.name === name)) never(`option ${name}`);
    return options.flatMap((option) => {
      const { name, type } = option;
      const value = typed[name];
      if (value === undefined) return option.required && focused === undefined ? never(`way around ${name}`) : [];
      if (focused === undefined) checkValue(option, value);
      return { name, type, value, ...(name === focused && { focused: true }) };
    });
  }

  function resolved(options: readonly { type: number; value: unknown }[], guild: Guild | null): Json {
    const of = (type: number) => options.filter((one) => one.type === type).map(({ value }) => `${value}`);
    const channels = of(types.channel).map((id) => [
      id,
      { ...channelShape(world.channels.get(id) ?? never('channel')), permissions: '0' },
    ]);
    const roles = of(types.role).map((id) => {
      const role = guild?.roles.find((one) => one.id === id) ?? never('role');
      return [id, roleShape(role)];
    });
    return { channels: Object.fromEntries(channels), roles: Object.fromEntries(roles) };
  }

  function dataOf(
    command: Command,
    sub: Option | null,
    options: { type: number; value: unknown }[],
    { channel }: Where,
  ): Json {
    const { id, name } = command;
    const all = sub ? [{ name: sub.name, type: types.sub, options }] : options;
    return { id, name, type: 1, options: all, resolved: resolved(options, channel?.guild ?? null) };
  }

  /** `tip` or `poll create`, with its options. */
  function use(line: string, typed: Typed, at: Where): Promise<Seen> {
    const { command, sub, owners, options } = offered(line, at);
    const data = dataOf(command, sub, filled(options, typed), at);
    return deliver(kinds.command, at, { ...where(at, owners), data }, null);
  }

  /** What the person is shown while he types `typed[option]`. */
  function complete(line: string, option: string, typed: Typed, at: Where): Promise<Seen> {
    const { command, sub, owners, options } = offered(line, at);
    if (!options.find(({ name }) => name === option)?.autocomplete) never(`completion of ${option}`);
    const data = dataOf(command, sub, filled(options, typed, option), at);
    return deliver(kinds.complete, at, { ...where(at, owners), data }, null);
  }

  function shownTo(message: Message, user: User, custom_id: string): Component {
    if (!world.messages.has(message.id) || (message.only && message.only !== user)) never('such message');
    const all = message.components.flatMap((row) => row.components ?? []);
    const found = all.find((one) => one.custom_id === custom_id) ?? never(`button ${custom_id}`);
    return found.disabled ? never(`use of ${custom_id}, which is off`) : found;
  }

  function component(message: Message, user: User, data: Json): Promise<Seen> {
    const at = { user, channel: message.channel };
    const owners = ownersOf(message.channel, user, [0, 1]);
    return deliver(
      kinds.component,
      at,
      { ...where(at, owners), message: messageShape(message, app.id), data },
      message,
    );
  }

  function press(message: Message, custom_id: string, user: User): Promise<Seen> {
    const { type } = shownTo(message, user, custom_id);
    return component(message, user, { component_type: type, custom_id });
  }

  /** In a menu, by its custom id. */
  function choose(message: Message, custom_id: string, value: string, user: User): Promise<Seen> {
    const { type, options = [] } = shownTo(message, user, custom_id);
    if (!options.some((one) => one.value === value)) never(`choice ${value}`);
    return component(message, user, { component_type: type, custom_id, values: [value] });
  }

  function field({ component: one }: Form['components'][number], typed: Typed) {
    const { type, custom_id = '', required = true, max_length = 4000 } = one;
    const value = typed[custom_id];
    if (value === undefined && required && type !== 23) never(`way around ${custom_id}`);
    if (type === 4 && `${value ?? ''}`.length > max_length) never(`room in ${custom_id}`);
    if (type === 3 && value !== undefined && !one.options?.some((option) => option.value === value))
      never(`choice ${value}`);
    const values = value === undefined ? [] : [`${value}`];
    const said = selects.includes(type) ? { values } : { value: type === 23 ? value === true : `${value ?? ''}` };
    return { type: 18, id: 1, component: { type, id: 2, custom_id, ...said } };
  }

  /** The form that a person saw, filled in. */
  function submit(seen: Seen, typed: Typed): Promise<Seen> {
    const before = interactions.find(seen.id);
    if (!before || !seen.form) return never('form');
    const { custom_id, components } = seen.form;
    const at = { user: before.user, channel: before.channel };
    const owners = before.payload.authorizing_integration_owners as Record<string, string>;
    const data = { custom_id, components: components.map((one) => field(one, typed)), resolved: {} };
    return deliver(kinds.modal, at, { ...where(at, owners), data }, null);
  }

  return {
    ...{ use, complete, press, choose, submit, delivery },
    /** The same again, as after a lost acknowledgement. */
    redeliver(seen: Seen): void {
      const one = interactions.find(seen.id) ?? never('such interaction');
      gateway.dispatch('INTERACTION_CREATE', one.payload, one.channel.guild);
    },
    group: (...people: User[]): Channel => world.addChannel({ type: channelType.group, name: '', people }),
  };
}
