// The Discord bot’s commands and answers: real discord.js against a stand-in that refuses what Discord refuses.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Address } from '../../src/bots/discord/mouth.js';
import { wordsFor } from '../../src/bots/words/index.js';
import { openBots } from '../support/discord/bot.js';
import { type DiscordStandIn, startDiscordStandIn } from '../support/discord/index.js';
import { buttonsOf, commands, mouthFor, png, said, sceneOn } from '../support/discord/made-up.js';

const hidden = 64;

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
const puts = (): number => discord.asked.filter(({ method }) => method === 'put').length;

describe('commands', () => {
  it('are registered everywhere with typed options and every language, and again only when they changed', async () => {
    const before = puts();
    const again = await bots.start(commands);
    expect(puts()).toBe(before);
    await again.stop();
    const fewer = await bots.start(commands.slice(0, 3));
    expect(puts()).toBe(before + 1);
    await fewer.stop();
    await (await bots.start(commands)).stop();
    expect(puts()).toBe(before + 2);

    const announce = discord.commandsOf().find(({ name }) => name === 'announce');
    expect(announce).toMatchObject({ default_member_permissions: '32', contexts: [0], integration_types: [0] });
    expect(announce?.description_localizations?.de).not.toBe(announce?.description);
    const here = announce?.options?.find(({ name }) => name === 'here');
    expect(here?.options?.map(({ name, type, required }) => [name, type, required])).toEqual([
      ['stream', 3, true],
      ['channel', 7, true],
      ...[
        ['role', 8],
        ['quiet', 5],
        ['every', 3],
        ['times', 4],
        ['style', 3],
      ].map((one) => [...one, false]),
    ]);
    const [, , , , , times, style] = here?.options ?? [];
    expect(times).toMatchObject({ min_value: 2, max_value: 9 });
    expect(style?.choices?.map(({ value }) => value)).toEqual(['short', 'long']);
    const tip = discord.commandsOf().find(({ name }) => name === 'tip');
    expect(tip).toMatchObject({ default_member_permissions: null, contexts: [0, 1, 2], integration_types: [0, 1] });
    expect(tip?.options?.map(({ name }) => name)).toEqual(['amount', 'stream', 'message']);
  });

  it('are registered for one server in development, and the bot says so when it is not in that server', async () => {
    const { guild } = scene();
    const dev = await bots.start(commands, { guild: guild.id });
    expect(discord.commandsOf(guild).map(({ name }) => name)).toEqual(commands.map(({ name }) => name));
    await dev.stop();
    const foreign = discord.addGuild({ bot: false });
    await expect(bots.start(commands, { guild: foreign.id })).rejects.toThrow(/not in the Discord server .* invite it/);
  });

  it('reach the desk with everything that was chosen, in a subcommand', async () => {
    const { guild, channel, mod, ann } = scene();
    const role = discord.addRole(guild);
    const chosen = {
      stream: 'x',
      channel: channel.id,
      role: role.id,
      quiet: true,
      every: '5m',
      times: 3,
      style: 'long',
    };
    said.reply = { text: 'Done.' };
    const seen = await discord.use('announce here', chosen, { user: mod, channel });
    expect(seen).toMatchObject({ hidden: true, message: { content: 'Done.' } });
    expect(said.given).toEqual([{ ...chosen, every: 300_000 }]);
    expect(said.by).toMatchObject({ user: mod.id, name: 'The Mod', moderator: true, locale: 'en-GB' });
    expect(said.by?.roles).toContain(guild.roles[1]?.id);
    expect(Date.now() - (said.by?.joined ?? 0)).toBeGreaterThan(29 * 86_400_000);
    expect(Date.now() - (said.by?.born ?? 0)).toBeGreaterThan(399 * 86_400_000);
    expect(() => discord.use('announce off', {}, { user: ann, channel })).toThrow('lacks permissions');
    expect(() => discord.use('nonsense', {}, { user: ann, channel })).toThrow('no command');
  });

  it('know whose server it is', async () => {
    const owner = discord.addUser();
    const channel = discord.addChannel(discord.addGuild({ owner }));
    await discord.use('announce off', {}, { user: owner, channel });
    expect(said.by).toMatchObject({ owner: true, moderator: true });
    const { mod, channel: other } = scene();
    await discord.use('announce off', {}, { user: mod, channel: other });
    expect(said.by).not.toHaveProperty('owner');
  });

  it('complete shows, and what an argument completes by its own rule', async () => {
    const { channel, mod } = scene();
    const shows = await discord.complete('tip', 'stream', { stream: 'la' }, { user: mod, channel });
    expect(shows.choices?.map(({ value }) => value)).toEqual(['main', 'late']);
    const own = await discord.complete('announce here', 'stream', { stream: 'ab' }, { user: mod, channel });
    expect(own.choices).toEqual([{ name: 'ab in Jazz cellar', value: 'x' }]);
  });

  it('refuse in the person’s own language', async () => {
    const { guild, channel } = scene();
    const eva = discord.addUser({ locale: 'de' });
    discord.join(guild, eva);
    const seen = await discord.use('tip', { amount: '1,5' }, { user: eva, channel });
    expect(seen.message?.content).toMatch(/^Ein Komma/);
  });
});

