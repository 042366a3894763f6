// Where the Discord bot is and speaks: servers with and without it, threads, private chats, its posts, and its connection.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Gone } from '../../src/bots/poster.js';
import { openBots } from '../support/discord/bot.js';
import { type DiscordStandIn, startDiscordStandIn } from '../support/discord/index.js';
import { commands, png, said, sceneOn } from '../support/discord/made-up.js';

let discord: DiscordStandIn;
let bots: Awaited<ReturnType<typeof openBots>>;
let bot: Awaited<ReturnType<typeof bots.start>>;
beforeAll(async () => {
  discord = await startDiscordStandIn();
  bots = await openBots(discord);
  bot = await bots.start(commands);
});
afterEach(() => {
  discord.mend();
  discord.slow(false);
  said.given.length = 0;
  expect(discord.violations?.splice(0) ?? []).toEqual([]);
});
afterAll(async () => {
  await bots.stop();
  await discord.stop();
});

const scene = () => sceneOn(discord);

describe('places', () => {
  it('are chats with the bot, threads, and private channels of people who brought it along', async () => {
    const { channel, ann, mod } = scene();
    said.reply = { text: 'Here' };
    const inThread = discord.addThread(channel);
    expect((await discord.use('streams', {}, { user: ann, channel: inThread })).message?.channel).toBe(inThread);
    expect((await discord.use('streams', {}, { user: ann })).message?.channel).toBe(discord.direct(ann));
    ann.installed = true;
    const group = discord.addGroup(ann, mod);
    expect((await discord.use('streams', {}, { user: ann, channel: group })).message?.channel).toBe(group);
    expect(() => discord.use('streams', {}, { user: mod, channel: group })).toThrow('here');
    const place = { platform: 'discord' as const, chat: group.id };
    await expect(bot.poster.post(place, said.reply)).rejects.toThrow(Gone);
  });

  it('are servers without the bot, where it answers its own people and posts nothing', async () => {
    const guild = discord.addGuild({ name: 'Elsewhere', bot: false });
    const channel = discord.addChannel(guild);
    const ann = discord.addUser({ installed: true });
    discord.join(guild, ann);
    said.reply = { text: 'Here' };
    expect((await discord.use('streams', {}, { user: ann, channel })).message?.content).toBe('Here');
    expect(said.in?.title).toBe('this server');
    expect(() => discord.use('announce off', {}, { user: ann, channel })).toThrow('here');
    await expect(bot.poster.post({ platform: 'discord', chat: channel.id }, said.reply)).rejects.toThrow(Gone);
  });
});

