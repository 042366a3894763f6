// The Discord bot with the real commands on a real house: money moves once, whatever becomes of the connection and the program.
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { startDiscord } from '../../src/bots/discord/index.js';
import { openDesk } from '../support/bots.js';
import { dai, type House, startHouse } from '../support/chat-house.js';
import type { Option } from '../support/discord/forms.js';
import { type Channel, type DiscordStandIn, startDiscordStandIn, type User } from '../support/discord/index.js';
import { silent } from '../support/payments.js';

let running: Awaited<ReturnType<typeof startHouse>>;
let house: House;
let discord: DiscordStandIn;
let bot: Awaited<ReturnType<typeof startDiscord>>;
let channel: Channel;
let ann: User;

async function startBot(): Promise<void> {
  const { desk, acts } = openDesk(house);
  const needs = { desk, acts: acts('discord'), log: silent };
  bot = await startDiscord({ token: discord.token, api: discord.url, guild: null, ...needs });
}

beforeAll(async () => {
  running = await startHouse();
  house = await running.open();
  discord = await startDiscordStandIn();
  await startBot();
  const guild = discord.addGuild();
  channel = discord.addChannel(guild);
});
beforeEach(async () => {
  ann = discord.addUser({ global_name: 'Ann' });
  if (channel.guild) discord.join(channel.guild, ann);
  await house.chat.fromFaucet({ platform: 'discord', user: ann.id });
});
afterEach(() => {
  discord.mend();
  expect(discord.violations?.splice(0) ?? []).toEqual([]);
});
afterAll(async () => {
  await bot.stop();
  await discord.stop();
  await running.stop();
});

const spent = async () => (await house.chat.account({ platform: 'discord', user: ann.id })).own.spent;
const tip = (amount = '1.5') => discord.use('tip', { amount, message: 'great solo' }, { user: ann, channel });

it('registers every command that the house has, with words for all of it', () => {
  const all = discord.commandsOf();
  expect(all.map(({ name }) => name)).toEqual(expect.arrayContaining(['watch', 'tip', 'sponsor', 'help']));
  const describedOf = ({ description, options = [] }: Pick<Option, 'description' | 'options'>): string[] => [
    description,
    ...options.flatMap(describedOf),
  ];
  // What no language has words for is described by its key.
  expect(all.flatMap(describedOf).filter((text) => /^[a-z]+(\.[a-z]+)*$/.test(text))).toEqual([]);
});

it('pays a tip once, however often Discord delivers it, and answers the person alone', async () => {
  const seen = await tip();
  expect(seen).toMatchObject({ hidden: true, message: { content: expect.stringContaining('1.5 DAI is on its way') } });
  for (let i = 0; i < 3; i++) discord.redeliver(seen);
  discord.dropSockets();
  const after = await discord.use('balance', {}, { user: ann, channel });
  expect(after.message?.embeds[0]?.fields?.[0]).toMatchObject({ name: 'Your own', value: '3.5 DAI' });
  expect(await spent()).toBe((15n * dai) / 10n);
});

it('hands out a watch link behind a button, to the person alone', async () => {
  const seen = await discord.use('watch', {}, { user: ann, channel });
  expect(seen.hidden).toBe(true);
  const [button] = seen.message?.components[0]?.components ?? [];
  expect(button).toMatchObject({ style: 5, url: expect.stringMatching(/^https:\/\/show\.example\/watch\/main#k=/) });
});

it('charges a tip that Discord delivers too late, and says so directly', async () => {
  discord.slow();
  expect((await tip('0.5')).failed).toBe(true);
  discord.slow(false);
  const [direct] = await discord.until(
    () => discord.messages(discord.direct(ann)).length > 0 && discord.messages(discord.direct(ann)),
  );
  expect(direct?.content).toContain('0.5 DAI is on its way');
  expect(await spent()).toBe(dai / 2n);
});

it('answers after a restart what was charged before it, and charges it once', async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const answering = discord.refuse({ method: 'patch', path: /@original/, with: { hold: held } });
  void discord.refuse({ method: 'patch', path: /@original/, times: 9, with: 'reset' });
  const seen = tip('2');
  await answering;
  expect(await spent()).toBe(2n * dai);
  // The program ends between the charge and the answer: nothing that it does from here on arrives.
  const rest = running.reopen();
  release();
  await bot.stop();
  house = await rest;
  discord.mend();
  await startBot();
  expect((await seen).message?.content).toContain('2 DAI is on its way');
  expect(await spent()).toBe(2n * dai);
  const rows = await house.store.db
    .selectFrom('tips')
    .selectAll()
    .where('amount', '=', `${2n * dai}`)
    .execute();
  expect(rows).toHaveLength(1);
});
