// The commands as Discord registers them, in every language; sent only when they differ from what it has.
import {
  ApplicationCommandOptionType,
  ApplicationIntegrationType,
  type Client,
  InteractionContextType,
  PermissionFlagsBits,
  type RESTPostAPIChatInputApplicationCommandsJSONBody,
} from 'discord.js';
import type { Arg, Args, Command } from '../command.js';
import { languages } from '../words/index.js';

/** How Discord calls our languages; English is everybody's else. */
const locales: Readonly<Record<string, readonly string[]>> = { de: ['de'], es: ['es-ES', 'es-419'] };

function said(key: string) {
  const description = languages.en?.about[key] ?? key;
  const localized = Object.entries(locales).flatMap(([language, names]) =>
    names.map((name) => [name, languages[language]?.about[key] ?? description]),
  );
  return { description, description_localizations: Object.fromEntries(localized) };
}

function optionOf(key: string, name: string, arg: Arg) {
  const about = { name, ...said(`${key}.${name}`), required: !arg.optional };
  if (arg.kind === 'whole') {
    const { least = 0, most = Number.MAX_SAFE_INTEGER } = arg;
    return { type: ApplicationCommandOptionType.Integer, ...about, min_value: least, max_value: most };
  }
  const more = arg.kind === 'stream' ? { autocomplete: true } : { max_length: arg.longest ?? 200 };
  return { type: ApplicationCommandOptionType.String, ...about, ...more };
}

/** Discord wants what is required first. */
const optionsOf = (key: string, args: Args) =>
  Object.entries(args)
    .sort(([, a], [, b]) => Number(a.optional ?? false) - Number(b.optional ?? false))
    .map(([name, arg]) => optionOf(key, name, arg));

function bodyOf({ name, who, parts }: Command): RESTPostAPIChatInputApplicationCommandsJSONBody {
  const whole = parts[''];
  const options = whole
    ? optionsOf(name, whole.args)
    : Object.entries(parts).map(([part, { args }]) => ({
        type: ApplicationCommandOptionType.Subcommand,
        name: part,
        ...said(`${name}.${part}`),
        options: optionsOf(`${name}.${part}`, args),
      }));
  const everywhere = [
    InteractionContextType.Guild,
    InteractionContextType.BotDM,
    InteractionContextType.PrivateChannel,
  ];
  return {
    name,
    ...said(name),
    options,
    default_member_permissions: who === 'moderator' ? `${PermissionFlagsBits.ManageGuild}` : null,
    contexts: who === 'moderator' ? [InteractionContextType.Guild] : everywhere,
    integration_types: [ApplicationIntegrationType.GuildInstall, ApplicationIntegrationType.UserInstall],
  } as RESTPostAPIChatInputApplicationCommandsJSONBody;
}

/** Registers in one server for development, or everywhere. Resolves to whether anything was sent. */
export async function registerCommands(
  client: Client<true>,
  commands: readonly Command[],
  guild: string | null,
): Promise<boolean> {
  const bodies = commands.filter(({ name }) => name in (languages.en?.about ?? {})).map(bodyOf);
  const { commands: manager } = client.application;
  const there = await manager.fetch({ ...(guild && { guildId: guild }), withLocalizations: true });
  const same =
    there.size === bodies.length && bodies.every((body) => there.some((one) => one.equals(body as never, true)));
  if (same) return false;
  if (guild) await manager.set(bodies, guild);
  else await manager.set(bodies);
  return true;
}
