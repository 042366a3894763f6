// What Discord offers while an argument is typed: options of polls and predictions, and names for who looks after alerts.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startDiscord } from '../../src/bots/discord/index.js';
import type { House as BotHouse } from '../../src/bots/house.js';
import type { AlertQueue } from '../../src/vocabulary/alerts.js';
import type { PredictionView } from '../../src/vocabulary/predictions.js';
import { pollsOn } from '../polls/house.js';
import { botHouse, openDesk, show } from '../support/bots.js';
import { type House, startHouse } from '../support/chat-house.js';
import { type DiscordStandIn, startDiscordStandIn } from '../support/discord/index.js';
import { sceneOn } from '../support/discord/made-up.js';
import { silent } from '../support/payments.js';

let running: Awaited<ReturnType<typeof startHouse>>;
let house: House;
let room: Awaited<ReturnType<typeof pollsOn>>;
let discord: DiscordStandIn;
let bot: Awaited<ReturnType<typeof startDiscord>>;
let scene: ReturnType<typeof sceneOn>;
let isCrew = true;
const open = new Map<string, PredictionView>();

/** As the queue of `main` has it: tips newer than those of `other`, a test and a tip without a name. */
function queueOf(stream: string) {
  const many = Array.from({ length: 30 }, (_, i) => ({ n: i, name: `Guest ${i}`, at: i }));
  const past = [
    { n: 91, name: 'Ben', at: 91 },
    { n: 90, name: '', at: 90 },
    { n: null, name: 'Test alert', at: 99 },
  ];
  const main = { now: { n: 95, name: 'Ann', at: 95 }, waiting: [{ n: 96, name: 'Ben', at: 96 }], held: [], past };
  return (stream === 'main' ? main : { now: null, waiting: [], held: [], past: many }) as unknown as AlertQueue;
}

beforeAll(async () => {
  running = await startHouse();
  house = await running.open();
  room = await pollsOn(house);
  const { alerts, predictions, ...rest } = botHouse(house);
  const { desk, acts } = openDesk(house, {
    polls: room.polls,
    shows: () => [show(), show({ id: 'other', title: 'Other' })],
    predictions: { ...predictions, current: async (stream) => open.get(stream) ?? null } as BotHouse['predictions'],
    stage: { ...rest, alerts: { ...alerts, queue: async (stream) => queueOf(stream) } },
    isCrew: async () => isCrew,
  });
  discord = await startDiscordStandIn();
  const needs = { desk, acts: acts('discord'), log: silent };
  bot = await startDiscord({ token: discord.token, api: discord.url, guild: null, ...needs });
  scene = sceneOn(discord);
});
afterAll(async () => {
  await bot.stop();
  expect(discord.violations ?? []).toEqual([]);
  await discord.stop();
  room.polls.stop();
  await running.stop();
});

const offered = async (line: string, option: string, typed: string, who = scene.ann) =>
  (await discord.complete(line, option, { [option]: typed }, { user: who, channel: scene.channel })).choices;
const poll = (stream: string, question: string, ...options: string[]) =>
  room.polls.create(stream, question, {
    ...{ durationMs: 60_000, votes: 'free', price: 0n, question, options, change: true, secret: false },
  });

it('options of the polls that run, and what is chosen is voted for, whichever poll it is of', async () => {
  expect(await offered('vote', 'option', '')).toEqual([]);
  const one = await poll('main', 'Which song?', 'Blue moon', 'Red');
  const [red] = (await offered('vote', 'option', 're')) ?? [];
  expect(red).toEqual({ name: '2 · Red', value: `#${one.id} 2` });
  const two = await poll('other', 'Encore?', 'Yes', 'No');
  expect(await offered('vote', 'option', '1')).toEqual([
    { name: '1 · Blue moon (Which song?)', value: `#${one.id} 1` },
    { name: '1 · Yes (Encore?)', value: `#${two.id} 1` },
  ]);
  const voted = await discord.use('vote', { option: red?.value ?? '' }, { user: scene.ann, channel: scene.channel });
  expect(voted.message?.content).toContain('Red');
  expect(room.polls.own(one.id, { platform: 'discord', user: scene.ann.id })?.free).toBe(1);
});

it('outcomes of predictions that take stakes', async () => {
  const one = { id: '7', question: 'Rain?', options: ['Yes', 'No'], state: 'open' } as unknown as PredictionView;
  open.set('main', one);
  open.set('other', { ...one, id: '8', state: 'locked' } as PredictionView);
  expect(await offered('stake', 'option', 'NO')).toEqual([{ name: '2 · No', value: '#7 2' }]);
});

it('names of who tipped, the newest first, each once, for crew alone', async () => {
  const names = (await offered('alerts mute', 'who', '', scene.mod))?.map(({ value }) => value);
  expect(names?.slice(0, 3)).toEqual(['Ben', 'Ann', 'Guest 29']);
  expect(names).toHaveLength(25);
  expect(await offered('alerts mute', 'who', 'guest 1', scene.mod)).toHaveLength(11);
  isCrew = false;
  expect(await offered('alerts mute', 'who', '', scene.mod)).toEqual([]);
});
