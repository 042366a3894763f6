// Announcements: set by a moderator, posted once for a show, brought up to date, and never twice, whatever restarts.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Community, Person } from '../../src/bots/command.js';
import type { House as BotHouse } from '../../src/bots/house.js';
import type { Reply } from '../../src/bots/reply.js';
import { addressOf } from '../../src/payments/typed-data.js';
import type { Hex } from '../../src/vocabulary/values.js';
import { ask, botHouse, createWall, openMiddle, person, show } from '../support/bots.js';
import { dai, type House, startHouse } from '../support/chat-house.js';

const minute = 60_000;

let running: Awaited<ReturnType<typeof startHouse>>;
let house: House;
let shown = [show(), show({ id: 'other', title: 'Other' })];
const middles: { stop: () => Promise<void> }[] = [];
beforeAll(async () => {
  running = await startHouse();
  house = await running.open();
});
afterAll(() => running.stop());
beforeEach(async () => {
  for (const middle of middles.splice(0)) await middle.stop();
  shown = [show({ live: false }), show({ id: 'other', title: 'Other' })];
  // Every test is a day of its own.
  running.clock.ahead += 24 * 60 * minute;
  for (const table of ['bot_announcements', 'bot_posts', 'bot_messages'] as const) {
    await house.store.db.deleteFrom(table).execute();
  }
});

let last = 500;
const server = (): Community => ({ platform: 'discord', id: `${++last}`, title: 'Jazz cellar' });
const mod = (change: Partial<Person> = {}) => person({ moderator: true, ...change });

async function open(wall = createWall(), connected = true, change: Partial<BotHouse> = {}) {
  const middle = openMiddle(house, { shows: () => shown, now: running.now, change });
  middles.push(middle);
  if (connected) middle.posters.connect('discord', wall.poster);
  await middle.start();
  const announce = (part: string, given: Record<string, string>, community: Community, who = mod()) =>
    middle.desk.answer(
      { command: 'announce', part, given },
      ask(who, { community, place: { platform: 'discord', chat: community.id } }),
    );
  return { middle, wall, announce };
}

async function say(type: 'live' | 'ended', stream = 'main'): Promise<void> {
  shown = shown.map((one) => (one.id === stream ? { ...one, live: type === 'live' } : one));
  await house.feed.say({ stream, type, data: {} });
}
/** The streams whose posts say that they are on. */
const openPosts = async (): Promise<string[]> => {
  const rows = house.store.db.selectFrom('bot_posts').select('stream').where('ended_at', 'is', null);
  return (await rows.execute()).map(({ stream }) => stream);
};
const pressesOf = ({ buttons }: Reply) => buttons?.flat().map((one) => ('url' in one ? one.url : one.press));
const posts = ({ messages }: ReturnType<typeof createWall>): Reply[] => [...messages.values()];

it('says when a show begins, with picture, price, and the one role pinged; and at its end how many watched and tipped', async () => {
  const { wall, announce, middle } = await open();
  const community = server();
  const given = { stream: 'main', role: '<@&4711>', template: '{host} plays {title}, {price} – {{title}}' };
  expect((await announce('here', given, community)).text).toBe('I shall say here when Late show begins.');
  await say('live');
  await wall.until((all) => all.length === 1);
  await middle.idle();
  const [post] = posts(wall);
  expect(post?.text).toBe('Hanna plays Late show, 0.03 DAI a minute – {Late show}');
  expect(post?.ping).toBe('4711');
  expect(post?.picture).toMatchObject({ file: 'main.png', type: 'image/png' });
  expect(pressesOf(post ?? { text: '' })).toEqual(['do:watch main', 'https://show.example/watch/main']);

  const key = `0x${'7'.repeat(64)}` as Hex;
  const from = running.now();
  const ann = person();
  await house.chat.fromFaucet(ann);
  await house.chat.handedOut(ann, addressOf(key));
  const watched = (payer: Hex, at: number, kind: 'watch' | 'preview' = 'watch', stream = 'main') =>
    house.store.db
      .insertInto('charges')
      .values({ payer, reason: `t/${++last}`, purse: null, stream, kind, amount: '5', duration_ms: 1, at })
      .execute();
  await watched(`0x${'01'.repeat(20)}`, from - 5 * minute);
  await watched(`0x${'02'.repeat(20)}`, from);
  await watched(`0x${'02'.repeat(20)}`, from + 1);
  await watched(`0x${'03'.repeat(20)}`, from, 'preview');
  await watched(`0x${'04'.repeat(20)}`, from, 'watch', 'other');
  await watched(addressOf(key), from);
  await watched((await house.chat.account(ann)).address, from);
  await house.chat.tip(ann, { id: `discord-${++last}`, stream: 'main', amount: dai / 2n, name: 'Ann', message: '' });
  running.clock.ahead += minute;
  await say('ended');
  await wall.until(([one]) => one?.text === 'Late show is over');
  expect(posts(wall)[0]).toEqual({
    text: 'Late show is over',
    facts: [
      ['Watched by', '2'],
      ['Tipped', '0.5 DAI'],
    ],
  });
});

