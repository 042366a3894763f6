// The commands as Discord registers them, in every language; sent only when they differ from what it has.
import { isDeepStrictEqual } from 'node:util';
import {
  ApplicationCommandOptionType,
  ApplicationIntegrationType,
  ChannelType,
  InteractionContextType,
  PermissionFlagsBits,
  type REST,
  Routes,
} from 'discord.js';
import type { Arg, Args, Command, Kind } from '../command.js';
import { languages } from '../words/index.js';
import { label } from './escape.js';

/** How Discord calls our languages; English is everybody's else. */
const locales: Readonly<Record<string, readonly string[]>> = { de: ['de'], es: ['es-ES', 'es-419'] };

/** What all languages say of something; English falls back on the word itself. */
function said(key: string, otherwise: string) {
  const english = label(languages.en?.about[key] ?? otherwise, 100);
  const localized = Object.entries(locales).flatMap(([language, names]) =>
    names.map((name) => [name, label(languages[language]?.about[key] ?? english, 100)]),
  );
  return { english, localized: Object.fromEntries(localized) as Record<string, string> };
}

function described(key: string) {
  const { english, localized } = said(key, key);
  return { description: english, description_localizations: localized };
}

/** A choice is called what the words call `<argument>.<choice>`, where they do. */
function choiceOf(key: string, value: string) {
  const { english, localized } = said(`${key}.${value}`, value);
  return { name: english, name_localizations: localized, value };
}

const types: Readonly<Partial<Record<Kind, ApplicationCommandOptionType>>> = {
  whole: ApplicationCommandOptionType.Integer,
  flag: ApplicationCommandOptionType.Boolean,
  role: ApplicationCommandOptionType.Role,
  channel: ApplicationCommandOptionType.Channel,
};

/** Where a bot can write. */
export const writable = [
  ChannelType.GuildText,
  ChannelType.GuildAnnouncement,
  ChannelType.AnnouncementThread,
  ChannelType.PublicThread,
  ChannelType.PrivateThread,
] as const;

function limitsOf(key: string, { kind, least = 0, most = Number.MAX_SAFE_INTEGER, ...arg }: Arg) {
  if (kind === 'whole') return { min_value: least, max_value: most };
  if (kind === 'choice') return { choices: arg.choices?.slice(0, 25).map((choice) => choiceOf(key, choice)) };
  if (kind === 'channel') return { channel_types: writable };
  if (kind in types) return {};
  if (kind === 'stream' || arg.complete) return { autocomplete: true };
  return { max_length: kind === 'text' ? (arg.longest ?? 280) : 200 };
}

const optionOf = (key: string, name: string, arg: Arg) => ({
  type: types[arg.kind] ?? ApplicationCommandOptionType.String,
  name,
  ...described(key),
  required: !arg.optional,
  ...limitsOf(key, arg),
});

/** Discord wants what is required first. */
const optionsOf = (key: string, args: Args) =>
  Object.entries(args)
    .sort(([, a], [, b]) => Number(a.optional ?? false) - Number(b.optional ?? false))
    .map(([name, arg]) => optionOf(`${key}.${name}`, name, arg));

const contexts = {
  anyone: [InteractionContextType.Guild, InteractionContextType.BotDM, InteractionContextType.PrivateChannel],
  crew: [InteractionContextType.Guild, InteractionContextType.BotDM],
  moderator: [InteractionContextType.Guild],
} as const;

function bodyOf({ name, who, parts }: Command) {
  const all = parts[''];
  const options = all
    ? optionsOf(name, all.args)
    : Object.entries(parts).map(([part, { args }]) => ({
        type: ApplicationCommandOptionType.Subcommand,
        name: part,
        ...described(`${name}.${part}`),
        options: optionsOf(`${name}.${part}`, args),
      }));
  const { GuildInstall, UserInstall } = ApplicationIntegrationType;
  return {
    name,
    ...described(name),
    options,
    // A server's own settings can give it to others; the desk still asks who may.
    default_member_permissions: who === 'anyone' ? null : `${PermissionFlagsBits.ManageGuild}`,
    contexts: contexts[who],
    // What a person brings along into servers without the bot is not for moderating them.
    integration_types: who === 'moderator' ? [GuildInstall] : [GuildInstall, UserInstall],
  };
}

const chores = new Set(['id', 'application_id', 'guild_id', 'version', 'type', 'nsfw', 'dm_permission']);

/** Without what Discord adds, or leaves out because it says nothing. */
function essence(value: unknown, top = true): unknown {
  if (Array.isArray(value)) return value.map((one) => essence(one, top && typeof one === 'object'));
  if (typeof value !== 'object' || value === null) return value;
  const told = Object.entries(value).filter(([key, one]) => {
    const empty = one === null || one === false || (typeof one === 'object' && Object.keys(one).length === 0);
    return !empty && !(top && chores.has(key)) && !key.endsWith('_localized');
  });
  return Object.fromEntries(told.map(([key, one]) => [key, essence(one, false)]));
}

const byName = (bodies: readonly { name: string }[]): unknown =>
  essence([...bodies].sort((a, b) => (a.name < b.name ? -1 : 1)));

/** Registers in one server for development, or everywhere. Resolves to whether anything was sent. */
export async function registerCommands(
  rest: REST,
  application: string,
  commands: readonly Command[],
  guild: string | null,
): Promise<boolean> {
  const bodies = commands.filter(({ name }) => name in (languages.en?.about ?? {})).map(bodyOf);
  const route = guild ? Routes.applicationGuildCommands(application, guild) : Routes.applicationCommands(application);
  const there = await rest.get(route, { query: new URLSearchParams({ with_localizations: 'true' }) });
  if (isDeepStrictEqual(byName(there as { name: string }[]), byName(bodies))) return false;
  await rest.put(route, { body: bodies });
  return true;
}
