// The Discord bot: real discord.js against a stand-in that refuses what Discord refuses, with commands made up for each flow.
import { REST } from 'discord.js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Ask, type Command, type Community, type Person, part } from '../../src/bots/command.js';
import { createAnswers } from '../../src/bots/discord/answers.js';
import { type Address, createMouth } from '../../src/bots/discord/mouth.js';
import { Gone } from '../../src/bots/poster.js';
import type { Reply } from '../../src/bots/reply.js';
import { wordsFor } from '../../src/bots/words/index.js';
import { person } from '../support/bots.js';
import { openBots } from '../support/discord/bot.js';
import { type DiscordStandIn, type Message, type Seen, startDiscordStandIn } from '../support/discord/index.js';

const hidden = 64;
const png = Buffer.from('89504e470d0a1a0a', 'hex');

/** What the commands below answer, and what they were given; each test sets its own. */
const said: { reply: Reply; given: unknown[]; by: Person | null; in: Community | null } = {
  ...{ reply: { text: '' }, given: [], by: null, in: null },
};
const answer = async (ask: Ask, given: unknown): Promise<Reply> => {
  said.given.push(given);
  said.by = ask.person;
  said.in = ask.community;
  return said.reply;
};

const commands: readonly Command[] = [
  { name: 'streams', who: 'anyone', parts: { '': part({ secret: false, args: {}, run: answer }) } },
  { name: 'balance', who: 'anyone', parts: { '': part({ secret: true, args: {}, run: answer }) } },
  {
    name: 'tip',
    who: 'anyone',
    parts: {
      '': part({
        secret: true,
        args: {
          stream: { kind: 'stream', optional: true },
          amount: { kind: 'amount' },
          message: { kind: 'text', optional: true, longest: 280 },
        },
        run: async (ask, given) => {
          if (given.amount > 10n ** 19n && !ask.confirmed)
            return {
              text: 'Sure?',
              buttons: [
                [
                  { label: 'Yes', press: `yes:${ask.id}`, style: 'go' },
                  { label: 'No', press: `no:${ask.id}`, style: 'stop' },
                ],
              ],
            };
          return answer(ask, given);
        },
      }),
    },
  },
  {
    name: 'announce',
    who: 'moderator',
    parts: {
      here: part({
        secret: true,
        args: {
          stream: {
            kind: 'text',
            complete: (typed, community) => [{ name: `${typed} in ${community?.title}`, value: 'x' }],
          },
          channel: { kind: 'channel' },
          role: { kind: 'role', optional: true },
          quiet: { kind: 'flag', optional: true },
          every: { kind: 'duration', optional: true },
          times: { kind: 'whole', least: 2, most: 9, optional: true },
          style: { kind: 'choice', choices: ['short', 'long'], optional: true },
        },
        run: answer,
      }),
      off: part({ secret: true, args: {}, run: answer }),
    },
  },
];

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

/** A server with a channel, somebody in it and a moderator. */
function scene() {
  const guild = discord.addGuild();
  const channel = discord.addChannel(guild);
  const ann = discord.addUser({ username: 'ann', global_name: 'Ann' });
  const mod = discord.addUser({ username: 'mod' });
  discord.join(guild, ann);
  discord.join(guild, mod, { nick: 'The Mod', roles: [discord.addRole(guild, { permissions: 1n << 5n })] });
  return { guild, channel, ann, mod };
}

/** A mouth that speaks to what a person has used before. */
function mouthFor({ id }: Seen, change: Partial<Address>) {
  const rest = new REST({ api: discord.url }).setToken(discord.token);
  const { say } = createMouth({ rest, answers: createAnswers(discord.url) });
  const asked = discord.asked.find(({ path }) => path.startsWith(`/interactions/${id}/`));
  const token = asked?.path.split('/')[3] ?? '';
  const address = { id, token, application: discord.app.id, waits: 'hidden', member: false, ...change } as const;
  return { say, to: { address, person: person(), community: null } };
}

