// /alerts, /goal and /leaderboard: what crews do to the stage, and what everybody may see, on real purses and a real queue.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { openFeed } from '../../src/feed/index.js';
import { createStandings, openGoals } from '../../src/goals/index.js';
import { defaultSettings, openAlerts } from '../../src/overlay/index.js';
import type { Showing } from '../../src/vocabulary/alerts.js';
import { ask, openDesk, person, show } from '../support/bots.js';
import { dai, type House, startHouse } from '../support/chat-house.js';
import { silent } from '../support/payments.js';

let running: Awaited<ReturnType<typeof startHouse>>;
let house: House;
let stage: Awaited<ReturnType<typeof openStage>>;
beforeAll(async () => {
  running = await startHouse();
  house = await running.open();
});
beforeEach(async () => {
  await stage?.alerts.stop();
  stage = await openStage();
});
afterAll(async () => {
  await stage.alerts.stop();
  await running.stop();
});

async function openStage() {
  const { store, chat, payments } = house;
  const personOf = (member: string): string => chat.personOf(member as `0x${string}`);
  const shown: Showing[] = [];
  const alerts = await openAlerts({
    ...{ store, personOf, log: silent, defaults: defaultSettings(dai) },
    receipts: payments.receipts,
    say: (amount) => `${amount}`,
    stage: {
      overlays: () => 1,
      show(stream, showing) {
        shown.push(showing);
        setImmediate(() => void alerts.seen(stream, showing.id, 'one', 'up'));
      },
      hide: () => {},
      receipt: () => {},
    },
  });
  const feed = await openFeed({ store, log: silent });
  const goals = await openGoals({ store, feed, onGoal: () => {}, log: silent });
  const hides = alerts.hidesName;
  const absent = () => Promise.reject(new Error('none here'));
  const standings = createStandings({
    ...{ store, personOf, hides, log: silent, token: house.chain.token, hostName: 'Hanna' },
    onAir: { all: () => [show()], isLive: () => true, viewers: () => 3 },
    ...{ goal: goals.get, poll: absent, prediction: absent },
  });
  return { alerts, goals, ...standings, shown };
}

const open = () => openDesk(house, { stage, shows: () => [show()] });
const use = (command: string, line = '', part = '') => ({ command, part, given: line });
const crew = () => person({ moderator: true });
const richPerson = async (name: string) => {
  const who = person({ name });
  await house.chat.fromFaucet(who);
  return who;
};

/** A tip from chat, and its alert. */
async function tip(who: ReturnType<typeof person>, amount: bigint): Promise<void> {
  const id = `tip-${who.user}-${Math.random().toString(36).slice(2)}`;
  const wish = { id, stream: 'main', amount, name: who.name, message: '' };
  const { n, at } = await house.chat.tip(who, wish);
  const { address: payer } = await house.chat.account(who);
  const settles = { channel: `0x${'0'.repeat(64)}`, upTo: amount } as const;
  await house.store.write((trx) => stage.alerts.add(trx, { ...wish, payer, n, at, settles }));
  stage.alerts.added('main');
  stage.goals.moved('main');
  await stage.goals.idle();
}

it('/alerts is for crews, pauses and goes on, skips, tests, and says what waits', async () => {
  const { desk } = open();
  const say = async (line: string, part: string, who = crew()) => desk.answer(use('alerts', line, part), ask(who));
  expect((await say('', 'pause', person())).text).toContain('Only the host');
  expect((await say('', 'pause')).text).toContain('paused');
  const ann = await richPerson('Ann');
  for (const amount of [dai, 2n * dai]) await tip(ann, amount);
  const { text, facts } = await say('main', 'show');
  expect([text, Object.fromEntries(facts ?? [])]).toEqual([
    'Alerts are paused. Tips count, and wait to be shown.',
    { Next: 'Ann · 1 DAI', Waiting: '2', 'Held for approval': '0', 'Overlays connected': '1' },
  ]);
  expect((await say('', 'skip')).text).toContain('No alert is on stage');
  expect((await say('', 'resume', person({ moderator: true, locale: 'de' }))).text).toBe(
    'Einblendungen sind an; 1 warten.',
  );
  expect(stage.shown.map(({ name, amount }) => [name, amount])).toEqual([['Ann', `${dai}`]]);
  expect((await say('', 'skip')).text).toBe('It is off the stage.');
  expect((await say('', 'test')).text).toContain('on its way');
  await expect.poll(() => stage.shown.map(({ kind }) => kind)).toEqual(['tip', 'test']);
});