it('leads at its end to how that show went, and to no later one', async () => {
  const asked: [string, boolean][] = [];
  const showAt = async (stream: string, at: number) => {
    asked.push([stream, at <= running.now()]);
    return 12;
  };
  const { wall, announce } = await open(createWall(), true, { showAt });
  await announce('here', { stream: 'main' }, server());
  await say('live');
  await wall.until((all) => all.length === 1);
  await say('ended');
  await wall.until(([one]) => one?.text === 'Late show is over');
  expect(posts(wall)[0]?.buttons).toEqual([[{ label: 'How it went', url: 'https://show.example/show/main/12' }]]);
  expect(asked).toEqual([['main', true]]);
});

it('follows a new title and price, and speaks the community’s language', async () => {
  const { wall, announce, middle } = await open();
  const community = server();
  await middle.communities.set(community, { language: 'de' });
  await announce('here', { stream: 'main' }, community);
  await say('live');
  await wall.until(([one]) => one?.text === 'Late show ist auf Sendung');
  shown = [show({ title: 'Later', price: 0n })];
  await house.feed.say({ stream: 'main', type: 'changed', data: { title: 'Later', price: '0', previewMs: 0 } });
  await wall.until(([one]) => one?.text === 'Later ist auf Sendung' && one.facts?.[0]?.[1] === 'kostenlos');
  expect(wall.edits.every(({ reply }) => reply.ping === undefined)).toBe(true);
});

it('is posted once, over restarts and when the event is read again', async () => {
  const first = await open();
  const community = server();
  await first.announce('here', { stream: 'main' }, community);
  await say('live');
  await first.wall.until((all) => all.length === 1);
  await first.middle.idle();
  await first.middle.stop();
  // As if what was heard had not been written down.
  await house.store.db.updateTable('meta').set({ value: '0' }).where('name', 'like', 'bots heard%').execute();
  const second = await open(first.wall);
  await second.middle.idle();
  expect(await openPosts()).toEqual(['main']);
  await say('ended');
  await second.wall.until(([one]) => one?.text === 'Late show is over');
  expect(posts(second.wall)).toHaveLength(1);
  // Of earlier shows, whose ends were read again too, it has taken none for its own.
  expect(second.wall.edits.filter(({ reply }) => reply.text === 'Late show is over')).toHaveLength(1);
});

it('is not posted again when the program dies while it is being posted', async () => {
  const first = await open();
  const community = server();
  await first.announce('here', { stream: 'main' }, community);
  let posted = 0;
  first.wall.poster.post = () => {
    posted += 1;
    return new Promise(() => {});
  };
  await say('live');
  await expect.poll(() => posted).toBe(1);
  middles.splice(0);
  void first.middle.stop();
  const second = await open();
  await second.middle.idle();
  expect(posts(second.wall)).toHaveLength(0);
});

it('goes on in the same post when a lost show comes back within ten minutes, and pings nobody', async () => {
  const { wall, announce, middle } = await open();
  const community = server();
  await announce('here', { stream: 'main', role: '4711' }, community);
  await say('live');
  await wall.until((all) => all.length === 1);
  running.clock.ahead += 30 * minute;
  await say('ended');
  await wall.until(([one]) => one?.text === 'Late show is over');
  running.clock.ahead += 9 * minute;
  await say('live');
  await wall.until(([one]) => one?.text === 'Late show is on air');
  await say('ended');
  await wall.until(([one]) => one?.text === 'Late show is over');
  await middle.idle();
  expect(posts(wall)).toHaveLength(1);
  expect(wall.edits.every(({ reply }) => reply.ping === undefined)).toBe(true);
  running.clock.ahead += 11 * minute;
  await say('live');
  await wall.until((all) => all.length === 2 && all[0]?.text === 'Late show is over');
  expect(posts(wall)[1]?.ping).toBe('4711');
});

