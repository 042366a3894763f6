// The Discord bot: discord.js at the edge, the desk behind it.
import { setTimeout as pause } from 'node:timers/promises';
import { type Base, Client, DiscordAPIError, Events, GatewayIntentBits, Options } from 'discord.js';
import type { Logger } from '../../log.js';
import type { Acts } from '../acts.js';
import type { Desk } from '../desk.js';
import { createFront } from '../front.js';
import type { Poster } from '../poster.js';
import { TokenRefused } from '../trying.js';
import { createAnswers } from './answers.js';
import { registerCommands } from './commands.js';
import { createEar } from './ear.js';
import { createMouth } from './mouth.js';
import { createPoster } from './poster.js';
import { restOptions } from './rest.js';

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

/** A server that is down must not hold back the others when the bot starts. */
const waitForServersMs = 2000;
/** What is not answered by then, the next run answers. */
const graceMs = 3000;

const fewButOwn = { maxSize: 200, keepOverLimit: ({ id, client }: Base & { id: string }) => id === client.user?.id };

function connect({ api, log }: DiscordNeeds): Client<true> {
  const client = new Client({
    // No privileged one: names of servers are all that is asked for.
    intents: [GatewayIntentBits.Guilds],
    // As many connections as Discord advises for the servers that the bot is in.
    shards: 'auto',
    waitGuildTimeout: waitForServersMs,
    rest: restOptions(api),
    // Everybody who ever used a command would be kept for good.
    makeCache: Options.cacheWithLimits({
      ...Options.DefaultMakeCacheSettings,
      ...{ UserManager: fewButOwn, GuildMemberManager: fewButOwn, MessageManager: 0 },
    }),
  });
  client.on(Events.Error, (error) => log.warn({ err: error }, 'the connection to Discord has trouble'));
  client.on(Events.ShardDisconnect, ({ code }) => log.error({ code }, 'Discord has ended the connection for good'));
  return client as Client<true>;
}

async function login(client: Client, token: string): Promise<void> {
  const ready = new Promise<void>((resolve) => void client.once(Events.ClientReady, () => resolve()));
  await client.login(token).catch(async (error) => {
    await client.destroy();
    if (error?.code !== 'TokenInvalid') throw error;
    throw new TokenRefused(
      'Discord refuses DISCORD_TOKEN. Copy it again from the developer portal, or leave it empty.',
    );
  });
  await ready;
}

async function register({ rest, application }: Client<true>, { desk, guild, log }: DiscordNeeds): Promise<void> {
  try {
    if (await registerCommands(rest, application.id, desk.commands, guild))
      log.info('the commands are registered with Discord');
  } catch (error) {
    if (!guild || !(error instanceof DiscordAPIError) || error.code !== 50001) throw error;
    throw new Error(`The bot is not in the Discord server ${guild} of DISCORD_GUILD: invite it, or leave that empty.`);
  }
}

/** Throws TokenRefused, whose message says what to do, when the token is refused. */
export async function startDiscord(
  needs: DiscordNeeds,
): Promise<{ tag: string; poster: Poster; stop: () => Promise<void> }> {
  const { desk, log } = needs;
  const client = connect(needs);
  const answers = createAnswers(needs.api);
  const front = createFront({ desk, acts: needs.acts, mouth: createMouth({ rest: client.rest, answers }), log });

  const hear = createEar({ desk, answers, front, log });
  client.on(Events.InteractionCreate, (interaction) => {
    hear(interaction).catch((error) => log.error({ err: error, act: interaction.id }, 'an interaction failed'));
  });
  await login(client, needs.token);
  try {
    await register(client, needs);
  } catch (error) {
    await client.destroy();
    throw error;
  }
  const resumed = front
    .resume()
    .catch((error) => log.error({ err: error }, 'what an earlier run left could not be answered'));
  return {
    tag: client.user.tag,
    poster: createPoster(client.rest),
    stop: async () => {
      client.removeAllListeners(Events.InteractionCreate);
      await Promise.race([Promise.all([resumed, front.idle()]), pause(graceMs, undefined, { ref: false })]);
      await client.destroy();
    },
  };
}