const puts = (): number => discord.asked.filter(({ method }) => method === 'put').length;
const buttonsOf = (message: Message | null) => message?.components.flatMap((row) => row.components ?? []) ?? [];

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
    expect(discord.commandsOf(guild).map(({ name }) => name)).toEqual(['streams', 'balance', 'tip', 'announce']);
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

  it('can be changed later where all see them, and the bot is there', async () => {
    const { channel, ann } = scene();
    said.reply = { text: 'Now' };
    async function sayAgain(command: string, change: Partial<Address>) {
      const seen = await discord.use(command, {}, { user: ann, channel });
      const { say, to } = mouthFor(seen, { waits: 'shown', member: true, ...change });
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

describe('buttons, menus and forms', () => {
  async function card(buttons: Reply['buttons'], more: Partial<Reply> = {}) {
    const all = scene();
    said.reply = { text: 'Card', ...(buttons && { buttons }), ...more };
    const { message } = await discord.use('streams', {}, { user: all.ann, channel: all.channel });
    if (!message) throw new Error('no card');
    return { ...all, message };
  }

  it('answer beside what everybody sees, and never in its place', async () => {
    const { ann, channel, message } = await card([[{ label: 'Balance', press: 'do:balance' }]]);
    said.reply = { text: 'Yours', replaces: true };
    const seen = await discord.press(message, 'do:balance', ann);
    expect(seen).toMatchObject({ hidden: true, message: { content: 'Yours' } });
    expect(message.content).toBe('Card');
    expect(discord.messages(channel)).toEqual([message]);
  });

  it('turn the page of what the person alone sees', async () => {
    const { ann, channel } = scene();
    said.reply = { text: 'One', buttons: [[{ label: 'More', press: 'do:balance' }]] };
    const first = await discord.use('balance', {}, { user: ann, channel });
    if (!first.message) throw new Error('no page');
    said.reply = { text: 'Two', replaces: true };
    const second = await discord.press(first.message, 'do:balance', ann);
    expect(second.message).toBe(first.message);
    expect(first.message.content).toBe('Two');
    expect(buttonsOf(first.message)).toEqual([]);
  });

  it('leave what the person alone sees where an answer does not take its place', async () => {
    const { ann, channel } = scene();
    said.reply = { text: 'One', buttons: [[{ label: 'More', press: 'do:balance' }]] };
    const first = await discord.use('balance', {}, { user: ann, channel });
    if (!first.message) throw new Error('no page');
    said.reply = { text: 'Beside' };
    const second = await discord.press(first.message, 'do:balance', ann);
    expect(first.message.content).toBe('One');
    expect(second).toMatchObject({ hidden: true, message: { content: 'Beside' } });
  });

  it('change what they said beside a message, when they have more to say', async () => {
    const { ann, channel } = scene();
    said.reply = { text: 'One', buttons: [[{ label: 'More', press: 'do:balance' }]] };
    const { message } = await discord.use('balance', {}, { user: ann, channel });
    if (!message) throw new Error('no page');
    said.reply = { text: 'In a minute' };
    const pressed = await discord.press(message, 'do:balance', ann);
    const { say, to } = mouthFor(pressed, { waits: 'pressed' });
    for (const text of ['Soon', 'Now']) await say(to, { text }, true);
    expect(pressed.followUps.map(({ content }) => content)).toEqual(['In a minute', 'Now']);
  });

  it('ask about a large tip, hear one yes, and tell others that it is not theirs', async () => {
    const { ann, channel } = scene();
    said.reply = { text: 'Paid' };
    const asked = await discord.use('tip', { amount: '12' }, { user: ann, channel });
    if (!asked.message) throw new Error('no question');
    const [yes] = buttonsOf(asked.message);
    const pressed = await discord.press(asked.message, `${yes?.custom_id}`, ann);
    expect(pressed.message).toBe(asked.message);
    expect(asked.message).toMatchObject({ content: 'Paid', components: [] });
    discord.redeliver(pressed);
    await discord.use('balance', {}, { user: ann, channel });
    expect(said.given).toHaveLength(2);

    const { mod, message } = await card([[{ label: 'Yes', press: `yes:${asked.id}` }]]);
    const other = await discord.press(message, `yes:${asked.id}`, mod);
    expect(other).toMatchObject({ hidden: true, message: { content: expect.stringContaining('somebody else') } });
    expect(message.content).toBe('Card');
  });

  it('say what to do when nobody knows any more what they are for', async () => {
    const { ann, message } = await card([
      [
        { label: 'Old', press: 'form:nothing' },
        { label: 'Older', press: 'x' },
      ],
    ]);
    for (const press of ['form:nothing', 'x']) {
      const seen = await discord.press(message, press, ann);
      expect(seen).toMatchObject({ hidden: true, message: { content: expect.stringMatching(/\/help|again/) } });
    }
    expect(message.content).toBe('Card');
  });

  it('are a menu where they are many', async () => {
    const options = [1, 2, 3].map((n) => ({ label: `Option ${n}`, press: `do:tip ${n}` }));
    const { ann, message } = await card(undefined, { choices: { prompt: 'Which?', options } });
    expect(buttonsOf(message)).toMatchObject([{ type: 3, placeholder: 'Which?' }]);
    said.reply = { text: 'Chosen' };
    const seen = await discord.choose(message, 'choose', 'do:tip 2', ann);
    expect(seen).toMatchObject({ hidden: true, message: { content: 'Chosen' } });
    expect(said.given.at(-1)).toEqual({ amount: 2n * 10n ** 18n });
  });

  it('open a form of the command’s arguments, which is the command, once', async () => {
    const { ann, message } = await card([[{ label: 'Tip', press: 'form:tip' }]]);
    const opened = await discord.press(message, 'form:tip', ann);
    expect(opened.form?.components.map(({ label, component }) => [label, component.type])).toEqual([
      ['amount', 4],
      ['stream', 3],
      ['message', 4],
    ]);
    said.reply = { text: 'Thanks' };
    const sent = await discord.submit(opened, { amount: '2', stream: 'late', message: 'great' });
    expect(sent).toMatchObject({ hidden: true, message: { content: 'Thanks' } });
    discord.redeliver(sent);
    await discord.use('balance', {}, { user: ann });
    expect(said.given.slice(1, -1)).toEqual([{ amount: 2n * 10n ** 18n, stream: 'late', message: 'great' }]);
  });

  it('ask in a form for no more than the button has not said', async () => {
    const { ann, message } = await card([[{ label: 'Tip', press: 'form:tip main' }]]);
    const opened = await discord.press(message, 'form:tip main', ann);
    expect(opened.form?.components.map(({ label }) => label)).toEqual(['amount', 'message']);
    await discord.submit(opened, { amount: '1' });
    expect(said.given.at(-1)).toEqual({ stream: 'main', amount: 10n ** 18n });
  });

  it('open forms with flags, choices, channels and roles, in the language of who presses', async () => {
    const { mod, guild, channel, message } = await card([[{ label: 'Set', press: 'form:announce here' }]]);
    mod.locale = 'de';
    const opened = await discord.press(message, 'form:announce here', mod);
    expect(opened.form?.title).toBe(wordsFor('de').about['announce.here']);
    expect(opened.form?.components.map(({ component }) => component.type)).toEqual([4, 8, 6, 23, 4]);
    const role = discord.addRole(guild);
    await discord.submit(opened, { stream: 'x', channel: channel.id, role: role.id, quiet: false, every: '2h' });
    const given = { stream: 'x', channel: channel.id, role: role.id, quiet: false, every: 7_200_000 };
    expect(said.given.at(-1)).toEqual(given);
  });
});

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