it.each([
  ['a few minutes ago is announced', 5, false, 1],
  ['and is over is not', 5, true, 0],
  ['long ago is not', 16, false, 0],
])('what began while the bot was away, %s', async (_, minutes, over, count) => {
  const first = await open();
  await first.announce('here', { stream: 'main' }, server());
  await first.middle.stop();
  await say('live');
  if (over) await say('ended');
  running.clock.ahead += minutes * minute;
  const second = await open(first.wall);
  await second.middle.idle();
  expect(posts(second.wall)).toHaveLength(count);
});

it('is posted when the platform’s bot comes up, if the show is still on', async () => {
  const { wall, announce, middle } = await open(createWall(), false);
  await announce('here', { stream: 'main' }, server());
  await announce('here', { stream: 'other' }, server());
  await say('live');
  await say('live', 'other');
  await say('ended', 'other');
  await expect.poll(() => house.store.db.selectFrom('bot_posts').selectAll().execute()).toEqual([]);
  await middle.idle();
  middle.posters.connect('discord', wall.poster);
  await wall.until((all) => all.length === 1);
  await middle.idle();
  expect(posts(wall)[0]?.text).toBe('Late show is on air');
});

it('says that a show is over which a crash has cut off, unless it comes back', async () => {
  const first = await open();
  await first.announce('here', { stream: 'main' }, server());
  await first.announce('here', { stream: 'other' }, server());
  await say('live');
  await say('live', 'other');
  await first.wall.until((all) => all.length === 2);
  await first.middle.idle();
  await first.middle.stop();
  shown = shown.map((one) => ({ ...one, live: false }));
  const second = await open(first.wall);
  await say('live', 'other');
  await second.wall.until((all) => all.some(({ text }) => text === 'Late show is over'));
  await second.middle.idle();
  expect(await openPosts()).toEqual(['other']);
  expect(posts(second.wall).map(({ text }) => text)).toEqual(['Late show is over', 'Other is on air']);
});

it('is given up where nothing can be said any more, and tried again nowhere', async () => {
  const { wall, announce, middle } = await open();
  const [gone, fails, good] = [server(), server(), server()];
  for (const community of [gone, fails, good]) await announce('here', { stream: 'main' }, community);
  wall.wall.gone.add(gone.id);
  const post = wall.poster.post;
  wall.poster.post = (place, reply) =>
    place.chat === fails.id ? Promise.reject(new Error('500')) : post(place, reply);
  await say('live');
  await wall.until((all) => all.length === 1);
  await middle.idle();
  expect((await announce('show', {}, gone)).text).toBe('Nothing is announced here.');
  expect((await announce('show', {}, fails)).facts).toHaveLength(1);
});

it('is set, shown, tried and turned off by moderators, who can ping one role and not everybody', async () => {
  const { wall, announce, middle } = await open();
  const community = server();
  const here = (given: Record<string, string>) => announce('here', { stream: 'main', ...given }, community);
  expect((await announce('here', {}, community, person())).text).toContain('Only moderators');
  expect((await here({ template: 'x'.repeat(301) })).text).toContain('at most 300');
  expect((await here({ template: 'now: {titel}' })).text).toBe('I know no {titel}. Use {title}, {price} and {host}.');
  expect((await here({ role: community.id })).text).toContain('That is everybody');
  expect((await here({ role: '@everyone' })).text).toContain('no such thing');
  await here({ template: 'Now: {title}!', role: '<@&88>' });
  expect((await announce('show', {}, community)).facts).toEqual([
    ['main', `<#${community.id}> · <@&88> · “Now: {title}!”`],
  ]);
  const test = await announce('test', {}, community);
  expect(test).toMatchObject({ text: 'Now: Late show!', picture: { type: 'image/png' } });
  expect([test.ping, test.living]).toEqual([undefined, undefined]);
  expect(middle.desk.isSecret({ command: 'announce', part: 'test' })).toBe(true);
  expect((await announce('off', {}, community)).text).toBe('I shall announce nothing here any more.');
  expect((await announce('off', {}, community)).text).toBe('Nothing is announced here.');
  await say('live');
  await middle.idle();
  expect(posts(wall)).toEqual([]);
});

it('goes without a picture where there is none', async () => {
  const none = { ...botHouse(house), picture: () => Promise.reject(new Error('no frame yet')) };
  const middle = openMiddle(house, { change: none });
  const community = server();
  const asked = ask(mod(), { community });
  const reply = await middle.desk.answer({ command: 'announce', part: 'test', given: {} }, asked);
  expect(reply.picture).toBeUndefined();
  expect(reply.text).toBe('Late show is on air');
});