it('/alerts mutes a person by name, by mention and by number, with all accounts, and lets it back', async () => {
  const { desk } = open();
  const say = async (line: string, part: string) => (await desk.answer(use('alerts', line, part), ask(crew()))).text;
  await say('', 'pause');
  const max = await richPerson('Max Power');
  await tip(max, dai);
  const muted = async () => (await stage.alerts.queue('main')).muted.length;
  const last = async () =>
    (await house.store.db.selectFrom('alerts').selectAll().orderBy('id', 'desc').executeTakeFirst())?.why;
  expect(await say('max power', 'mute')).toBe('Alerts of max power are not shown any more. The tips still count.');
  expect(await last()).toBe('muted');
  await tip(max, dai);
  expect(await last()).toBe('muted');
  expect(await say(`<@${max.user}>`, 'unmute')).toContain('shown again');
  expect(await muted()).toBe(0);
  await tip(max, dai);
  expect(await last()).toBe(null);
  expect(await say(max.user, 'mute')).toContain('not shown any more');
  expect(await last()).toBe('muted');
  await say('Max Power', 'unmute');
  expect(await say('Who Is That', 'mute')).toContain('Nobody called “Who Is That”');
});

it('/goal counts what is given from when it is set, is reached once, and is in /streams for everybody', async () => {
  const { desk } = open();
  const say = async (command: string, line = '', part = '', who = crew()) =>
    desk.answer(use(command, line, part), ask(who));
  const ann = await richPerson('Ann');
  await tip(ann, dai);
  expect((await say('goal', '', 'show')).text).toBe('No goal is set for this show.');
  expect((await say('goal', '', 'clear')).text).toContain('No goal is set');
  expect((await say('goal', '3 a new amp', 'set')).text).toBe('The goal is set. a new amp: 0 DAI / 3 DAI (0 %)');
  await tip(ann, dai / 2n);
  const streams = (await say('streams', '', '', person())).facts?.[0]?.[1];
  expect(streams).toContain('a new amp: 0.5 DAI / 3 DAI (16 %)');
  const bob = await richPerson('Bob');
  await Promise.all([tip(bob, dai), tip(bob, 2n * dai), tip(ann, dai)]);
  expect((await say('goal', '', 'show')).text).toBe('✅ a new amp: 4.5 DAI / 3 DAI (150 %)');
  const reached = await house.store.db.selectFrom('events').selectAll().where('type', '=', 'goal').execute();
  expect(reached.map(({ data }) => JSON.parse(data))).toEqual([{ title: 'a new amp', amount: `${3n * dai}` }]);
  // Opened again on what is on disk: as far, and not reached anew.
  stage = await openStage();
  expect(stage.goals.get('main')).toMatchObject({ given: `${(9n * dai) / 2n}`, amount: `${3n * dai}` });
  expect(await house.store.db.selectFrom('events').selectAll().where('type', '=', 'goal').execute()).toHaveLength(1);
  expect((await open().desk.answer(use('goal', '', 'clear'), ask(crew()))).text).toBe('The goal is gone.');
});

it('/leaderboard is by person, with names as last used, over shows, days and all time', async () => {
  const { desk } = open();
  const [page, one] = [`0x${'ee'.repeat(20)}` as const, await richPerson('Once')];
  const two = person({ name: 'Twice', platform: 'telegram' });
  await house.chat.fromFaucet(two);
  for (const account of [one, two]) {
    const { code } = await house.chat.issueCode(account, 'T');
    await house.chat.link({ code, payer: page, mandate: null });
  }
  const at = Date.now();
  await house.store.db.insertInto('events').values({ stream: 'main', type: 'live', data: '{}', at }).execute();
  const [eve, anonymous] = [await richPerson('Eve'), await richPerson('')];
  await tip(one, 2n * dai);
  await tip(two, 2n * dai);
  await tip(eve, 3n * dai);
  await tip(anonymous, dai);
  const say = async (line: string) => (await desk.answer(use('leaderboard', line), ask(person()))).facts;
  expect(await say('')).toEqual([
    ['1. Twice', '4 DAI'],
    ['2. Eve', '3 DAI'],
    ['3. Anonymous', '1 DAI'],
  ]);
  expect((await say('main today'))?.length).toBeGreaterThan(3);
  expect((await say('all'))?.length).toBeGreaterThan(3);
  // An hour is rolling: what was given earlier is gone from it.
  await house.store.db
    .updateTable('tips')
    .set({ at: at - 61 * 60_000 })
    .where('name', 'not in', ['Once', 'Twice'])
    .execute();
  expect(await say('hour')).toEqual([['1. Twice', '4 DAI']]);
  const wrong = await desk.answer(use('leaderboard', 'main ever'), ask(person()));
  expect(wrong.text).toContain('“ever”');
});
