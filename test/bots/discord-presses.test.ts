// Buttons, menus and forms of the Discord bot: who presses is answered, once, and what all see stays.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Reply } from '../../src/bots/reply.js';
import { wordsFor } from '../../src/bots/words/index.js';
import { openBots } from '../support/discord/bot.js';
import { type DiscordStandIn, startDiscordStandIn } from '../support/discord/index.js';
import { buttonsOf, commands, mouthFor, said, sceneOn } from '../support/discord/made-up.js';

let discord: DiscordStandIn;
let bots: Awaited<ReturnType<typeof openBots>>;
beforeAll(async () => {
  discord = await startDiscordStandIn();
  bots = await openBots(discord);
  await bots.start(commands);
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
    const { say, to } = mouthFor(discord, pressed, { waits: 'pressed' });
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
