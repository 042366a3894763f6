// The Discord bot: discord.js at the edge, the desk behind it.
import {
  type AutocompleteInteraction,
  type ButtonInteraction,
  type ChatInputCommandInteraction,
  Client,
  DiscordAPIError,
  Events,
  GatewayIntentBits,
  type Interaction,
  MessageFlags,
  PermissionFlagsBits,
  Routes,
} from 'discord.js';
import type { Logger } from '../../log.js';
import type { Acts } from '../acts.js';
import type { Community, Person } from '../command.js';
import type { Desk, Use } from '../desk.js';
import { createFront, type Mouth } from '../front.js';
import { TokenRefused } from '../trying.js';
import { registerCommands } from './commands.js';
import { render } from './render.js';

/** Good for a quarter of an hour. */
interface Address {
  application: string;
  token: string;
}

export interface DiscordNeeds {
  token: string;
  /** Discord's own, or another server that speaks its protocol. */
  api: string;
  /** Commands are registered for this server alone; null: everywhere. */
  guild: string | null;
  desk: Desk;
  acts: Acts;
  log: Logger;
}

type Told = ChatInputCommandInteraction | ButtonInteraction;

function personOf({ user, member, memberPermissions, locale }: Told): Person {
  const joined = member && 'joined_at' in member ? Date.parse(member.joined_at ?? '') : Number.NaN;
  const since = member && 'joinedTimestamp' in member ? member.joinedTimestamp : joined;
  const roles = member && 'roles' in member ? member.roles : [];
  return {
    platform: 'discord',
    user: user.id,
    name: (member && 'displayName' in member ? member.displayName : null) ?? user.displayName,
    locale,
    born: user.createdTimestamp,
    joined: since !== null && Number.isFinite(since) ? since : null,
    roles: Array.isArray(roles) ? roles : [...roles.cache.keys()],
    moderator: memberPermissions?.has(PermissionFlagsBits.ManageGuild) ?? false,
  };
}

const communityOf = ({ guildId, guild }: Told): Community | null =>
  guildId === null ? null : { platform: 'discord', id: guildId, title: guild?.name ?? 'Discord' };

function useOf(interaction: ChatInputCommandInteraction): Use {
  const given: Record<string, string> = {};
  const part = interaction.options.getSubcommand(false) ?? '';
  const [first] = interaction.options.data;
  for (const { name, value } of part ? (first?.options ?? []) : interaction.options.data) given[name] = `${value}`;
  return { command: interaction.commandName, part, given };
}

/** Discord knows nothing of it any more: the interaction was never answered in time, or is a quarter of an hour old. */
const gone = (error: unknown): boolean =>
  error instanceof DiscordAPIError && [10008, 10015, 10062, 50027].includes(Number(error.code));

/** Throws an Error whose message says what to do when the token is refused. */
export async function startDiscord(needs: DiscordNeeds): Promise<{ tag: string; stop: () => Promise<void> }> {
  const { desk, log } = needs;
  const client = new Client({ intents: [GatewayIntentBits.Guilds], rest: { api: needs.api } });

  const mouth: Mouth<Address> = {
    async say({ address, person }, reply) {
      const body = render(reply);
      const { application, token } = address;
      try {
        await client.rest.patch(Routes.webhookMessage(application, token, '@original'), { body, auth: false });
      } catch (error) {
        if (!gone(error)) throw error;
        const direct = (await client.rest.post(Routes.userChannels(), { body: { recipient_id: person.user } })) as {
          id: string;
        };
        await client.rest.post(Routes.channelMessages(direct.id), { body });
      }
      return null;
    },
  };
  const front = createFront({ desk, acts: needs.acts, mouth, log });

  const about = (interaction: Told) => ({
    id: interaction.id,
    person: personOf(interaction),
    community: communityOf(interaction),
    place: { platform: 'discord', chat: interaction.channelId ?? interaction.user.id } as const,
    address: { application: interaction.applicationId, token: interaction.token },
  });
  /** Within the three seconds that Discord gives; what comes later edits it. */
  const defer = (interaction: ChatInputCommandInteraction, secret: boolean) =>
    interaction.deferReply(secret ? { flags: MessageFlags.Ephemeral } : {}).catch(late);
  const late = (error: unknown): void => {
    if (!gone(error) && !(error instanceof DiscordAPIError && error.code === 40060)) throw error;
    log.warn({ err: error }, 'Discord took no answer in time; it goes to the person directly');
  };

  async function complete(interaction: AutocompleteInteraction): Promise<void> {
    await interaction.respond(desk.complete(interaction.options.getFocused())).catch(late);
  }

  async function hear(interaction: Interaction): Promise<void> {
    if (interaction.isAutocomplete()) return complete(interaction);
    if (interaction.isChatInputCommand()) {
      const use = useOf(interaction);
      const deferred = defer(interaction, desk.isSecret(use));
      await Promise.all([deferred, deferred.then(() => front.take({ ...about(interaction), use }))]);
    }
    if (interaction.isButton()) {
      await interaction.deferUpdate().catch(late);
      await front.press({ ...about(interaction), press: interaction.customId });
    }
  }

  client.on(Events.InteractionCreate, (interaction) => {
    hear(interaction).catch((error) => log.error({ err: error, act: interaction.id }, 'an interaction failed'));
  });
  client.on(Events.Error, (error) => log.warn({ err: error }, 'the connection to Discord has trouble'));

  const ready = new Promise<Client<true>>((resolve) => void client.once(Events.ClientReady, resolve));
  await client.login(needs.token).catch(async (error) => {
    await client.destroy();
    if (error?.code !== 'TokenInvalid') throw error;
    throw new TokenRefused(
      'Discord refuses DISCORD_TOKEN. Copy it again from the developer portal, or leave it empty.',
    );
  });
  const there = await ready;
  if (await registerCommands(there, desk.commands, needs.guild)) log.info('the commands are registered with Discord');
  await front.resume();
  return {
    tag: there.user.tag,
    stop: async () => {
      await front.idle();
      await client.destroy();
    },
  };
}