describe('answers', () => {
  it('are put off at once and then filled in: for all, or for the person alone', async () => {
    const { channel, ann } = scene();
    said.reply = { text: 'On air', facts: [['Late show', '3 viewers']] };
    const open = await discord.use('streams', {}, { user: ann, channel });
    expect(open).toMatchObject({ deferred: true, hidden: false, message: { content: 'On air' } });
    expect(open.message?.embeds[0]?.fields).toEqual([{ name: 'Late show', value: '3 viewers', inline: true }]);
    expect(discord.messages(channel)).toEqual([open.message]);
    const own = await discord.use('balance', {}, { user: ann, channel });
    expect(own).toMatchObject({ deferred: true, hidden: true });
    expect(own.message?.flags).toBe(hidden);
    expect(discord.messages(channel)).toHaveLength(1);
  });

  it('show a person’s text to the letter, and ring nobody', async () => {
    const { guild, channel, ann } = scene();
    const role = discord.addRole(guild);
    const text = `**bold** _i_ [x](https://evil.example) <@${ann.id}> <@&${role.id}> @everyone\n# big\n- list\n1. one\n1.5 -1 #1`;
    said.reply = { text, facts: [['`name`', '||spoiler||']] };
    const { message } = await discord.use('streams', {}, { user: ann, channel });
    expect(message?.content).toBe(
      `\\*\\*bold\\*\\* \\_i\\_ \\[x\\](https\\://evil.example) \\<\\@${ann.id}\\> \\<\\@&${role.id}\\> \\@everyone\n` +
        '\\# big\n\\- list\n1\\. one\n1.5 -1 #1',
    );
    expect(message?.embeds[0]?.fields?.[0]).toMatchObject({ name: '\\`name\\`', value: '\\|\\|spoiler\\|\\|' });
    expect(message?.pings).toEqual([]);
  });

  it('name channels and roles in their facts as Discord does, and ring nobody by it', async () => {
    const { guild, channel, ann } = scene();
    const value = `<#${channel.id}> · <@&${discord.addRole(guild).id}> · <@${ann.id}> *x*`;
    said.reply = { text: 'Here', facts: [['Where', value]] };
    const { message } = await discord.use('streams', {}, { user: ann, channel });
    const shown = value.replace(`<@${ann.id}> *x*`, `\\<\\@${ann.id}\\> \\*x\\*`);
    expect(message?.embeds[0]?.fields?.[0]?.value).toBe(shown);
    expect(message?.pings).toEqual([]);
  });

  it('fit into what Discord takes, however long they are', async () => {
    const { channel, ann } = scene();
    said.reply = {
      text: '*😀'.repeat(2000),
      facts: Array.from({ length: 40 }, (_, n) => [`${n}`.repeat(300), '_'.repeat(900)] as const),
      buttons: Array.from({ length: 7 }, (_, n) => [{ label: 'y'.repeat(90), press: `do:streams ${n}` }]),
      choices: {
        prompt: 'p'.repeat(200),
        options: Array.from({ length: 30 }, (_, n) => ({ label: `${n}`, press: `do:x ${n}` })),
      },
    };
    const { message } = await discord.use('streams', {}, { user: ann, channel });
    expect(message?.content).toMatch(/^(\\\*😀)+(\\\*)?…$/u);
    expect(message?.components).toHaveLength(5);
  });

  it('write out links that Discord opens no button for', async () => {
    const { channel, ann } = scene();
    const url = 'http://localhost:3000/watch/main';
    said.reply = {
      text: 'Here',
      buttons: [
        [
          { label: 'Watch', url },
          { label: 'Site', url: 'https://show.example' },
        ],
      ],
    };
    const { message } = await discord.use('streams', {}, { user: ann, channel });
    expect(message?.content).toBe(`Here\nWatch: <${url}>`);
    expect(buttonsOf(message).map(({ label }) => label)).toEqual(['Site']);
  });

  it('carry a picture, and ring only the role that is meant', async () => {
    const { guild, channel, ann } = scene();
    const role = discord.addRole(guild);
    const picture = { file: 'live.png', bytes: png, type: 'image/png' as const };
    said.reply = { text: 'On air, @everyone', picture, ping: role.id };
    const { message } = await discord.use('streams', {}, { user: ann, channel });
    expect(message?.attachments).toMatchObject([{ filename: 'live.png', content_type: 'image/png', bytes: png }]);
    expect(message?.embeds[0]?.image?.url).toContain('live.png');
    expect(message?.pings).toEqual([`role:${role.id}`]);
  });

  it('go out once for a use that is delivered again', async () => {
    const { channel, ann } = scene();
    said.reply = { text: 'Once' };
    const seen = await discord.use('tip', { amount: '1' }, { user: ann, channel });
    for (let i = 0; i < 2; i++) discord.redeliver(seen);
    await discord.until(() => discord.asked.filter(({ status }) => status === 400).length >= 2);
    await discord.use('balance', {}, { user: ann, channel });
    expect(said.given).toHaveLength(2);
    expect(seen.followUps).toEqual([]);
  });

  it('go to the person directly when they come too late', async () => {
    const { channel, ann } = scene();
    said.reply = { text: 'Late, but paid' };
    discord.slow();
    const seen = await discord.use('tip', { amount: '1' }, { user: ann, channel });
    expect(seen.failed).toBe(true);
    const direct = await discord.until(() => discord.messages(discord.direct(ann))[0]);
    expect(direct.content).toBe('Late, but paid');
    expect(discord.messages(channel)).toEqual([]);
  });

  it('are given up when the person takes no direct messages, and the bot goes on', async () => {
    const { guild, channel, ann } = scene();
    const shy = discord.addUser({ closed: true });
    discord.join(guild, shy);
    discord.slow();
    said.reply = { text: 'Hello' };
    const before = discord.asked.length;
    await discord.use('balance', {}, { user: shy, channel });
    await discord.until(() => discord.asked.slice(before).some(({ status }) => status === 403));
    discord.slow(false);
    expect((await discord.use('balance', {}, { user: ann, channel })).message?.content).toBe('Hello');
  });

  it('to somebody who is too quick are for him alone, even where others would see the answer', async () => {
    const { channel, ann } = scene();
    said.reply = { text: 'On air' };
    const all = await Promise.all(Array.from({ length: 7 }, () => discord.use('streams', {}, { user: ann, channel })));
    const slowed = all.filter(({ message }) => message?.only === ann);
    expect(slowed.map(({ message }) => message?.content)).toEqual([expect.stringContaining('One moment')]);
    await discord.until(() => discord.messages(channel).length === 6);
  });

  it('that refuse are for the person alone, also where others would see the answer', async () => {
    const { channel, ann, mod } = scene();
    said.reply = { text: 'Open' };
    const refused = [
      await discord.use('poll create', {}, { user: mod, channel }),
      await discord.use('leaderboard', { amount: '1,5' }, { user: ann, channel }),
    ];
    expect(refused.map(({ message }) => [message?.only, message?.content])).toEqual([
      [mod, wordsFor('en').crewOnly],
      [ann, expect.stringMatching(/^A comma/)],
    ]);
    expect(discord.messages(channel)).toEqual([]);
    expect(said.given).toEqual([]);
    const open = await discord.use('leaderboard', { amount: '1' }, { user: ann, channel });
    expect(open).toMatchObject({ hidden: false, message: { content: 'Open' } });
  });

  it('that refuse arrive once the connection is back, though what waited for them is gone by then', async () => {
    const { channel, ann } = scene();
    void discord.refuse({ method: 'post', path: /^\/webhooks\//, times: 4, with: 'reset' });
    const { message } = await discord.use('leaderboard', { amount: '1,5' }, { user: ann, channel });
    expect(message?.only).toBe(ann);
    expect(discord.messages(discord.direct(ann))).toEqual([]);
  });

  it('can be changed later where all see them, and the bot is there', async () => {
    const { channel, ann } = scene();
    said.reply = { text: 'Now' };
    async function sayAgain(command: string, change: Partial<Address>) {
      const seen = await discord.use(command, {}, { user: ann, channel });
      const { say, to } = mouthFor(discord, seen, { waits: 'shown', member: true, ...change });
      return { message: seen.message, lasting: await say(to, { text: 'Again' }, false) };
    }
    const open = await sayAgain('streams', {});
    expect(open.lasting).toEqual({ place: { platform: 'discord', chat: channel.id }, message: open.message?.id });
    if (open.lasting) await bot.poster.edit(open.lasting, { text: 'Later' });
    expect(open.message?.content).toBe('Later');
    expect((await sayAgain('balance', { waits: 'hidden' })).lasting).toBeNull();
    expect((await sayAgain('streams', { member: false })).lasting).toBeNull();
  });

  it('wait when Discord says that it is too much', async () => {
    const { channel, ann } = scene();
    said.reply = { text: 'Patience' };
    const limited = { path: /^\/webhooks\//, with: { retryAfter: 0.2, global: false } };
    void discord.refuse(limited);
    const seen = await discord.use('balance', {}, { user: ann, channel });
    expect(seen.message?.content).toBe('Patience');
    expect(discord.asked.filter(({ status }) => status === 429)).toHaveLength(1);
  });
});
