// Discord's interactions in the words of the desk: who, where, and what is asked.
import {
  ApplicationIntegrationType,
  type AutocompleteInteraction,
  type ButtonInteraction,
  type ChatInputCommandInteraction,
  MessageFlags,
  type ModalSubmitInteraction,
  PermissionFlagsBits,
  type StringSelectMenuInteraction,
} from 'discord.js';
import type { Community, Completion, Person, Place } from '../command.js';
import type { Desk, Use } from '../desk.js';
import { wordsFor } from '../words/index.js';
import type { Answering } from './answers.js';
import { label } from './escape.js';

export type Pressed = ButtonInteraction | StringSelectMenuInteraction;
export type Told = ChatInputCommandInteraction | Pressed | ModalSubmitInteraction;

function memberOf({
  member,
}: Told | AutocompleteInteraction): Pick<Person, 'joined' | 'roles'> & { nick: string | null } {
  if (!member) return { joined: null, roles: [], nick: null };
  if ('displayName' in member)
    return { joined: member.joinedTimestamp, roles: [...member.roles.cache.keys()], nick: member.displayName };
  const joined = Date.parse(member.joined_at ?? '');
  return { joined: Number.isFinite(joined) ? joined : null, roles: member.roles, nick: member.nick ?? null };
}

export function personOf(told: Told | AutocompleteInteraction): Person {
  const { user, guild, memberPermissions, locale } = told;
  const { joined, roles, nick } = memberOf(told);
  return {
    platform: 'discord',
    user: user.id,
    name: nick ?? user.displayName,
    locale,
    born: user.createdTimestamp,
    joined,
    roles,
    moderator: memberPermissions?.has(PermissionFlagsBits.ManageGuild) ?? false,
    ...(guild?.ownerId === user.id && { owner: true }),
  };
}

/** Discord does not say what a server is called that the bot is not in. */
export const communityOf = ({ guildId, guild, locale }: Told | AutocompleteInteraction): Community | null =>
  guildId === null ? null : { platform: 'discord', id: guildId, title: guild?.name ?? wordsFor(locale).thisServer };

export const placeOf = ({ channelId, user }: Told): Place => ({ platform: 'discord', chat: channelId ?? user.id });

export const answeringOf = ({ id, applicationId, token }: Told | AutocompleteInteraction): Answering => ({
  id,
  application: applicationId,
  token,
});

/** The bot itself is in that server: else it can speak there to the person who brought it along, and no further. */
export const isMember = ({ guildId, authorizingIntegrationOwners: owners }: Told): boolean =>
  guildId !== null && owners[ApplicationIntegrationType.GuildInstall] === guildId;

/** Of the command that was typed, without what belongs to the subcommand. */
export function useOf(interaction: ChatInputCommandInteraction): Use {
  const given: Record<string, string> = {};
  const part = interaction.options.getSubcommand(false) ?? '';
  const { data } = interaction.options;
  for (const { name, value } of part ? (data[0]?.options ?? []) : data) given[name] = `${value}`;
  return { command: interaction.commandName, part, given };
}

export const pressOf = (pressed: Pressed): string =>
  pressed.isButton() ? pressed.customId : (pressed.values[0] ?? '');

/** Nobody but the person sees the message whose button it is. */
export const isHidden = ({ message }: Pressed): boolean => message.flags.has(MessageFlags.Ephemeral);

/** What fits what was typed, by the argument's own rule; shows for all others. */
export async function completionsOf(interaction: AutocompleteInteraction, desk: Desk): Promise<Completion[]> {
  const { name, value } = interaction.options.getFocused(true);
  const use = { command: interaction.commandName, part: interaction.options.getSubcommand(false) ?? '' };
  const by = { person: personOf(interaction), community: communityOf(interaction) };
  const found = await desk.completions(use, name, `${value}`, by);
  return found
    .filter((one) => one.value.length > 0 && one.value.length <= 100)
    .slice(0, 25)
    .map((one) => ({ name: label(one.name, 100), value: one.value }));
}