describe('posts', () => {
  const picture = { file: 'live.png', bytes: png, type: 'image/png' as const };

  it('are made and changed in channels and threads, and cost nothing where nothing changes', async () => {
    const { guild, channel } = scene();
    const role = discord.addRole(guild);
    for (const one of [channel, discord.addThread(channel)]) {
      const place = { platform: 'discord' as const, chat: one.id };
      const made = await bot.poster.post(place, { text: 'On air', picture, ping: role.id });
      const [message] = discord.messages(one);
      expect(message).toMatchObject({ content: `<@&${role.id}> On air`, pings: [`role:${role.id}`] });
      const over = { text: 'Over', facts: [['Watched by', '30']] } as const;
      await bot.poster.edit(made, over);
      expect(message).toMatchObject({ content: 'Over', attachments: [] });
      const before = discord.asked.length;
      await bot.poster.edit(made, over);
      expect(discord.asked).toHaveLength(before);
    }
  });

  it('wait their turn in the limits of a channel, in order', async () => {
    const { channel } = scene();
    const place = { platform: 'discord' as const, chat: channel.id };
    const made = await bot.poster.post(place, { text: '0' });
    const texts = Array.from({ length: 7 }, (_, n) => `${n + 1}`);
    const edits = texts.map((text) => bot.poster.edit(made, { text }));
    const last = bot.poster.post(place, { text: 'after' });
    await Promise.all([...edits, last]);
    const mine = discord.asked.filter(({ path, status }) => path.includes(channel.id) && status === 200);
    expect(mine.map(({ body }) => body?.content)).toEqual(['0', ...texts, 'after']);
  });

  it('are posted once, though connections break and answers get lost', async () => {
    const { channel } = scene();
    const place = { platform: 'discord' as const, chat: channel.id };
    void discord.refuse({ path: /messages$/, with: 'reset' });
    await bot.poster.post(place, { text: 'One' });
    void discord.refuse({ path: /messages$/, with: 'lost' });
    await bot.poster.post(place, { text: 'Two' });
    expect(discord.messages(channel).map(({ content }) => content)).toEqual(['One', 'Two']);
  });

  it('are gone where the message, the channel, or the bot’s place in it is no more', async () => {
    const { guild, channel } = scene();
    const place = { platform: 'discord' as const, chat: channel.id };
    const made = await bot.poster.post(place, { text: 'x' });
    const [message] = discord.messages(channel);
    if (message) discord.removeMessage(message);
    await expect(bot.poster.edit(made, { text: 'y' })).rejects.toThrow(Gone);
    channel.silent = true;
    await expect(bot.poster.post(place, { text: 'z' })).rejects.toThrow(Gone);
    channel.hidden = true;
    await expect(bot.poster.post(place, { text: 'z' })).rejects.toThrow(Gone);
    discord.removeChannel(channel);
    await expect(bot.poster.post(place, { text: 'z' })).rejects.toThrow(Gone);
    const other = discord.addChannel(guild);
    void discord.refuse({ path: /messages/, with: { status: 403, code: 40_001 } });
    const refused = bot.poster.post({ platform: 'discord', chat: other.id }, { text: 'z' });
    await expect(refused).rejects.not.toBeInstanceOf(Gone);
  });
});

describe('the connection', () => {
  it('says what to do about a token that Discord refuses', async () => {
    await expect(bots.start(commands, { token: 'another.bot.token' })).rejects.toThrow(/DISCORD_TOKEN. Copy it again/);
  });

  it('is taken up again where it broke, and what was missed is answered once', async () => {
    const { channel, ann } = scene();
    said.reply = { text: 'Not lost' };
    const before = discord.connections.length;
    discord.dropSockets();
    const seen = await discord.use('tip', { amount: '1' }, { user: ann, channel });
    expect(seen.message?.content).toBe('Not lost');
    expect(discord.connections.slice(before)).toEqual(['resume']);
    expect(said.given).toHaveLength(1);
  });

  it('is made anew when Discord asks for it, or has forgotten the session', async () => {
    const { channel, ann } = scene();
    said.reply = { text: 'Here again' };
    const before = discord.connections.length;
    discord.askToReconnect();
    await discord.until(() => discord.connections.length > before);
    expect((await discord.use('balance', {}, { user: ann, channel })).message?.content).toBe('Here again');
    discord.invalidate();
    await discord.until(() => discord.connections.length > before + 1);
    expect(discord.connections.slice(before)).toEqual(['resume', 'identify']);
    expect((await discord.use('balance', {}, { user: ann, channel })).message?.content).toBe('Here again');
  });
});

it('serves many servers over as many connections as Discord advises', async () => {
  const many = await startDiscordStandIn({ shards: 3 });
  const own = await openBots(many);
  const places = Array.from({ length: 6 }, () => many.addChannel(many.addGuild()));
  await own.start(commands);
  said.reply = { text: 'Here' };
  expect(many.shards().sort()).toEqual([0, 1, 2]);
  for (const channel of places) {
    const user = many.addUser();
    if (channel.guild) many.join(channel.guild, user);
    expect((await many.use('streams', {}, { user, channel })).message?.content).toBe('Here');
  }
  await own.stop();
  await many.stop();
});
