// Bare bots in a process of their own, the floor under dTok's: real discord.js and telegraf, and a handler that answers at once.
import { Client, Events, GatewayIntentBits, MessageFlags } from 'discord.js';
import { Telegraf } from 'telegraf';

const [discordApi = '', discordToken = '', apiRoot = '', telegramToken = ''] = process.argv.slice(2);
const text = 'Thank you for your tip.';

async function startDiscord(): Promise<void> {
  // As in dTok: interactions' own tokens count against no limit of the bot.
  const rest = { api: discordApi, globalRequestsPerSecond: Number.POSITIVE_INFINITY };
  const client = new Client({ intents: [GatewayIntentBits.Guilds], rest });
  client.on(Events.InteractionCreate, async (interaction) => {
    if (!interaction.isChatInputCommand()) return;
    await interaction.deferReply({ flags: MessageFlags.Ephemeral });
    await interaction.editReply({ content: text });
  });
  const ready = new Promise((resolve) => client.once(Events.ClientReady, resolve));
  await client.login(discordToken);
  await ready;
  const option = { type: 3, description: 'what is said' };
  const options = [
    { ...option, name: 'amount', required: true },
    { ...option, name: 'message', required: false },
  ];
  await client.application?.commands.set([{ name: 'tip', description: 'says thank you', options }]);
}

async function startTelegram(): Promise<void> {
  const bot = new Telegraf(telegramToken, { telegram: { apiRoot } });
  bot.on('message', (ctx) => ctx.reply(text));
  await new Promise<void>((resolve, reject) => void bot.launch({}, resolve).catch(reject));
}

await Promise.all([startDiscord(), startTelegram()]);
process.on('message', () => process.send?.(process.cpuUsage()));
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
